"""What happens to a value that exists, was deleted, or is new, under each strategy (DHIS2 2.42, meaning of counts)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import Period
from tests.datavalues.payloads import (
    LASSA,
    OLD_SETS,
    POSTS,
    SETS,
    age,
    as_xml,
    count_rows,
    send,
    send_xml,
    stored,
    value,
    value_set,
)
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db

NONE, GONE, LIVE = "none", "deleted", "live"
IMPORTED, UPDATED, IGNORED, DELETED = "imported", "updated", "ignored", "deleted"

# stored row, strategy, what is sent → counted as, whether its index is rejected, (value, deleted) of the row afterwards
TABLE = [
    (NONE, "CREATE_AND_UPDATE", {"value": "12"}, IMPORTED, False, ("12", False)),
    (NONE, "CREATE_AND_UPDATE", {"value": ""}, IGNORED, False, None),
    (NONE, "CREATE_AND_UPDATE", {"value": "0"}, IGNORED, False, None),
    (NONE, "CREATE_AND_UPDATE", {"value": "12", "deleted": True}, IMPORTED, False, ("12", True)),
    (NONE, "CREATE", {"value": "12"}, IMPORTED, False, ("12", False)),
    (NONE, "CREATE", {"value": ""}, IGNORED, False, None),
    (NONE, "UPDATE", {"value": "12"}, IGNORED, True, None),
    (NONE, "DELETE", {"value": "12"}, IGNORED, True, None),
    (NONE, "SYNC", {"value": "12"}, IGNORED, True, None),
    (GONE, "CREATE_AND_UPDATE", {"value": "12"}, IMPORTED, False, ("12", False)),
    (GONE, "CREATE_AND_UPDATE", {"value": "7"}, IMPORTED, False, ("7", False)),
    (GONE, "CREATE_AND_UPDATE", {"value": ""}, IGNORED, False, ("7", True)),
    (GONE, "CREATE_AND_UPDATE", {"value": "0"}, IGNORED, False, ("7", True)),
    (GONE, "CREATE_AND_UPDATE", {"value": "12", "deleted": True}, IMPORTED, False, ("12", True)),
    (GONE, "CREATE", {"value": "12"}, IMPORTED, False, ("12", False)),
    (GONE, "UPDATE", {"value": "12"}, IGNORED, True, ("7", True)),
    (GONE, "DELETE", {"value": "12"}, IGNORED, True, ("7", True)),
    (GONE, "SYNC", {"value": "12"}, IGNORED, True, ("7", True)),
    (LIVE, "CREATE_AND_UPDATE", {"value": "12"}, UPDATED, False, ("12", False)),
    (LIVE, "CREATE_AND_UPDATE", {"value": "7"}, IGNORED, False, ("7", False)),
    (LIVE, "CREATE_AND_UPDATE", {"value": ""}, DELETED, False, ("7", True)),
    (LIVE, "CREATE_AND_UPDATE", {"value": "0"}, DELETED, False, ("7", True)),
    (LIVE, "CREATE_AND_UPDATE", {"value": "7", "deleted": True}, DELETED, False, ("7", True)),
    (LIVE, "CREATE_AND_UPDATE", {"value": None, "deleted": True}, DELETED, False, ("7", True)),
    (LIVE, "CREATE", {"value": "12"}, IGNORED, True, ("7", False)),
    (LIVE, "CREATE", {"value": "7"}, IGNORED, True, ("7", False)),
    (LIVE, "CREATE", {"value": ""}, IGNORED, True, ("7", False)),
    (LIVE, "UPDATE", {"value": "12"}, UPDATED, False, ("12", False)),
    (LIVE, "UPDATE", {"value": "7"}, IGNORED, False, ("7", False)),
    (LIVE, "UPDATE", {"value": ""}, DELETED, False, ("7", True)),
    (LIVE, "UPDATE", {"value": "0"}, DELETED, False, ("7", True)),
    (LIVE, "DELETE", {"value": "7"}, DELETED, False, ("7", True)),
    (LIVE, "DELETE", {"value": "12"}, DELETED, False, ("7", True)),
    (LIVE, "DELETE", {"value": None}, DELETED, False, ("7", True)),
    (LIVE, "SYNC", {"value": "12"}, IGNORED, True, ("7", False)),
]


@pytest.mark.parametrize(
    ("before", "strategy", "members", "counted", "is_rejected", "after"),
    TABLE,
    ids=["-".join(map(str, (before, strategy, *members.values()))) for before, strategy, members, *_ in TABLE],
)
def test_strategy(
    api: ApiClient, before: str, strategy: str, members: dict[str, Any], counted: str, is_rejected: bool, after: Any
) -> None:
    store(api, before)

    answer = send(api, value(**members), query=f"?importStrategy={strategy}")

    assert answer.status == 200
    assert answer.summary["status"] == "SUCCESS"
    assert answer.summary["importOptions"]["importStrategy"] == strategy
    assert answer.counts == {IMPORTED: 0, UPDATED: 0, IGNORED: 0, DELETED: 0} | {counted: 1}
    assert answer.summary["rejectedIndexes"] == ([0] if is_rejected else [])
    assert answer.summary["conflicts"] == []
    row = stored()
    assert (None if not row else (row["value"], row["deleted"])) == after


def store(api: ApiClient, state: str, **members: Any) -> None:
    """A row of yesterday in that state, with value 7."""
    if state != NONE:
        assert send(api, value(**({"value": "7"} | members))).counts["imported"] == 1
    if state == GONE:
        assert send(api, value(value=None), query="?importStrategy=DELETE").counts["deleted"] == 1
    age()


@pytest.mark.parametrize(
    ("synonym", "strategy"),
    [("NEW_AND_UPDATES", "CREATE_AND_UPDATE"), ("NEW", "CREATE"), ("UPDATES", "UPDATE"), ("DELETES", "DELETE")],
)
@pytest.mark.parametrize("name", ["importStrategy", "strategy"])
def test_old_names_mean_the_same(api: ApiClient, synonym: str, strategy: str, name: str) -> None:
    answer = send(api, value(), query=f"?{name}={synonym}")

    assert answer.summary["importOptions"]["importStrategy"] == strategy


def test_unknown_strategy_in_the_query_is_400(api: ApiClient) -> None:
    answer = send(api, value(), query="?importStrategy=REPLACE")

    assert answer.status == 400
    assert answer.json["message"].startswith("Value 'REPLACE' is not valid for parameter importStrategy. Valid values")
    assert stored() == {}


@pytest.mark.parametrize("member", ["strategy", "import_strategy"])
def test_unknown_strategy_in_the_payload_fails_the_import(api: ApiClient, member: str) -> None:
    answer = send(api, value(), **{member: "REPLACE"})

    assert answer.status == 409
    assert answer.summary["status"] == "ERROR"
    assert answer.summary["description"].startswith("The import process failed: `REPLACE` is not an import strategy")
    assert answer.counts == {IMPORTED: 0, UPDATED: 0, IGNORED: 0, DELETED: 0}
    assert stored() == {}


def test_strategy_of_the_payload_goes_before_that_of_the_query(api: ApiClient) -> None:
    in_json = send(api, value(), query="?importStrategy=CREATE", strategy="UPDATE")
    in_xml = send_xml(api, value_set(value(), import_strategy="UPDATE"), SETS + "?importStrategy=CREATE")

    assert in_json.counts[IGNORED] == in_xml.counts[IGNORED] == 1
    assert in_xml.summary["importOptions"]["importStrategy"] == "UPDATE"


@pytest.mark.parametrize("text", ["0", "0.0", "0.000"])
def test_zeros_that_do_not_count_are_not_stored(api: ApiClient, text: str) -> None:
    answer = send(api, value(data_element=ids.BCG, category_option_combo=ids.FIXED_UNDER_1, value=text))

    assert answer.counts[IGNORED] == 1
    assert stored(ids.BCG) == {}


@pytest.mark.parametrize(
    ("element", "members"),
    [(LASSA, {"period": "2014W5"}), (POSTS, {"period": "2014"}), (ids.MEASLES, {"comment": "Recounted"})],
    ids=["significant", "averaged", "not-even-with-comment"],
)
def test_zeros_that_count(api: ApiClient, element: str, members: dict[str, str]) -> None:
    answer = send(api, value(data_element=element, value="0", **members))

    assert answer.counts[IMPORTED] == (0 if "comment" in members else 1)


@pytest.mark.parametrize("text", ["00", "0.", "-0"])
def test_other_spellings_of_zero_are_no_insignificant_zeros(api: ApiClient, text: str) -> None:
    answer = send(api, value(data_element=ids.BCG, category_option_combo=ids.FIXED_UNDER_1, value=text))

    assert answer.counts[IMPORTED] == (1 if text == "-0" else 0)
    assert len(answer.summary["conflicts"]) == (0 if text == "-0" else 1)


def test_unchanged_value_is_not_touched(api: ApiClient) -> None:
    store(api, LIVE, comment="Recounted")
    before = stored()

    answer = send(api, value(value=" 7 ", comment=" Recounted ", stored_by="ann"))

    assert answer.counts == {IMPORTED: 0, UPDATED: 0, IGNORED: 1, DELETED: 0}
    assert stored() == before


def test_unchanged_value_counts_as_updated_up_to_37_and_is_not_touched(api: ApiClient) -> None:
    store(api, LIVE)
    before = stored()

    answer = api.post(OLD_SETS, value_set(value(value="7")))

    assert answer.counts == {IMPORTED: 0, UPDATED: 1, IGNORED: 0, DELETED: 0}
    assert stored() == before


@pytest.mark.parametrize(
    "members", [{"value": "8"}, {"value": "7", "comment": "Recounted"}, {"value": "7", "followup": True}]
)
def test_change_of_value_comment_or_followup_is_an_update(api: ApiClient, members: dict[str, Any]) -> None:
    store(api, LIVE)
    before = stored()

    answer = send(api, value(**members, stored_by="ann"))

    assert answer.counts[UPDATED] == 1
    assert stored()["created"] == before["created"]
    assert stored()["last_updated"] > before["last_updated"]
    assert stored()["stored_by"] == "ann"


def test_absent_followup_and_comment_clear_what_is_stored(api: ApiClient) -> None:
    store(api, LIVE, followup=True, comment="Recounted")

    answer = send(api, value(value="7"))

    assert answer.counts[UPDATED] == 1
    assert (stored()["followup"], stored()["comment"]) == (False, None)


def test_deleted_value_comes_back_with_its_time_of_creation(api: ApiClient) -> None:
    store(api, GONE, comment="Recounted")
    before = stored()

    answer = send(api, value(value="9"))

    assert answer.counts[IMPORTED] == 1
    row = stored()
    assert (row["value"], row["comment"], row["deleted"]) == ("9", None, False)
    assert row["created"] == before["created"]
    assert row["last_updated"] > before["last_updated"]


def test_deletion_moves_last_updated(api: ApiClient) -> None:
    store(api, LIVE)
    before = stored()["last_updated"]

    send(api, value(value=None), query="?importStrategy=DELETE")

    assert stored()["last_updated"] > before


def test_stored_by_is_the_payload_s_or_the_user_s_name(api: ApiClient, badjia_clerk: User) -> None:
    anonymous = value(data_element=ids.DYSENTERY, stored_by="")

    send(api, value(), value(data_element=ids.CHOLERA, stored_by="ann"), anonymous, user="badjia_clerk")

    assert stored()["stored_by"] == "badjia_clerk"
    assert stored(ids.CHOLERA)["stored_by"] == "ann"
    assert stored(ids.DYSENTERY)["stored_by"] == "badjia_clerk"


def test_times_of_the_payload_are_ignored(api: ApiClient) -> None:
    send(api, value(created="2001-01-01", lastUpdated="2001-01-01"))

    assert (timezone.now() - stored()["created"]).total_seconds() < 3600
    assert stored()["created"] == stored()["last_updated"]


def test_duplicates_within_a_payload_are_taken_in_order(api: ApiClient) -> None:
    answer = send(api, value(value="1"), value(data_element=ids.CHOLERA), value(value="2"), value(value="2"))

    assert answer.counts == {IMPORTED: 2, UPDATED: 1, IGNORED: 1, DELETED: 0}
    assert stored()["value"] == "2"


def test_duplicate_that_deletes_comes_after_what_it_deletes(api: ApiClient) -> None:
    answer = send(api, value(value="1"), value(value=""), value(value="3"))

    assert answer.counts == {IMPORTED: 2, UPDATED: 0, IGNORED: 0, DELETED: 1}
    assert (stored()["value"], stored()["deleted"]) == ("3", False)


def test_duplicates_under_create_reject_the_second(api: ApiClient) -> None:
    answer = send(api, value(value="1"), value(value="2"), query="?importStrategy=CREATE")

    assert answer.counts == {IMPORTED: 1, UPDATED: 0, IGNORED: 1, DELETED: 0}
    assert answer.summary["rejectedIndexes"] == [1]
    assert stored()["value"] == "1"


def test_same_period_spelled_differently_is_the_same_key(api: ApiClient) -> None:
    answer = send(api, value(period="2014-01", value="1"), value(period="201401", value="2"))

    assert answer.counts == {IMPORTED: 1, UPDATED: 1, IGNORED: 0, DELETED: 0}


def test_skip_existing_check_takes_everything_for_new(api: ApiClient) -> None:
    store(api, LIVE)

    answer = send(api, value(value="8"), query="?skipExistingCheck=true")

    assert answer.counts[IMPORTED] == 1
    assert answer.summary["importOptions"]["skipExistingCheck"] is True
    assert stored()["value"] == "8"


@pytest.mark.parametrize("form", ["query", "json", "xml"])
def test_dry_run_counts_and_stores_nothing(api: ApiClient, form: str) -> None:
    payload = value_set(value(period="193112"), value(org_unit="Jkhdsf8sdf4"), data_set=ids.MORTALITY,
                        complete_date="2014-02-03", period="193112", org_unit=ids.NGELEHUN_CHC)  # fmt: skip
    payload["dataValues"][1] |= {"value": "x"}
    before = (count_rows(), completions(), periods("193112"))

    if form == "query":
        answer = api.post(SETS + "?dryRun=true", payload)
    elif form == "json":
        answer = api.post(SETS, payload | {"dryRun": True})
    else:
        answer = api.post(SETS, as_xml(payload | {"dryRun": "true"}), content_type="application/xml")

    assert answer.status == 409
    assert answer.counts == {IMPORTED: 1, UPDATED: 0, IGNORED: 1, DELETED: 0}
    assert answer.summary["importOptions"]["dryRun"] is True
    assert (count_rows(), completions(), periods("193112")) == before == (before[0], before[1], 0)


def test_dry_run_of_the_payload_goes_before_that_of_the_query(api: ApiClient) -> None:
    send(api, value(), query="?dryRun=true", dry_run=False)

    assert stored()["value"] == "12"


def test_xml_runs_dry_only_when_it_says_exactly_true(api: ApiClient) -> None:
    send_xml(api, as_xml(value_set(value())).replace(b"<dataValueSet", b'<dataValueSet dryRun="TRUE"'))

    assert stored()["value"] == "12"


def completions() -> int:
    return CompleteDataSetRegistration.objects.count()


def periods(iso: str) -> int:
    return Period.objects.filter(iso=iso).count()
