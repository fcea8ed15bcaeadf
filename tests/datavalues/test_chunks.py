"""A set larger than a chunk is one set: indexes, duplicates, header and transaction run across its chunks."""

from __future__ import annotations

import pytest

from dhis2api.demo import identifiers as ids
from tests.datavalues.payloads import NOBODY, as_xml, read, send, send_xml, stored, value, value_set
from tests.harness.client import Answer, ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_values_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    for format in ("json", "xml"):
        monkeypatch.setattr(f"datavalues.formats.{format}.CHUNK", 2)


def sent(api: ApiClient, form: str, *values: dict[str, object], **members: object) -> Answer:
    return send(api, *values, **members) if form == "json" else send_xml(api, as_xml(value_set(*values, **members)))


@pytest.mark.parametrize("form", ["json", "xml"])
def test_indexes_count_from_the_start_of_the_set(api: ApiClient, form: str) -> None:
    lost = value(org_unit=NOBODY)

    answer = sent(api, form, lost, value(), value(value="x"), lost, value(period="201402"), lost, value(value="x"))

    assert answer.conflicts == [("E7612", "orgUnit", [0, 3, 5]), ("E7619", "value", [2, 6])]
    assert answer.summary["rejectedIndexes"] == [0, 2, 3, 5, 6]
    assert answer.counts == {"imported": 2, "updated": 0, "ignored": 5, "deleted": 0}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_duplicates_are_taken_in_order(api: ApiClient, form: str) -> None:
    other = value(period="201402")

    answer = sent(api, form, value(value="1"), other, value(value="2"), other, value(value=""))

    assert answer.counts == {"imported": 2, "updated": 1, "ignored": 1, "deleted": 1}
    assert stored()["deleted"] is True


@pytest.mark.parametrize("form", ["json", "xml"])
def test_header_holds_for_every_chunk(api: ApiClient, form: str) -> None:
    elements = (ids.MEASLES, ids.CHOLERA, ids.DYSENTERY, ids.FLACCID_PARALYSIS)
    bare = [{"dataElement": uid, "value": "5"} for uid in elements]

    answer = sent(api, form, *bare, period="201401", org_unit=ids.NGELEHUN_CHC)

    assert answer.counts["imported"] == 4
    assert {item["dataElement"] for item in read(api)} == set(elements)


@pytest.mark.parametrize("strategy", ["UPDATE", "CREATE"])
def test_rejected_indexes_of_a_strategy(api: ApiClient, strategy: str) -> None:
    send(api, value(), value(period="201404"))
    months = [value(period=f"20140{month}", value="7") for month in range(1, 6)]

    answer = send(api, *months, query=f"?importStrategy={strategy}")

    assert answer.summary["rejectedIndexes"] == ([1, 2, 4] if strategy == "UPDATE" else [0, 3])
