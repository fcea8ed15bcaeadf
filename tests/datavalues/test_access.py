"""Who may send values, and who sees which."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.demo import identifiers as ids
from metadata.models import (
    CaptureOrganisationUnit,
    CategoryOption,
    DataElement,
    DataSet,
    DataViewOrganisationUnit,
    OrganisationUnit,
    OrganisationUnitGroup,
)
from tests.datavalues.conftest import capturing
from tests.datavalues.payloads import (
    AUDIT_DEATHS,
    AUDIT_SET,
    HARBOUR,
    HARBOUR_OPTION,
    PARTNER_SET,
    RURAL_CARE,
    SESSIONS,
    SETS,
    query,
    read,
    send,
    stored,
    value,
)
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db

HIDDEN = {"public": "--------", "users": {}, "userGroups": {}}
METADATA_ONLY = {"public": "r-------", "users": {}, "userGroups": {}}


def refusal(api: ApiClient, user: str, **params: Any) -> tuple[int, str, str]:
    answer = api.get(SETS + query(**params), user=user)
    return answer.status, answer.json.get("errorCode"), answer.json["message"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_import_needs_its_authority(api: ApiClient, reader: User, form: str) -> None:
    answer = api.post(SETS, "{}", content_type=f"application/{form}", user="reader")

    assert answer.status == 403
    assert answer.json == {
        "httpStatus": "Forbidden",
        "httpStatusCode": 403,
        "status": "ERROR",
        "message": "Access is denied, requires one Authority from [F_DATAVALUE_ADD]",
    }


def test_authority_is_all_that_it_needs(api: ApiClient) -> None:
    capturing(persona("sender", ["F_DATAVALUE_ADD"]), ids.NGELEHUN_CHC)

    assert send(api, value(), user="sender").counts["imported"] == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_comes_in_without_credentials(api: ApiClient, method: str) -> None:
    assert getattr(api, method)(SETS + query(), user=None).status == 401


def test_superuser_is_bound_to_the_capture_hierarchy(api: ApiClient, admin: User) -> None:
    CaptureOrganisationUnit.objects.filter(user=admin).delete()
    capturing(admin, ids.BADJIA)

    answer = send(api, value(), value(org_unit=ids.BAOMA))

    assert answer.conflicts == [("E7617", "orgUnit", [1])]
    assert stored()["value"] == "12"


def test_superuser_is_bound_to_the_data_view_hierarchy(api: ApiClient, admin: User) -> None:
    DataViewOrganisationUnit.objects.filter(user=admin).delete()
    DataViewOrganisationUnit.objects.create(user=admin, organisation_unit=OrganisationUnit.objects.get(uid=ids.BADJIA))

    assert refusal(api, "admin", org_unit=ids.BAOMA) == (
        409, "E2012", f"User is not allowed to view org unit: `{ids.BAOMA}`",
    )  # fmt: skip


def test_user_without_capture_org_units_sends_nothing(api: ApiClient) -> None:
    persona("sender", ["F_DATAVALUE_ADD"])

    assert send(api, value(), user="sender").conflicts == [("E7617", "orgUnit", [0])]


def test_reading_needs_no_authority(api: ApiClient, reader: User) -> None:
    send(api, value())

    assert [item["value"] for item in read(api, user="reader")] == ["12"]


def test_data_set_whose_data_may_not_be_read_is_e2010(api: ApiClient, badjia_clerk: User) -> None:
    params = {"data_set": f"{ids.MORTALITY},{AUDIT_SET}"}

    assert refusal(api, "badjia_clerk", **params) == (
        409, "E2010", f"User is not allowed to read data for data set: `{AUDIT_SET}`",
    )  # fmt: skip
    by_code = refusal(api, "badjia_clerk", data_set="DEATH_AUDIT", input_data_set_id_scheme="code")
    assert by_code[2].endswith(f"`{AUDIT_SET}`")


def test_members_of_its_group_read_a_restricted_data_set(api: ApiClient, bo_officer: User) -> None:
    assert read(api, user="bo_officer", data_set=AUDIT_SET) == []


def test_unreadable_data_element_is_dropped_like_an_unknown_one(api: ApiClient, badjia_clerk: User) -> None:
    DataElement.objects.filter(uid=AUDIT_DEATHS).update(sharing=HIDDEN)
    params = {"data_set": None, "data_element": AUDIT_DEATHS}

    assert refusal(api, "badjia_clerk", **params)[:2] == (409, "E2001")
    assert read(api, **params) == []


@pytest.fixture
def partners(api: ApiClient) -> dict[str, Any]:
    """Values of two partners; the data of one is hidden from ordinary users. What asks for both."""
    sent = value(data_element=SESSIONS, period="2014Q1")
    send(api, sent | {"attributeOptionCombo": HARBOUR, "value": "1"},
         sent | {"attributeOptionCombo": RURAL_CARE, "value": "2"})  # fmt: skip
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(sharing=METADATA_ONLY)
    return {"data_set": PARTNER_SET, "period": "2014Q1"}


def test_values_of_a_hidden_attribute_option_are_left_out_silently(
    api: ApiClient, badjia_clerk: User, partners: dict[str, Any]
) -> None:
    assert [item["value"] for item in read(api, user="badjia_clerk", **partners)] == ["2"]
    assert sorted(item["value"] for item in read(api, **partners)) == ["1", "2"]


def test_asking_for_a_hidden_attribute_option_combo_is_e2011(
    api: ApiClient, badjia_clerk: User, partners: dict[str, Any]
) -> None:
    message = f"User is not allowed to read data for attribute option combo: `{HARBOUR}`"

    assert refusal(api, "badjia_clerk", attribute_option_combo=HARBOUR, **partners) == (409, "E2011", message)
    assert len(read(api, attribute_option_combo=HARBOUR, **partners)) == 1


def test_options_of_category_option_combos_hide_nothing(api: ApiClient, badjia_clerk: User) -> None:
    send(api, value(data_element=ids.BCG, category_option_combo=ids.FIXED_UNDER_1))
    CategoryOption.objects.filter(uid=ids.FIXED).update(sharing=HIDDEN)

    assert len(read(api, user="badjia_clerk", data_set=ids.CHILD_HEALTH)) == 1


@pytest.mark.parametrize(("unit", "is_seen"), [(ids.BADJIA, True), (ids.NGELEHUN_CHC, True), (ids.BO, False)])
def test_data_view_falls_back_to_where_data_is_entered(
    api: ApiClient, badjia_clerk: User, unit: str, is_seen: bool
) -> None:
    DataViewOrganisationUnit.objects.filter(user=badjia_clerk).delete()

    answer = api.get(SETS + query(org_unit=unit, children="true"), user="badjia_clerk")

    assert answer.status == (200 if is_seen else 409)
    assert is_seen or answer.json["errorCode"] == "E2012"


def test_data_view_goes_before_where_data_is_entered(api: ApiClient, badjia_clerk: User) -> None:
    own = DataViewOrganisationUnit.objects.filter(user=badjia_clerk)
    own.update(organisation_unit=OrganisationUnit.objects.get(uid=ids.BAOMA))

    assert read(api, user="badjia_clerk", org_unit=ids.BAOMA) == []
    assert refusal(api, "badjia_clerk", org_unit=ids.BADJIA)[1] == "E2012"


def test_group_shows_only_its_units_in_the_user_s_hierarchy(api: ApiClient, badjia_clerk: User) -> None:
    send(api, value(value="1"), value(value="2", org_unit=ids.BAOMA))
    group = OrganisationUnitGroup.objects.create(name="Two places", short_name="Two places", sharing=METADATA_ONLY)
    group.organisation_units.set(OrganisationUnit.objects.filter(uid__in=[ids.NGELEHUN_CHC, ids.BAOMA]))
    params = {"org_unit": None, "org_unit_group": group.uid}

    assert [item["value"] for item in read(api, user="badjia_clerk", **params)] == ["1"]
    assert len(read(api, **params)) == 2


def test_first_forbidden_thing_is_told(api: ApiClient, badjia_clerk: User, partners: dict[str, Any]) -> None:
    DataSet.objects.filter(uid=PARTNER_SET).update(sharing=METADATA_ONLY)
    params = partners | {"attribute_option_combo": HARBOUR, "org_unit": ids.BAOMA}

    assert refusal(api, "badjia_clerk", **params)[1] == "E2010"
    assert refusal(api, "badjia_clerk", **params | {"data_set": ids.MORTALITY})[1] == "E2011"
