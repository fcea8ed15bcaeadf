"""`GET export_to_csv` and `export_to_xlsx`: the list as a file."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from metadata.models import OrganisationUnit
from orgunit_changes.exports import rows as table
from orgunit_changes.models import OrgUnitChangeRequest, ReferenceInstance
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    BO,
    CHANGES,
    NGELEHUN,
    make_form,
    make_group,
    make_reference,
    make_type,
    place,
    reviewer,
    stored_change,
    submission,
    worker,
)

pytestmark = pytest.mark.django_db

CSV, XLSX = f"{CHANGES}export_to_csv/", f"{CHANGES}export_to_xlsx/"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELDS = (
    "Parent", "Name", "Org unit type", "Groups", "Location", "Opening date", "Closed date", "Reference submissions",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_else() -> None:
    """The demo has requests and references of its own."""
    OrgUnitChangeRequest.objects.all().delete()
    ReferenceInstance.objects.all().delete()


def lines(answer: Answer) -> list[dict[str, str]]:
    """The rows of a CSV file, by the titles of their columns."""
    assert answer.status == 200, answer
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def sheet_lines(answer: Answer) -> list[dict[str, object]]:
    """The rows of a workbook, the same way; empty cells are empty texts."""
    assert answer.status == 200, answer
    sheet = load_workbook(io.BytesIO(answer.content), read_only=True).active
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, ("" if cell is None else cell for cell in row), strict=True)) for row in rows]


def triple(line: dict[str, str], field: str) -> tuple[str, str, str]:
    return line[f"{field} before change"], line[f"{field} after change"], line[f"{field} conclusion"]


def test_the_columns_are_those_of_the_unit_then_each_field_before_and_after(api: ApiClient) -> None:
    header = api.get(CSV).text.splitlines()[0]

    assert header.split(",") == [
        "Id", "Org unit ID", "External reference", "Name", "Parent", "Org unit type", "Groups", "Created", "Created by",
        "Updated", "Updated by",
        *(f"{field} {what}" for field in FIELDS for what in ("before change", "after change", "conclusion")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "media_type", "extension"),
    [
        (CSV, "text/csv", "csv"), (CSV.rstrip("/"), "text/csv", "csv"), (XLSX, XLSX_TYPE, "xlsx"),
        (XLSX.rstrip("/"), XLSX_TYPE, "xlsx"), ("/api/42/orgunits/changes/export_to_csv/", "text/csv", "csv"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", ["*/*", "text/csv", "application/json", "image/png"])
def test_a_file_is_named_for_its_day(api: ApiClient, path: str, media_type: str, extension: str, accept: str) -> None:
    answer = api.get(path, headers={"Accept": accept})

    assert answer.status == 200
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    name = f"review-change-proposals--{timezone.now():%Y-%m-%d}.{extension}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"


def test_a_row_tells_what_is_asked_of_which_unit(api: ApiClient) -> None:
    make_group("Open to all", [NGELEHUN])
    made = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    change = stored_change(new_name="Other", by=worker(), created_at=made, updated_at=made, updated_by=reviewer())

    line = lines(api.get(CSV))[0]

    unit = place(NGELEHUN)
    assert line.items() >= {
        "Id": str(change.pk), "Org unit ID": str(unit.pk), "External reference": NGELEHUN, "Name": "Ngelehun CHC",
        "Parent": "Badjia", "Org unit type": unit.change_profile.org_unit_type.name, "Created": "2026-01-02 03:04:05",
        "Created by": "worker", "Updated": "2026-01-02 03:04:05", "Updated by": "reviewer",
    }.items()  # fmt: skip
    assert "Open to all" in line["Groups"].split(", ")
    assert triple(line, "Name") == ("Ngelehun CHC", "Other", "updated")
    assert triple(line, "Parent") == ("Badjia", "Badjia", "same")


def test_every_field_has_its_before_and_after(api: ApiClient) -> None:
    form = make_form("Profile")
    old, new = submission(form), submission(form)
    make_reference(old)
    place(NGELEHUN).organisation_unit_groups.set([make_group("Left")])
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(
        geometry={"type": "Point", "coordinates": [-11.5, 8.25]}, opening_date="1970-01-01", closed_date=None
    )
    stored_change(
        new_parent=place(BAOMA), new_name="Other", new_org_unit_type=make_type("Post"), groups=[make_group("Joined")],
        location=(-8.5, 11.25, 60.0), new_opening_date=date(1971, 6, 1), new_closed_date=date(2030, 1, 1),
        instances=[new],
    )  # fmt: skip

    line = lines(api.get(CSV))[0]

    type = place(NGELEHUN).change_profile.org_unit_type.name
    assert {field: triple(line, field) for field in FIELDS} == {
        "Parent": ("Badjia", "Baoma", "updated"), "Name": ("Ngelehun CHC", "Other", "updated"),
        "Org unit type": (type, "Post", "updated"), "Groups": ("Left", "Joined", "updated"),
        "Location": ("8.25, -11.5, 0.0", "-8.5, 11.25, 60.0", "updated"),
        "Opening date": ("1970-01-01", "1971-06-01", "updated"), "Closed date": ("", "2030-01-01", "updated"),
        "Reference submissions": (f"Profile ({old.pk})", f"Profile ({new.pk})", "updated"),
    }  # fmt: skip
    assert sheet_lines(api.get(XLSX)) == [
        {name: int(value) if name in ("Id", "Org unit ID") else value for name, value in line.items()}
    ]


def test_what_is_asked_for_but_is_there_already_is_the_same(api: ApiClient) -> None:
    stored_change(new_name="Ngelehun CHC", new_parent=place(BADJIA))

    line = lines(api.get(CSV))[0]

    assert (triple(line, "Name")[2], triple(line, "Parent")[2]) == ("same", "same")


def test_two_parents_of_one_name_are_not_the_same(api: ApiClient) -> None:
    OrganisationUnit.objects.filter(uid=BAOMA).update(name="Badjia")
    stored_change(new_parent=place(BAOMA))

    assert triple(lines(api.get(CSV))[0], "Parent") == ("Badjia", "Badjia", "updated")


@pytest.mark.parametrize(("status", "before"), [("new", "Now"), ("validated", "Then"), ("rejected", "Then")])
def test_what_was_reviewed_is_held_against_the_unit_of_then(api: ApiClient, status: str, before: str) -> None:
    stored_change(new_name="Other", old_name="Then", status=status)
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(name="Now")

    assert triple(lines(api.get(CSV))[0], "Name") == (before, "Other", "updated")


@pytest.mark.parametrize(("path", "read"), [(CSV, lines), (XLSX, sheet_lines)], ids=["csv", "xlsx"])
def test_units_stand_by_their_names_whatever_the_order_of_the_list(api: ApiClient, path: str, read: object) -> None:
    changes = [stored_change(uid, new_name="X") for uid in (NGELEHUN, BO, BADJIA, BO)]

    for query in ("", "?order=-org_unit__name", "?order=groups"):
        found = [int(line["Id"]) for line in read(api.get(path + query))]
        assert found == [changes[2].pk, changes[1].pk, changes[3].pk, changes[0].pk]


@pytest.mark.parametrize(("path", "read"), [(CSV, lines), (XLSX, sheet_lines)], ids=["csv", "xlsx"])
def test_the_lists_filters_and_the_users_sight_narrow_it(api: ApiClient, path: str, read: object) -> None:
    worker("at.badjia", at=BADJIA)
    mine = stored_change(new_name="X")
    stored_change(new_name="X", status="rejected")
    stored_change(BO, new_name="X")

    found = read(api.get(f"{path}?status=new&limit=1&page=7", user="at.badjia"))

    assert [int(line["Id"]) for line in found] == [mine.pk]


@pytest.mark.parametrize("path", [CSV, XLSX])
def test_refusals_are_json(api: ApiClient, path: str) -> None:
    answer = api.get(f"{path}?foo=1", headers={"Accept": "text/csv"})
    assert (answer.status, answer.json) == (400, {"foo": ["Unknown parameter."]})
    assert api.get(path, user=None).status == 401
    assert api.post(path, {}).status == 405


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])
def test_a_name_is_no_formula(api: ApiClient, name: str) -> None:
    stored_change(new_name=name)

    assert lines(api.get(CSV))[0]["Name after change"] == f"'{name}"
    header, row = load_workbook(io.BytesIO(api.get(XLSX).content)).active.iter_rows()
    cell = row[[title.value for title in header].index("Name after change")]
    assert cell.value.endswith(name.lstrip())
    assert cell.data_type == "s"


def test_a_minus_sign_stays_where_numbers_begin(api: ApiClient) -> None:
    stored_change(location=(-8.5, -11.25, -3.0))

    assert lines(api.get(CSV))[0]["Location after change"] == "-8.5, -11.25, -3.0"


def test_what_people_write_survives(api: ApiClient) -> None:
    name = 'Comma, "quote"\nline; Ünïcödé 医院'
    stored_change(new_name=name)

    assert lines(api.get(CSV))[0]["Name after change"] == name
    assert sheet_lines(api.get(XLSX))[0]["Name after change"] == name


def test_characters_that_no_workbook_holds_are_left_out(api: ApiClient) -> None:
    stored_change(new_name="Bell\x07 rings")

    assert sheet_lines(api.get(XLSX))[0]["Name after change"] == "Bell rings"


@pytest.mark.parametrize("path", [CSV, XLSX])
def test_the_number_of_queries_does_not_follow_the_rows(api: ApiClient, path: str) -> None:
    def queries(size: int) -> int:
        for _ in range(size):
            stored_change(new_name="X", groups=[make_group()], instances=[submission(make_form())], location=(1, 2, 3))
        with query_counter() as counter:
            assert api.get(path).status == 200
        return counter.count

    queries(1)
    assert queries(1) == queries(10)


def test_a_batch_of_rows_is_in_memory_and_no_geometry(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 requests on a unit whose area takes a megabyte when it is read."""
    monkeypatch.setattr(table, "BATCH", 20)
    for _ in range(200):
        stored_change(new_name="X", new_parent=place(BADJIA))
    ring = [[n / 1000, n / 7] for n in range(20_000)]
    OrganisationUnit.objects.filter(uid__in=(NGELEHUN, BADJIA)).update(
        geometry={"type": "Polygon", "coordinates": [ring]}
    )
    api.get(CSV)

    tracemalloc.start()
    try:
        assert len(lines(api.get(CSV))) == 200
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 8 * 1024 * 1024
