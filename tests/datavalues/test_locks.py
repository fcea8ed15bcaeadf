"""When data sets take no values: expiry, future, approval and input periods (E7640-E7644), exceptions and `force`."""

from __future__ import annotations

import pytest
from django.utils import timezone

from configuration.models import SystemSetting
from dhis2api.demo import identifiers as ids
from metadata.models import DataInputPeriod, DataSet
from tests.datavalues.conftest import capturing
from tests.datavalues.locks import approve, change_set, day, except_from_locks, month, second_set, workflow
from tests.datavalues.payloads import HARBOUR, PARTNER_SET, SESSIONS, send, stored, value
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db

OLD = "201401"
BO_CLINIC = ids.NGELEHUN_CHC


def sent(api: ApiClient, period: str = OLD, *, user: str = "badjia_clerk", query: str = "", **members: str) -> Answer:
    """One value of the mortality set."""
    return send(api, value(period=period), user=user, query=query, **members)


def conflicts(answer: Answer) -> list[tuple[str, dict[str, str], list[int]]]:
    return [(found["errorCode"], found["objects"], found["indexes"]) for found in answer.summary["conflicts"]]


def relax(name: str) -> None:
    """Switch a strict setting off; they are on by default."""
    SystemSetting.objects.update_or_create(name=f"keyDataImportStrictDataSet{name}", defaults={"value": False})


def open_for(period: str, opening: object = None, closing: object = None, data_set: str = ids.MORTALITY) -> None:
    DataInputPeriod.objects.create(
        data_set=DataSet.objects.get(uid=data_set), period=period, opening_date=opening, closing_date=closing
    )


def test_past_expiry_days_is_e7640(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=10)

    answer = send(api, value(period=month(-1), value="1"), value(period="201312"), value(), user="badjia_clerk")

    assert answer.status == 409
    assert answer.counts["ignored"] >= 2
    assert answer.summary["conflicts"][-1] == {
        "object": OLD, "objects": {"period": OLD, "dataSet": ids.MORTALITY}, "errorCode": "E7640",
        "property": "period", "indexes": [2],
        "value": f"Current date is past expiry days for period: `{OLD}` and data set: `{ids.MORTALITY}`",
    }  # fmt: skip
    assert stored() == {}


def test_without_expiry_days_nothing_expires(api: ApiClient, badjia_clerk: User) -> None:
    assert sent(api).status == 200


def test_expiry_days_count_in_fractions_from_the_end_of_the_period(api: ApiClient, badjia_clerk: User) -> None:
    yesterday = day(-1).strftime("%Y%m%d")
    hours = (timezone.localtime() - timezone.localtime().replace(hour=0, minute=0, second=0)).total_seconds() / 3600
    change_set(expiry_days=(hours + 0.5) / 24)
    assert sent(api, yesterday).status == 200

    change_set(expiry_days=(hours - 0.5) / 24 or -0.1)
    assert conflicts(sent(api, yesterday)) == [("E7640", {"period": yesterday, "dataSet": ids.MORTALITY}, [0])]


def test_authority_to_edit_expired_data_opens_it(api: ApiClient) -> None:
    change_set(expiry_days=10)
    capturing(persona("late_clerk", ["F_DATAVALUE_ADD", "F_EDIT_EXPIRED"]), ids.NGELEHUN_CHC)

    assert sent(api, user="late_clerk").status == 200
    assert sent(api, "201402", user="admin").status == 200


def test_lock_exception_opens_one_period_in_one_org_unit(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=10)
    except_from_locks(OLD)

    answer = send(
        api, value(), value(period="201402"), value(org_unit=ids.BADJIA), user="badjia_clerk", data_set=ids.MORTALITY
    )

    assert answer.counts["imported"] == 1
    assert conflicts(answer) == [
        ("E7640", {"period": "201402", "dataSet": ids.MORTALITY}, [1]),
        ("E7640", {"period": OLD, "dataSet": ids.MORTALITY}, [2]),
    ]


def test_value_that_belongs_to_no_data_set_of_its_place_is_not_locked(api: ApiClient, badjia_clerk: User) -> None:
    """Badjia, a chiefdom, does not report the set; only a payload that names the set is held to it."""
    change_set(expiry_days=10)

    assert send(api, value(org_unit=ids.BADJIA), user="badjia_clerk").status == 200
    assert send(api, value(org_unit=ids.BADJIA), user="badjia_clerk", data_set=ids.MORTALITY).status == 409


