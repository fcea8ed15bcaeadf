"""`/api/dataValues`: one value saved, read and deleted, and what refuses it."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from configuration.models import SystemSetting
from datavalues.models import LockException
from dhis2api.demo import identifiers as ids
from metadata.models import (
    CategoryOption,
    DataElement,
    DataInputPeriod,
    DataSet,
    Option,
    OptionSet,
    OrganisationUnit,
    Period,
)
from metadata.models.categories import DEFAULT_CATEGORY_OPTION, DEFAULT_CATEGORY_OPTION_COMBO
from tests.datavalues.payloads import (
    HARBOUR,
    HARBOUR_OPTION,
    PERIOD,
    SESSIONS,
    camel,
    send,
    stored,
    value,
)
from tests.harness.client import Answer, ApiClient
from tests.harness.forms import post_form
from users.models import User

pytestmark = pytest.mark.django_db

VALUES = "/api/dataValues"
FORM = "application/x-www-form-urlencoded"
PARTNERS_COMBO = "categoryCombo"


def key(**changes: str | None) -> dict[str, str]:
    """What names measles deaths in Ngelehun; None leaves a part out."""
    wanted = {"de": ids.MEASLES, "pe": PERIOD, "ou": ids.NGELEHUN_CHC} | changes
    return {name: text for name, text in wanted.items() if text is not None}


def save(api: ApiClient, user: str = "admin", **fields: str | None) -> Answer:
    return api.post(f"{VALUES}?{urlencode(key(**fields))}", user=user)


def read(api: ApiClient, user: str = "admin", **fields: str | None) -> Answer:
    return api.get(f"{VALUES}?{urlencode(key(**fields))}", user=user)


def delete(api: ApiClient, user: str = "admin", **fields: str | None) -> Answer:
    return api.delete(f"{VALUES}?{urlencode(key(**fields))}", user=user)


def refusal(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.json.get("errorCode")


def partner_combo() -> str:
    return DataSet.objects.get(data_set_elements__data_element__uid=SESSIONS).category_combo.uid


def test_a_value_is_saved_read_and_deleted(api: ApiClient) -> None:
    saved = save(api, value="12", co=DEFAULT_CATEGORY_OPTION_COMBO)

    assert (saved.status, saved.content) == (200, b"")
    assert read(api).json == ["12"]
    assert (stored()["stored_by"], stored()["followup"]) == ("admin", False)
    assert (delete(api).status, delete(api).status) == (204, 409)
    assert read(api).status == 409
    assert read(api).json["message"] == "Data value does not exist"
    assert stored()["deleted"]


@pytest.mark.parametrize("form", ["address", "urlencoded", "multipart", "json"])
def test_parameters_stand_wherever_the_client_puts_them(api: ApiClient, form: str) -> None:
    fields = key(value="7", comment="Two & more", followUp="true")
    if form == "address":
        answer = api.post(f"{VALUES}?{urlencode(fields)}")
    elif form == "urlencoded":
        answer = api.post(VALUES, urlencode(fields), content_type=FORM)
    elif form == "multipart":
        answer = post_form(api, VALUES, **fields)
    else:
        answer = api.post(VALUES, {
            "dataElement": ids.MEASLES, "period": PERIOD, "orgUnit": ids.NGELEHUN_CHC, "value": 7,
            "comment": "Two & more", "followUp": True,
        })  # fmt: skip

    assert answer.status == 200, answer
    assert (stored()["value"], stored()["comment"], stored()["followup"]) == ("7", "Two & more", True)


def test_an_attribute_option_combo_is_named_by_combo_and_options(api: ApiClient) -> None:
    named: dict[str, Any] = {"de": SESSIONS, "cc": partner_combo(), "cp": HARBOUR_OPTION}

    assert save(api, **named, value="3").status == 200
    assert read(api, **named).json == ["3"]
    assert read(api, de=SESSIONS).status == 409
    answer = api.post(VALUES, {
        "dataElement": SESSIONS, "period": PERIOD, "orgUnit": ids.NGELEHUN_CHC, "value": "4",
        "attribute": {"combo": partner_combo(), "options": [HARBOUR_OPTION]},
    })  # fmt: skip
    assert answer.status == 200
    assert read(api, **named).json == ["4"]


def test_only_what_is_sent_changes_and_empty_texts_clear(api: ApiClient) -> None:
    save(api, value="12", comment="Counted twice")
    save(api, comment="Counted once")
    assert (stored()["value"], stored()["comment"]) == ("12", "Counted once")
    save(api, value="")
    assert (stored()["value"], stored()["deleted"]) == (None, False)
    save(api, comment="")
    assert stored()["deleted"]


def test_follow_up_turns_a_stored_mark_over(api: ApiClient) -> None:
    save(api, value="12", followUp="true")
    save(api, followUp="true")
    assert not stored()["followup"]
    save(api, followUp="false")
    assert stored()["followup"]


def test_a_deleted_value_comes_back(api: ApiClient) -> None:
    save(api, value="12")
    created = stored()["created"]
    delete(api)

    assert save(api, value="13").status == 200

    assert (stored()["value"], stored()["deleted"], stored()["created"]) == ("13", False, created)


def test_a_zero_that_does_not_count_is_not_stored_and_deletes(api: ApiClient) -> None:
    assert save(api, value="0").status == 200
    assert stored() == {}
    save(api, value="5")
    assert save(api, value="0").status == 200
    assert stored()["deleted"]


def test_a_tick_sent_with_nothing_but_its_name_is_taken_away(api: ApiClient) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="TRUE_ONLY")
    save(api, value="TRUE")
    assert read(api).json == ["true"]

    assert save(api).status == 200

    assert stored()["deleted"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"de": "Jkhdsf8sdf4"}, "E1100"),
        ({"co": "Jkhdsf8sdf4"}, "E1103"),
        ({"cc": "Jkhdsf8sdf4", "cp": HARBOUR_OPTION}, "E1110"),
        ({"cc": PARTNERS_COMBO, "cp": "Jkhdsf8sdf4"}, "E1111"),
        ({"cc": PARTNERS_COMBO}, "E2040"),
        ({"cc": PARTNERS_COMBO, "cp": DEFAULT_CATEGORY_OPTION}, "E2041"),
        ({"pe": "2014M13"}, "E1101"),
        ({"ou": "Jkhdsf8sdf4"}, "E1102"),
        ({"ds": "Jkhdsf8sdf4", "value": "1"}, "E1105"),
        ({"de": SESSIONS, "ds": ids.MORTALITY}, "E2021"),
        ({"pe": "209901", "value": "1"}, "E2022"),
        ({"value": "twelve"}, "E2030"),
        ({"value": "1", "comment": "c" * 50_001}, "E2028"),
    ],
)  # fmt: skip
def test_what_names_nothing_or_fits_not_is_refused(api: ApiClient, fields: dict[str, str], code: str) -> None:
    sent = {name: partner_combo() if text == PARTNERS_COMBO else text for name, text in fields.items()}
    body = urlencode(key(**sent))

    answer = api.post(VALUES, body, content_type=FORM)

    assert refusal(answer) == (409, code)
    assert stored() == {}


def test_a_form_must_name_its_value(api: ApiClient) -> None:
    assert save(api, de=None).status == 400
    assert refusal(read(api, de=None)) == (409, "E1100")
    assert refusal(delete(api, ou=None)) == (409, "E1102")
    assert refusal(api.post(VALUES, {"period": PERIOD})) == (409, "E1100")
    assert api.post(VALUES, [1]).status == 400
    assert api.post(VALUES, "<a/>", content_type="application/xml").status == 415


def test_the_setting_may_want_the_option_combo_named(api: ApiClient) -> None:
    SystemSetting.objects.create(name="keyDataImportRequireCategoryOptionCombo", value="true")

    assert refusal(save(api, value="1")) == (409, "E2018")


def test_values_are_of_open_org_units(api: ApiClient) -> None:
    OrganisationUnit.objects.filter(uid=ids.NGELEHUN_CHC).update(closed_date=datetime.date(2013, 6, 1))

    assert refusal(save(api, value="1")) == (409, "E2019")


def test_values_are_of_the_users_org_units(api: ApiClient, badjia_clerk: User) -> None:
    assert refusal(save(api, user="badjia_clerk", ou=ids.SIERRA_LEONE, value="1")) == (409, "E2020")
    assert refusal(read(api, user="badjia_clerk", ou=ids.SIERRA_LEONE)) == (409, "E2020")
    assert save(api, user="badjia_clerk", value="1").status == 200


def test_readers_save_nothing(api: ApiClient, reader: User) -> None:
    assert save(api, user="reader", value="1").status == 403
    assert delete(api, user="reader").status == 403


def test_options_have_dates(api: ApiClient) -> None:
    named = {"de": SESSIONS, "cc": partner_combo(), "cp": HARBOUR_OPTION, "value": "1"}
    option = CategoryOption.objects.filter(uid=HARBOUR_OPTION)
    option.update(start_date=datetime.date(2014, 2, 1))
    assert refusal(save(api, **named)) == (409, "E2023")
    option.update(start_date=None, end_date=datetime.date(2013, 12, 31))
    DataSet.objects.update(open_periods_after_co_end_date=0)
    assert refusal(save(api, **named)) == (409, "E2024")


def test_values_of_an_option_set_are_its_codes(api: ApiClient) -> None:
    options = OptionSet.objects.create(uid="osForMeasle", name="Severity", value_type="TEXT")
    Option.objects.create(uid="opForMeasle", code="HIGH", name="High", option_set=options, sort_order=1)
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="TEXT", option_set=options)

    answer = save(api, value="high")

    assert refusal(answer) == (409, "E2029")
    assert answer.json["message"] == (
        f"Data value is not a valid option of the data element option set: `{ids.MEASLES}`"
    )
    assert save(api, value="HIGH").status == 200


def test_options_that_are_not_the_users_to_write_or_read(api: ApiClient, badjia_clerk: User) -> None:
    named = {"de": SESSIONS, "cc": partner_combo(), "cp": HARBOUR_OPTION}
    save(api, **named, value="1")
    private = {"public": "r-------", "users": {}, "userGroups": {}}
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(sharing=private)

    assert refusal(save(api, user="badjia_clerk", **named, value="2")) == (409, "E2031")
    assert refusal(delete(api, user="badjia_clerk", **named)) == (409, "E2031")
    assert read(api, user="badjia_clerk", **named).status == 403
    assert read(api, **named).json == ["1"]


def test_settings_make_single_values_strict(api: ApiClient) -> None:
    SystemSetting.objects.create(name="keyDataImportStrictPeriods", value="true")

    answer = save(api, pe="2014Q1", value="1")

    assert (answer.status, answer.json.get("errorCode")) == (409, None)
    assert "2014Q1" in answer.json["message"]


def test_expired_data_sets_are_locked(api: ApiClient, badjia_clerk: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(expiry_days=5)
    ours = {"user": "badjia_clerk", "ds": ids.MORTALITY, "value": "1"}

    assert refusal(save(api, **ours)) == (409, "E2017")
    assert save(api, ds=ids.MORTALITY, value="1").status == 200  # who has all authorities may edit what is expired
    assert refusal(delete(api, user="badjia_clerk", ds=ids.MORTALITY)) == (409, "E2017")
    LockException.objects.create(
        data_set=DataSet.objects.get(uid=ids.MORTALITY), period=Period.objects.get(iso=PERIOD),
        organisation_unit=OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC), created=timezone.now(),
    )  # fmt: skip
    assert save(api, **ours).status == 200


def test_input_periods_open_the_form(api: ApiClient) -> None:
    data_set = DataSet.objects.get(uid=ids.MORTALITY)
    DataInputPeriod.objects.create(data_set=data_set, period="201402")

    assert refusal(save(api, ds=ids.MORTALITY, value="1")) == (409, "E2025")
    assert refusal(save(api, ds=ids.MORTALITY, value="1", force="true")) == (409, "E2025")
    assert save(api, ds=ids.MORTALITY, pe="201402", value="1").status == 200


def mark(**members: Any) -> dict[str, Any]:
    """A follow-up body for measles deaths in Ngelehun."""
    wanted = {"data_element": ids.MEASLES, "period": PERIOD, "org_unit": ids.NGELEHUN_CHC, "followup": True} | members
    return {camel(name): content for name, content in wanted.items() if content is not None}


def test_follow_up_marks_are_set(api: ApiClient) -> None:
    send(api, value(), value(data_element=SESSIONS, attribute_option_combo=HARBOUR))
    other = mark(data_element=SESSIONS, attribute={"combo": partner_combo(), "options": [HARBOUR_OPTION]})

    assert api.put(f"{VALUES}/followup", mark()).status == 200
    assert stored()["followup"]
    assert api.put(f"{VALUES}/followups", {"values": [mark(followup=False), other]}).status == 200
    assert (stored()["followup"], stored(SESSIONS)["followup"]) == (False, True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"values": [{"followup": True, "dataElement": "Jkhdsf8sdf4"}]}, "E1100"),
        ({"values": [mark(), mark(followup=None)]}, "E2033"),
        ({"values": []}, "E2033"),
        ({}, "E2033"),
        ({"values": [mark(), mark(data_element=ids.CHOLERA)]}, "E2032"),
        ({"values": [mark(period="never")]}, "E2032"),
    ],
)
def test_follow_up_marks_are_set_all_or_none(api: ApiClient, body: dict[str, Any], code: str) -> None:
    send(api, value())

    assert refusal(api.put(f"{VALUES}/followups", body)) == (409, code)
    assert not stored()["followup"]
