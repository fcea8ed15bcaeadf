"""`/api/dataEntry`: what a form needs to be shown, and the past of one value."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from datavalues.models import MinMaxDataElement
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOptionCombo, DataElement, DataSet, OrganisationUnit
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION, PERIOD, RURAL_CARE, SESSIONS, send, value
from tests.datavalues.test_single_values import key, refusal
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def form(api: ApiClient, user: str = "admin", **changes: str) -> Answer:
    named = {"ds": ids.MORTALITY, "pe": PERIOD, "ou": ids.NGELEHUN_CHC} | changes
    return api.get(f"/api/dataEntry/dataValues?{urlencode(named)}", user=user)


def test_a_form_shows_values_limits_lock_and_completeness(api: ApiClient) -> None:
    MinMaxDataElement.objects.create(
        data_element=DataElement.objects.get(uid=ids.MEASLES), min=1, max=20,
        source=OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC),
        option_combo=CategoryOptionCombo.objects.get(uid=DEFAULT_CATEGORY_OPTION_COMBO),
    )  # fmt: skip
    empty = form(api).json
    assert (empty["dataValues"], empty["lockStatus"], empty["completeStatus"]) == ([], "OPEN", {"complete": False})

    send(api, value(comment="sure"), data_set=ids.MORTALITY, period=PERIOD, org_unit=ids.NGELEHUN_CHC,
         complete_date="2014-02-03")  # fmt: skip

    shown = form(api).json
    (item,) = shown["dataValues"]
    assert {
        "dataElement": ids.MEASLES, "period": PERIOD, "orgUnit": ids.NGELEHUN_CHC, "value": "12", "comment": "sure",
        "categoryOptionCombo": DEFAULT_CATEGORY_OPTION_COMBO, "followUp": False, "storedBy": "admin",
    }.items() <= item.items()  # fmt: skip
    assert item["attribute"].keys() == {"combo", "options"}
    assert shown["minMaxValues"] == [{
        "dataElement": ids.MEASLES, "orgUnit": ids.NGELEHUN_CHC, "categoryOptionCombo": DEFAULT_CATEGORY_OPTION_COMBO,
        "minValue": 1, "maxValue": 20,
    }]  # fmt: skip
    assert (shown["completeStatus"]["complete"], shown["completeStatus"]["createdBy"]) == (True, "admin")


def test_an_expired_form_is_locked_for_those_who_may_not_edit_it(api: ApiClient, badjia_clerk: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(expiry_days=5)

    assert form(api, user="badjia_clerk").json["lockStatus"] == "LOCKED"
    assert form(api).json["lockStatus"] == "OPEN"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"ds": "x"}, "E1105"), ({"pe": "x"}, "E1101"), ({"ou": "x"}, "E1102"), ({"cc": "x"}, "E2040"),
     ({"ou": ids.SIERRA_LEONE}, "E2020")],
)  # fmt: skip
def test_what_names_no_form_is_refused(api: ApiClient, badjia_clerk: User, changes: dict[str, str], code: str) -> None:
    assert refusal(form(api, user="badjia_clerk", **changes)) == (409, code)


def test_a_form_that_may_not_be_read_is_refused(api: ApiClient, badjia_clerk: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-------", "users": {}, "userGroups": {}})

    assert refusal(form(api, user="badjia_clerk")) == (409, "E2010")


def test_the_past_of_a_value_is_its_changes_and_the_periods_before(api: ApiClient) -> None:
    send(api, value(value="1"), value(period="201312", value="2"), value(period="201212", value="3"))
    send(api, value(value="4"))

    shown = api.get(f"/api/dataEntry/dataValueContext?{urlencode(key())}").json

    assert [(item["auditType"], item["value"]) for item in shown["audits"]] == [("UPDATE", "1")]
    assert [(item["period"], item["value"]) for item in shown["history"]] == [("201401", "4"), ("201312", "2")]


def test_the_past_of_a_value_is_that_of_its_attribute_option_combo_alone(api: ApiClient) -> None:
    for text in ("1", "2"):
        send(api, *[
            value(data_element=SESSIONS, period="2014Q1", value=text, attribute_option_combo=combo)
            for combo in (HARBOUR, RURAL_CARE)
        ])  # fmt: skip
    partners = CategoryOptionCombo.objects.get(uid=HARBOUR).category_combo.uid
    named = key(de=SESSIONS, pe="2014Q1", cc=partners, cp=HARBOUR_OPTION)

    shown = api.get(f"/api/dataEntry/dataValueContext?{urlencode(named)}").json

    assert [item["attributeOptionCombo"]["id"] for item in shown["audits"]] == [HARBOUR]
    assert [item["value"] for item in shown["history"]] == ["2"]
