"""`/api/audits/dataValue`: what stood there before, who changed it, and who may see that."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.demo import identifiers as ids
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from tests.datavalues.payloads import HARBOUR, PERIOD, SESSIONS, send, value
from tests.datavalues.test_single_values import delete, refusal, save
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import QueryCount, query_counter
from users.models import User, UserRole

pytestmark = pytest.mark.django_db

AUDITS = "/api/audits/dataValue"


def audits(api: ApiClient, query: str = "", user: str = "admin") -> Answer:
    return api.get(f"{AUDITS}?pe={PERIOD}{query}", user=user)


def told(answer: Answer) -> list[tuple[str, str | None, str]]:
    return [(item["auditType"], item.get("value"), item["modifiedBy"]) for item in answer.json["dataValueAudits"]]


def test_changes_are_told_newest_first_with_what_stood_there_before(api: ApiClient) -> None:
    save(api, value="10")
    save(api, value="11")
    save(api, value="11", comment="sure")
    send(api, value(value="12", stored_by="ann"))
    delete(api)
    save(api, value="13")

    answer = audits(api)

    assert told(answer) == [
        ("CREATE", "13", "admin"), ("DELETE", "12", "admin"), ("UPDATE", "11", "ann"), ("UPDATE", "10", "admin"),
    ]  # fmt: skip
    assert answer.json["pager"] == {"page": 1, "pageCount": 1, "total": 4, "pageSize": 50}
    item = answer.json["dataValueAudits"][0]
    assert {name: item[name] for name in item.keys() - {"created", "value", "modifiedBy", "auditType"}} == {
        "dataElement": {"id": ids.MEASLES}, "period": {"id": PERIOD}, "organisationUnit": {"id": ids.NGELEHUN_CHC},
        "categoryOptionCombo": {"id": DEFAULT_CATEGORY_OPTION_COMBO},
        "attributeOptionCombo": {"id": DEFAULT_CATEGORY_OPTION_COMBO},
    }  # fmt: skip


def test_what_did_not_change_leaves_no_trace(api: ApiClient) -> None:
    for _ in range(2):
        send(api, value(), value(data_element=ids.CHOLERA, value="1"))
    send(api, value(value="13"), query="?dryRun=true")

    assert told(audits(api)) == []


def test_audits_are_chosen_and_paged(api: ApiClient) -> None:
    rows = [value(), value(data_element=SESSIONS, attribute_option_combo=HARBOUR, value="1")]
    send(api, *rows)
    send(api, *[row | {"value": "2"} for row in rows])
    send(api, *rows, query="?importStrategy=DELETE")

    assert len(told(audits(api, f"&de={ids.MEASLES}&ou={ids.NGELEHUN_CHC}"))) == 2
    assert len(told(audits(api, f"&cc={HARBOUR}&co={DEFAULT_CATEGORY_OPTION_COMBO}"))) == 2
    assert len(told(audits(api, f"&ds={ids.MORTALITY}"))) == 2
    assert told(audits(api, f"&auditType=DELETE&de={ids.MEASLES}")) == [("DELETE", "2", "admin")]
    page = audits(api, "&pageSize=3&page=2&fields=value,dataElement").json
    assert (page["pager"]["total"], len(page["dataValueAudits"])) == (4, 1)
    assert page["dataValueAudits"][0].keys() == {"value", "dataElement"}
    assert audits(api, "&skipPaging=true").json.keys() == {"dataValueAudits"}


@pytest.mark.parametrize(
    ("query", "code"), [("de=x", "E1100"), ("pe=2014M13", "E1101"), ("ou=x", "E1102"), ("co=x", "E1103"),
                        ("cc=x", "E1104"), ("ds=x", "E1105")],
)  # fmt: skip
def test_what_names_nothing_is_refused(api: ApiClient, query: str, code: str) -> None:
    assert refusal(api.get(f"{AUDITS}?{query}")) == (409, code)


def test_changes_are_seen_where_their_values_are(api: ApiClient, badjia_clerk: User) -> None:
    for number in ("1", "2"):
        send(api, value(value=number), value(org_unit=ids.SIERRA_LEONE, value=number))

    assert len(told(audits(api))) == 2
    assert len(told(audits(api, user="badjia_clerk"))) == 1
    assert api.get(AUDITS, user=None).status == 401


def test_skipping_the_audit_needs_an_authority(api: ApiClient, badjia_clerk: User) -> None:
    def change(number: str) -> list[Any]:
        send(api, value(value=number), query="?skipAudit=true", user="badjia_clerk")
        return told(audits(api))

    send(api, value(value="1"))
    assert len(change("2")) == 1
    skipping = UserRole.objects.create(uid="roSkipAudit", name="Skip", authorities=["F_SKIP_DATA_IMPORT_AUDIT"])
    badjia_clerk.user_roles.add(skipping)
    assert len(change("3")) == 1
    send(api, value(value="4"))
    assert len(told(audits(api))) == 2


def test_queries_do_not_grow_with_changes(api: ApiClient) -> None:
    def count(size: int) -> QueryCount:
        for number in range(size):
            save(api, value=str(number + 1))
        with query_counter() as counter:
            audits(api)
        return counter.count

    few = count(2)
    assert count(12) == few


def test_an_answer_holds_a_bounded_number_of_changes(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datavalues.audits.services.MOST", 2)
    for text in ("1", "2", "3"):
        save(api, value=text)
    assert len(audits(api, "&paging=false").json["dataValueAudits"]) == 2

    save(api, value="4")

    for asked in ("&paging=false", "&pageSize=1000000"):
        assert "more than 2 such changes" in audits(api, asked).json["message"]
    assert len(audits(api, "&pageSize=2").json["dataValueAudits"]) == 2
