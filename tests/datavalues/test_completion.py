"""`completeDate` of a set: whether and when its data set is complete."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOption, CategoryOptionCombo, DataElement, DataSet
from tests.datavalues.payloads import (
    HARBOUR,
    HARBOUR_OPTION,
    NOBODY,
    PARTNER_SET,
    PERIOD,
    SESSIONS,
    send,
    stored,
    value,
)
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def complete(api: ApiClient, complete_date: object, **members: object) -> Answer:
    wanted = {"data_set": ids.MORTALITY, "period": PERIOD, "org_unit": ids.NGELEHUN_CHC} | members
    user = wanted.pop("user", "admin")
    sent = {name: content for name, content in wanted.items() if content is not None}
    return send(api, value(), user=user, complete_date=complete_date, **sent)


def registrations(period: str = PERIOD) -> list[CompleteDataSetRegistration]:
    return list(CompleteDataSetRegistration.objects.filter(period__iso=period))


def test_day_is_registered_for_set_period_and_org_unit(api: ApiClient, badjia_clerk: User) -> None:
    answer = complete(api, "2014-02-03", user="badjia_clerk")

    assert answer.summary["dataSetComplete"] == "2014-02-03"
    (found,) = registrations()
    assert (found.data_set.uid, found.organisation_unit.uid) == (ids.MORTALITY, ids.NGELEHUN_CHC)
    assert found.attribute_option_combo.uid == ids.DEFAULT_OPTION_COMBO
    assert (found.completed, found.date) == (True, datetime.date(2014, 2, 3))
    assert found.stored_by == found.last_updated_by == "badjia_clerk"


def test_it_is_registered_once(api: ApiClient) -> None:
    complete(api, "2014-02-03")
    complete(api, "2014-02-05")

    assert [found.date for found in registrations()] == [datetime.date(2014, 2, 5)]


def test_it_belongs_to_the_attribute_option_combo_of_the_set(api: ApiClient) -> None:
    answer = send(api, value(data_element=SESSIONS), data_set=PARTNER_SET, period="2014Q1", org_unit=ids.NGELEHUN_CHC,
                  attribute_option_combo=HARBOUR, complete_date="2014-04-03")  # fmt: skip

    assert answer.status == 200
    assert [found.attribute_option_combo.uid for found in registrations("2014Q1")] == [HARBOUR]


def test_it_needs_options_whose_data_the_user_may_write(api: ApiClient, badjia_clerk: User) -> None:
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(sharing={"public": "r-------"})

    answer = send(api, data_set=PARTNER_SET, period="2014Q1", org_unit=ids.NGELEHUN_CHC, user="badjia_clerk",
                  attribute_option_combo=HARBOUR, complete_date="2014-04-03")  # fmt: skip

    assert answer.status == 409
    assert [conflict["object"] for conflict in answer.summary["conflicts"]] == ["CategoryOptionCombo"]
    assert registrations("2014Q1") == []


@pytest.mark.parametrize("text", ["true", True, "2999-12-31"])
def test_true_means_today_and_a_later_day_is_cut_to_it(api: ApiClient, text: object) -> None:
    answer = complete(api, text)

    today = timezone.now().date()
    assert answer.summary["dataSetComplete"] == today.isoformat()
    assert [found.date for found in registrations()] == [today]


@pytest.mark.parametrize("text", ["false", False, "", None])
def test_absent_and_false_register_nothing(api: ApiClient, text: object) -> None:
    answer = complete(api, text)

    assert answer.status == 200
    assert answer.summary["dataSetComplete"] == "false"
    assert registrations() == []


@pytest.mark.parametrize(
    "text", ["2014-02-30", "20140203", "03.02.2014", "2014-2-3", "2014-02-03T10:00:00.000", "yes", "TRUE"]
)
def test_anything_else_fails_the_import(api: ApiClient, text: str) -> None:
    answer = complete(api, text)

    assert answer.status == 409
    assert answer.summary["status"] == "ERROR"
    assert answer.summary["description"].startswith(f"The import process failed: `{text}` is not a date")
    assert answer.counts == {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
    assert (registrations(), stored()) == ([], {})


def test_it_needs_a_data_set(api: ApiClient) -> None:
    answer = complete(api, "2014-02-03", data_set=None)

    assert answer.status == 200
    assert answer.summary["dataSetComplete"] == "false"
    assert registrations() == []


@pytest.mark.parametrize(
    ("absent", "objects"),
    [
        ({"org_unit": None}, ["OrganisationUnit"]),
        ({"period": None}, ["Period"]),
        ({"period": "January"}, ["Period"]),
        ({"org_unit": None, "period": None}, ["OrganisationUnit", "Period"]),
    ],
    ids=["org-unit", "period", "unreadable-period", "both"],
)
def test_it_needs_period_and_org_unit_of_the_set(
    api: ApiClient, absent: dict[str, str | None], objects: list[str]
) -> None:
    answer = complete(api, "2014-02-03", **absent)

    assert answer.status == 409
    assert answer.summary["status"] == "WARNING"
    assert [conflict["object"] for conflict in answer.summary["conflicts"]] == objects
    assert all(set(conflict) == {"object", "value"} for conflict in answer.summary["conflicts"])
    assert answer.counts["imported"] == 1
    assert answer.summary["dataSetComplete"] == "false"
    assert registrations() == []


def test_it_does_not_depend_on_the_values(api: ApiClient) -> None:
    answer = send(api, value(data_element=NOBODY), data_set=ids.MORTALITY, period=PERIOD, org_unit=ids.NGELEHUN_CHC,
                  complete_date="2014-02-03")  # fmt: skip

    assert answer.status == 409
    assert answer.counts["ignored"] == 1
    assert len(registrations()) == 1


def test_nobody_completes_outside_his_capture_hierarchy(api: ApiClient, badjia_clerk: User) -> None:
    answer = complete(api, "2014-02-03", user="badjia_clerk", org_unit=ids.BAOMA)

    assert answer.status == 409
    assert [conflict.get("errorCode") for conflict in answer.summary["conflicts"]] == ["E7617", None]
    assert registrations() == []


def test_today_is_the_servers_day(api: ApiClient, settings: Any) -> None:
    is_morning = datetime.datetime.now(datetime.UTC).hour < 12
    settings.TIME_ZONE = "Etc/GMT+12" if is_morning else "Etc/GMT-14"  # where it is another day

    assert complete(api, "true").summary["dataSetComplete"] == timezone.localdate().isoformat()


@pytest.fixture
def compulsory(db: None) -> None:
    """The mortality set insists on measles and on cholera, outreach under one year."""
    data_set = DataSet.objects.get(uid=ids.MORTALITY)
    data_set.compulsory_fields_complete_only = True
    data_set.save()
    operands = data_set.compulsory_data_element_operands
    operands.create(data_element=DataElement.objects.get(uid=ids.MEASLES))
    operands.create(
        data_element=DataElement.objects.get(uid=ids.CHOLERA),
        category_option_combo=CategoryOptionCombo.objects.get(uid=ids.OUTREACH_UNDER_1),
    )


def test_missing_compulsory_operands_fail_the_import(api: ApiClient, compulsory: None) -> None:
    answer = complete(api, "2014-02-03")

    assert answer.status == 409
    assert answer.summary["status"] == "ERROR"
    assert answer.summary["description"] == (
        "The import process failed: All compulsory data element operands need to be filled: [Cholera Outreach, <1y]"
    )
    assert answer.summary["dataSetComplete"] == "false"
    assert answer.counts == {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
    assert (registrations(), stored()) == ([], {})


def test_compulsory_operands_of_the_payload_itself_count(api: ApiClient, compulsory: None) -> None:
    cholera = value(data_element=ids.CHOLERA, category_option_combo=ids.OUTREACH_UNDER_1)

    answer = send(api, value(), cholera, data_set=ids.MORTALITY, period=PERIOD, org_unit=ids.NGELEHUN_CHC,
                  complete_date="2014-02-03")  # fmt: skip

    assert answer.status == 200
    assert len(registrations()) == 1
    assert complete(api, "2014-02-04").status == 200  # both are stored by now


def test_deleted_values_do_not_fill_an_operand(api: ApiClient, compulsory: None) -> None:
    send(api, value(data_element=ids.CHOLERA, category_option_combo=ids.OUTREACH_UNDER_1))
    send(api, value(data_element=ids.CHOLERA, category_option_combo=ids.OUTREACH_UNDER_1, value=""))

    assert complete(api, "2014-02-03").status == 409


def test_data_set_that_does_not_insist_is_completed_without_them(api: ApiClient, compulsory: None) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(compulsory_fields_complete_only=False)

    assert complete(api, "2014-02-03").status == 200