def test_data_set_of_other_attributes_does_not_lock(api: ApiClient, bo_officer: User) -> None:
    """Sessions are kept by partner; a set without attributes has no say in values of a partner."""
    closed = second_set(SESSIONS, ids.NGELEHUN_CHC, expiry_days=1)

    ours = value(data_element=SESSIONS, attribute_option_combo=HARBOUR, period="2014Q1")
    assert send(api, ours, user="bo_officer").status == 200
    assert conflicts(send(api, value(data_element=SESSIONS, period="2014Q1"), user="bo_officer")) == [
        ("E7640", {"period": "2014Q1", "dataSet": closed.uid}, [0])
    ]
    change_set(PARTNER_SET, expiry_days=1)
    assert send(api, ours, user="bo_officer").conflicts == [("E7640", "period", [0])]


def test_one_closed_data_set_of_two_locks_unless_the_import_is_lenient(api: ApiClient, badjia_clerk: User) -> None:
    closed = second_set(ids.MEASLES, ids.NGELEHUN_CHC, expiry_days=1)

    assert conflicts(sent(api)) == [("E7640", {"period": OLD, "dataSet": closed.uid}, [0])]

    relax("Locking")
    assert sent(api).status == 200
    assert sent(api, "201402", query="?strictDataSetLocking=true").conflicts == [("E7640", "period", [0])]


def test_each_closed_data_set_is_named(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=1)
    closed = second_set(ids.MEASLES, ids.NGELEHUN_CHC, expiry_days=1)
    relax("Locking")

    answer = sent(api)

    assert {objects["dataSet"] for _, objects, _ in conflicts(answer)} == {ids.MORTALITY, closed.uid}
    assert answer.counts["ignored"] == 1


@pytest.mark.parametrize(("open_periods", "last"), [(0, -1), (1, 0), (3, 2)])
def test_period_after_the_last_open_one_is_e7641(
    api: ApiClient, badjia_clerk: User, open_periods: int, last: int
) -> None:
    change_set(open_future_periods=open_periods)

    answer = send(api, value(period=month(last)), value(period=month(last + 1)), user="badjia_clerk")

    assert answer.counts["imported"] == 1
    (conflict,) = answer.summary["conflicts"]
    assert conflict["objects"] == {"period": month(last + 1), "dataElement": ids.MEASLES, "dataSet": ids.MORTALITY}
    assert (conflict["errorCode"], conflict["property"], conflict["indexes"]) == ("E7641", "period", [1])
    assert conflict["value"].endswith(f"is after latest open future period: `{month(last)}`")


def test_future_is_closed_to_lenient_imports_and_superusers_too(api: ApiClient) -> None:
    second_set(ids.MEASLES, ids.NGELEHUN_CHC, open_future_periods=10)
    relax("Locking")

    assert sent(api, month(1), user="admin").conflicts == [("E7641", "period", [0])]


def test_approved_data_is_e7642_until_its_approval_is_withdrawn(api: ApiClient, badjia_clerk: User) -> None:
    followed = workflow(2, 4)
    approve(followed, OLD, ids.NGELEHUN_CHC, 4)

    answer = send(api, value(), value(period="201402"), user="badjia_clerk")

    assert conflicts(answer) == [
        ("E7642", {
            "organisationUnit": ids.NGELEHUN_CHC, "period": OLD, "categoryOptionCombo": ids.DEFAULT_OPTION_COMBO,
            "dataSet": ids.MORTALITY,
        }, [0]),
    ]  # fmt: skip
    assert "property" not in answer.summary["conflicts"][0]
    assert api.delete(f"/api/dataApprovals?ds={ids.MORTALITY}&pe={OLD}&ou={ids.NGELEHUN_CHC}").status == 204
    assert sent(api).status == 200


def test_approval_above_locks_what_lies_below(api: ApiClient, badjia_clerk: User) -> None:
    followed = workflow(2)
    approve(followed, OLD, ids.BO, 2)

    assert sent(api).conflicts == [("E7642", None, [0])]


