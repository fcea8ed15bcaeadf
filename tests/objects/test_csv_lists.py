"""`GET /api/{type}.csv` (DHIS2 2.42, metadata API, CSV)."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhis2api.objects.formats.csv_lists import csv_chunks, dialect_of
from dhis2api.objects.reading import listing
from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.schema import Schema
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import element, group, store
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db
MINE = "filter=code:like:CSV-&order=code"
REFUSED = "Invalid property selected. Make sure all properties are either simple or collections of refs / simple."


@pytest.fixture
def elements(db: None) -> None:
    rows = store([element(f"Element {n}", code=f"CSV-{n:02}", description="a,b" if n else None) for n in range(60)])
    for name in ("Group one", "Group two"):
        group(name, rows[:1], uid=f"csvgroup{name[-3:]}")


def rows(answer: Answer) -> list[list[str]]:
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == "text/csv; charset=UTF-8"
    return list(csv.reader(io.StringIO(answer.text, newline=""), strict=True))


@pytest.mark.parametrize(("suffix", "accept"), [(".csv", "*/*"), ("", "text/csv"), ("", "application/csv")])
def test_a_list_shows_ids_and_names(api: ApiClient, elements: None, suffix: str, accept: str) -> None:
    shown = rows(api.get(f"/api/dataElements{suffix}?{MINE}", headers={"Accept": accept}))

    assert shown[0] == ["id", "displayName"]
    assert [name for _, name in shown[1:]] == [f"Element {n}" for n in range(50)]


@pytest.mark.parametrize("fields", ["*", ":all", "name[id]", "nonsense"])
def test_what_names_no_column_shows_the_default(api: ApiClient, elements: None, fields: str) -> None:
    assert rows(api.get(f"/api/dataElements.csv?{MINE}&fields={fields}&pageSize=1"))[0] == ["id", "displayName"]


def test_pages_are_those_of_json(api: ApiClient, elements: None) -> None:
    page = rows(api.get(f"/api/dataElements.csv?{MINE}&fields=code&pageSize=7&page=3"))
    everything = rows(api.get(f"/api/dataElements.csv?{MINE}&fields=code&paging=false"))

    assert page[1:] == everything[1:][14:21]
    assert len(everything) == 61


def test_columns_are_members_in_the_order_asked_for(api: ApiClient, elements: None) -> None:
    path = f"/api/dataElements.csv?{MINE}&pageSize=2"

    shown = rows(api.get(f"{path}&fields=code,zeroIsSignificant,dataElementGroups,description,created,name[x]"))

    header, first, second = shown
    assert header == ["code", "zeroIsSignificant", "dataElementGroups", "description", "created"]
    assert first[:2] == ["CSV-00", "false"]
    assert sorted(first[2].split(";")) == ["csvgroupone", "csvgrouptwo"]
    assert (first[3], first[4]) == ("", "2020-01-02T00:00:00.000")
    assert second[2:4] == ["", "a,b"]


def test_separators_and_header_are_the_callers(api: ApiClient, elements: None) -> None:
    query = f"{MINE}&pageSize=1&fields=code,dataElementGroups,name&separator=%7C&arraySeparator=%20&skipHeader=true"

    text = api.get(f"/api/dataElements.csv?{query}").text

    code, groups, name = text.removesuffix("\n").split("|")
    assert (code, sorted(groups.split(" ")), name) == ("CSV-00", ["csvgroupone", "csvgrouptwo"], "Element 0")


@pytest.mark.parametrize("separator", ["", "ab", "%22", "%0A"])
def test_a_separator_is_one_character(api: ApiClient, separator: str) -> None:
    answer = api.get(f"/api/dataElements.csv?separator={separator}")

    assert (answer.status, "separator" in answer.json["message"]) == (400, True)


@pytest.mark.parametrize("member", ["categoryCombo", "sharing", "translations", "style", "dataSetElements"])
def test_members_that_fit_in_no_cell_are_refused(api: ApiClient, member: str) -> None:
    answer = api.get(f"/api/dataElements.csv?fields=id,{member}")

    assert (answer.status, answer.json["message"]) == (409, REFUSED)


def test_presets_show_what_fits(api: ApiClient, elements: None) -> None:
    header = rows(api.get(f"/api/dataElements.csv?{MINE}&fields=:owner,!name"))[0]

    assert {"id", "code", "legendSets", "aggregationLevels"} <= set(header)
    assert not {"name", "sharing", "categoryCombo", "style"} & set(header)


def test_a_custom_attribute_is_a_column(api: ApiClient) -> None:
    attribute = create(api, "attribute", valueType="TEXT", constantAttribute=True)["id"]
    values = [{"attribute": {"id": attribute}, "value": "=1+1"}]
    create(api, "constant", name="Csv", attributeValues=values)

    shown = rows(api.get(f"/api/constants.csv?filter=name:eq:Csv&fields=name,{attribute}"))

    assert shown == [["name", attribute], ["Csv", "=1+1"]]


@pytest.mark.parametrize("schema", [s for s in endpoint_schemas() if s.wire.metadata], ids=lambda s: s.plural)
def test_every_type_is_listed(api: ApiClient, schema: Schema) -> None:
    assert rows(api.get(f"/api/{schema.plural}.csv?fields=:owner"))[0]


def test_a_long_list_is_the_same_and_can_be_a_file(
    api: ApiClient, elements: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{MINE}&fields=code,name&paging=false"
    whole = api.get(f"/api/dataElements.csv?{path}")
    files = [api.get(f"/api/dataElements.csv.gz?{path}")]
    monkeypatch.setattr(listing, "STREAMED", 3)
    streamed = api.get(f"/api/dataElements.csv?{path}")
    files.append(api.get(f"/api/dataElements.csv.gz?{path}"))

    assert streamed.content == whole.content
    assert streamed.headers["Content-Type"] == whole.headers["Content-Type"]
    for file in files:
        assert gzip.decompress(file.content) == whole.content
        assert file.headers["Content-Disposition"] == "attachment; filename=dataElements.csv.gz"


def test_lists_of_org_units_around_one(api: ApiClient) -> None:
    root = api.get("/api/organisationUnits?filter=level:eq:1").json["organisationUnits"][0]["id"]

    for relatives in ("children", "descendants", "parents"):
        path = f"/api/organisationUnits/{root}/{relatives}"
        expected = [o["id"] for o in api.get(path).json["organisationUnits"]]
        assert [uid for uid, _ in rows(api.get(f"{path}.csv"))[1:]] == expected


def test_queries_do_not_grow_with_the_list(api: ApiClient, elements: None) -> None:
    path = f"/api/dataElements.csv?{MINE}&fields=id,dataElementGroups&pageSize="
    with query_counter() as few:
        api.get(f"{path}2")
    with query_counter() as many:
        api.get(f"{path}60")

    assert few.count == many.count


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))] * 2)))
def test_cells_come_back_as_they_were(cells: list[tuple[str, str]]) -> None:
    """Formulas too: who reads the list back must find what is stored."""
    objects = [{"code": code or None, "name": name} for code, name in cells]

    written = b"".join(csv_chunks(["code", "name"], objects, dialect_of(",", ";", has_header=False)))

    assert [tuple(row) for row in csv.reader(io.StringIO(written.decode(), newline=""), strict=True)] == cells
