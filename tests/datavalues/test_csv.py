"""Data value sets as CSV: read by place, written with names (DHIS2 2.42 and 2.36, data values, CSV)."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhis2api.demo import identifiers as ids
from metadata.models import DataElement
from tests.datavalues.payloads import OLD_SETS, PERIOD, SETS, query, read, send, value
from tests.datavalues.test_round_trips import AWKWARD, PROPERTY
from tests.harness.client import Answer, ApiClient

pytestmark = pytest.mark.django_db
CSV = "application/csv"
NAMES = (
    "dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value,storedby,lastupdated,comment,followup"
)
LINE = f"{ids.MEASLES},{PERIOD},{ids.NGELEHUN_CHC}"
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x00", include_characters="\n\t"), max_size=60
)


def send_csv(api: ApiClient, *lines: str, parameters: str = "", header: str = NAMES, path: str = SETS) -> Answer:
    body = "\n".join([header, *lines] if header else lines)
    return api.post(f"{path}?{parameters}", body, content_type=CSV)


@pytest.mark.parametrize("content_type", ["application/csv", "text/csv", "application/csv; charset=UTF-8"])
def test_values_come_in(api: ApiClient, content_type: str) -> None:
    body = f"{NAMES},deleted\n{LINE},,,12,ann,2020-01-01T00:00:00.000+0000,a comment,true,null\n"
    answer = api.post(SETS, body, content_type=content_type)

    assert (answer.status, answer.counts) == (200, {"imported": 1, "updated": 0, "ignored": 0, "deleted": 0})
    (found,) = read(api)
    assert (found["value"], found["storedBy"], found["comment"], found["followup"]) == ("12", "ann", "a comment", True)


@pytest.mark.parametrize("header", ["a,b,c", "dataelement,period,orgunit,catoptcombo,attroptcombo,value", '"x"'])
def test_names_are_never_read(api: ApiClient, header: str) -> None:
    assert send_csv(api, f"{LINE},,,12", header=header).counts["imported"] == 1


def test_a_file_may_have_no_line_of_names(api: ApiClient) -> None:
    answer = send_csv(api, f"{LINE},,,12", header="", parameters="firstRowIsHeader=false")
    assert answer.counts["imported"] == 1


def test_a_first_line_is_passed_over_unless_told_otherwise(api: ApiClient) -> None:
    answer = send_csv(api, f"{LINE},,,12", header="")
    assert (answer.status, answer.counts["imported"]) == (200, 0)


def test_six_columns_are_enough_and_more_than_eleven_are_no_fault(api: ApiClient) -> None:
    lines = [f"{LINE},,,12", f"{ids.MEASLES},201402,{ids.NGELEHUN_CHC},,,13,,,,,,more,and,more"]
    assert send_csv(api, *lines).counts["imported"] == 2


def test_conflicts_name_places_behind_the_line_of_names(api: ApiClient) -> None:
    answer = send_csv(api, f"{LINE},,,12", "", f"nobody,{PERIOD},{ids.NGELEHUN_CHC},,,12", f"{LINE},,,twelve")
    assert answer.status == 409
    assert [(code, indexes) for code, _, indexes in answer.conflicts] == [("E7610", [1]), ("E7619", [2])]


def test_an_absent_value_is_an_empty_one_and_deletes(api: ApiClient) -> None:
    send(api, value())
    answer = send_csv(api, LINE)
    assert answer.counts["deleted"] == 1
    assert read(api) == []


def test_deletions_are_marked_in_the_last_column(api: ApiClient) -> None:
    send(api, value())
    assert send_csv(api, f"{LINE},,,12,,,,,true").counts["deleted"] == 1


def test_the_data_set_of_a_file_is_a_parameter(api: ApiClient) -> None:
    answer = send_csv(api, f"{LINE},,,12", parameters="dataSet=nobody")
    assert [code for code, _, _ in answer.conflicts] == ["E7600"]
    assert send_csv(api, f"{LINE},,,12", parameters=f"dataSet={ids.MORTALITY}").counts["imported"] == 1


def test_a_file_may_be_gzipped(api: ApiClient) -> None:
    body = gzip.compress(f"{NAMES}\n{LINE},,,12\n".encode())
    assert api.post(SETS, body, content_type=CSV).counts["imported"] == 1


def test_a_byte_order_mark_and_windows_lines(api: ApiClient) -> None:
    body = b"\xef\xbb\xbf" + f"{LINE},,,12\r\n".encode()
    answer = api.post(f"{SETS}?firstRowIsHeader=false", body, content_type=CSV)
    assert answer.counts["imported"] == 1


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\n", b'a,b\n"never ended', b"a\nb,\x00c\n", b"a\n" + b"x" * 1_000_001 + b"\n", b'a\n"b"c,d\n'],
    ids=["no UTF-8", "an open quote", "NUL", "endless", "a quote in a text"],
)
def test_what_cannot_be_read_is_refused_by_its_line_and_nothing_stored(api: ApiClient, body: bytes) -> None:
    good = f"{NAMES}\n{LINE},,,12\n".encode()
    answer = api.post(SETS, good + body, content_type=CSV)
    assert answer.status == 400
    assert "near line" in answer.json["message"]
    assert read(api) == []


def test_old_versions_answer_a_bare_summary(api: ApiClient) -> None:
    answer = send_csv(api, f"{LINE},,,12", path=OLD_SETS)
    assert answer.json["responseType"] == "ImportSummary"


def lines_of(answer: Answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text)))


@pytest.mark.parametrize("path", [f"{SETS}.csv{query()}", f"{SETS}{query(format='csv')}"])
def test_values_go_out(api: ApiClient, path: str) -> None:
    send(api, value(comment="a comment"))
    answer = api.get(path)

    assert answer.headers["Content-Type"] == "application/csv; charset=UTF-8"
    names, (element, period, unit, _, _, text, stored_by, changed, comment, followup, deleted) = lines_of(answer)
    assert ",".join(names) == NAMES + ",deleted"
    assert (element, period, unit) == (ids.MEASLES, PERIOD, ids.NGELEHUN_CHC)
    assert (text, stored_by, comment, followup, deleted) == ("12", "admin", "a comment", "false", "null")
    assert changed.endswith("+0000")


def test_csv_is_asked_for_by_accept(api: ApiClient) -> None:
    send(api, value())
    for accept in ("application/csv", "text/csv"):
        assert api.get(SETS + query(), headers={"Accept": accept}).text.startswith("dataelement,")


def test_old_versions_write_the_names_of_their_time(api: ApiClient) -> None:
    send(api, value())
    old = "dataelement,period,orgunit,catoptcombo,attroptcombo,value,storedby,lastupdated,comment,flwup"
    names, row = lines_of(api.get(f"/api/33/dataValueSets.csv{query()}"))
    assert (",".join(names), len(row)) == (old, 10)
    names, row = lines_of(api.get(f"/api/33/dataValueSets.csv{query(includeDeleted='true')}"))
    assert (",".join(names), row[-1]) == (f"{old},deleted", "null")


def test_deleted_values_are_marked(api: ApiClient) -> None:
    send(api, value())
    send(api, value(deleted=True))
    _, row = lines_of(api.get(f"{SETS}.csv{query(includeDeleted='true')}"))
    assert row[-1] == "true"


def test_what_is_exported_imports_as_nothing_changed(api: ApiClient) -> None:
    send(api, *[value(period=f"2014{month:02}", value=str(month), comment=f'"{month}",\n') for month in range(1, 13)])
    wanted = query(period=None, startDate="2014-01-01", endDate="2014-12-31")
    exported = api.get(f"{SETS}.csv{wanted}").content
    answer = api.post(SETS, exported, content_type=CSV)
    assert (answer.status, answer.counts) == (200, {"imported": 0, "updated": 0, "ignored": 12, "deleted": 0})


@PROPERTY
@given(text=TEXTS | st.sampled_from(AWKWARD), comment=TEXTS, followup=st.booleans())
def test_texts_are_written_and_read_back(api: ApiClient, text: str, comment: str, followup: bool) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="TEXT")
    buffer = io.StringIO()
    csv.writer(buffer).writerow([*LINE.split(","), "", "", text, "", "", comment, str(followup).lower()])
    sent = f"{NAMES}\n{buffer.getvalue()}".encode()
    assert api.post(SETS, sent, content_type=CSV).status == 200

    _, *rows = lines_of(api.get(f"{SETS}.csv{query()}"))
    if not (text.strip() or comment.strip()):
        assert rows == []
        return
    ((*_, found, _, _, remark, mark, _),) = rows
    assert (found, remark, mark) == (text.strip(), comment.strip(), str(followup).lower())