def test_only_the_lowest_level_above_the_unit_counts(api: ApiClient, badjia_clerk: User) -> None:
    """A lower approval cannot be withdrawn under a higher one, so that nobody needs to look further."""
    followed = workflow(2, 4)
    approve(followed, OLD, ids.BO, 2)

    assert sent(api).status == 200


def test_period_of_another_type_than_the_workflows_is_not_locked(api: ApiClient, badjia_clerk: User) -> None:
    followed = workflow(2)
    approve(followed, OLD, ids.BO, 2)

    assert sent(api, "2014Q1").status == 200


def test_one_approved_data_set_of_two_locks_unless_the_import_is_lenient(api: ApiClient, badjia_clerk: User) -> None:
    second_set(ids.MEASLES, ids.NGELEHUN_CHC)
    approve(workflow(2), OLD, ids.BO, 2)
    assert sent(api).conflicts == [("E7642", None, [0])]

    relax("Approval")
    assert sent(api).status == 200


def test_period_without_an_open_input_period_is_e7643(api: ApiClient, badjia_clerk: User) -> None:
    open_for("201402")

    answer = send(api, value(period="201402"), value(), user="badjia_clerk")

    assert conflicts(answer) == [("E7643", {"period": OLD, "dataSet": ids.MORTALITY}, [1])]
    assert answer.conflicts == [("E7643", "period", [1])]


@pytest.mark.parametrize(
    ("opening", "closing", "is_open"),
    [(0, 0, True), (None, 0, True), (0, None, True), (1, None, False), (None, -1, False)],
)
def test_input_periods_include_both_days(
    api: ApiClient, badjia_clerk: User, opening: int | None, closing: int | None, is_open: bool
) -> None:
    open_for(OLD, None if opening is None else day(opening), None if closing is None else day(closing))

    assert (sent(api).status == 200) is is_open


def test_one_data_set_that_is_open_suffices_for_lenient_imports(api: ApiClient, badjia_clerk: User) -> None:
    open_for("201402")
    second_set(ids.MEASLES, ids.NGELEHUN_CHC)
    assert sent(api).conflicts == [("E7643", "period", [0])]

    relax("InputPeriods")
    assert sent(api).status == 200


def test_period_that_no_data_set_takes_anywhere_is_e7644(api: ApiClient, badjia_clerk: User) -> None:
    """Badjia does not report the set, so that E7643 does not apply; but its data set is not open at all."""
    open_for("201402")

    answer = send(api, value(org_unit=ids.BADJIA), user="badjia_clerk")

    assert answer.conflicts == [("E7644", "period", [0])]
    assert answer.summary["conflicts"][0]["objects"] == {"period": OLD}


def test_force_of_a_superuser_opens_every_lock(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=1)
    open_for("201402")
    approve(workflow(2), OLD, ids.BO, 2)

    assert sent(api, user="admin", query="?force=true").status == 200
    assert sent(api, month(5), user="admin", query="?force=true").status == 200
    assert sent(api, user="badjia_clerk", query="?force=true").conflicts == [("E7640", "period", [0])]


def test_the_first_lock_decides_the_code(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=1)
    open_for("201402")
    approve(workflow(2), OLD, ids.BO, 2)

    assert sent(api).conflicts == [("E7640", "period", [0])]
    assert sent(api, user="admin").conflicts == [("E7642", None, [0])]


def test_data_set_is_named_as_the_payload_names_it(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=1, code="MORT")

    answer = sent(api, data_set="MORT", query="?dataSetIdScheme=code")

    assert conflicts(answer) == [("E7640", {"period": OLD, "dataSet": "MORT"}, [0])]


def test_number_of_queries_does_not_depend_on_the_number_of_values(api: ApiClient, bo_officer: User) -> None:
    change_set(expiry_days=1)
    except_from_locks(OLD)
    open_for(OLD)
    approve(workflow(2), "201402", ids.BO, 2)

    def count(size: int) -> int:
        values = [value(period=f"{1990 + n // 12}{n % 12 + 1:02}", value=str(n + 1)) for n in range(size)]
        send(api, value(value=str(size)), user="bo_officer")
        with query_counter() as counter:
            answer = send(api, value(value="7"), value(period="201402"), *values, user="bo_officer")
        assert answer.counts["ignored"] == size + 1
        return counter.count

    assert count(5) == count(150)
