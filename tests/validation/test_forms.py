"""`/api/validation/dataSet/{id}`: a filled form held against rules, and cells that lack a comment."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.demo import identifiers as ids
from metadata.models import CaptureOrganisationUnit, CategoryOptionCombo, DataElement, DataSet, ValidationRule
from tests.analytics.building import element, store, unit
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION
from tests.harness.client import Answer, ApiClient
from tests.personas import persona, private
from tests.tracker.world import enrolled_person
from tests.validation.world import NEVER, make_result, make_rule
from users.models import User

pytestmark = pytest.mark.usefixtures("no_values")


@pytest.fixture
def deaths(no_values: None) -> DataElement:
    return DataElement.objects.get(uid=ids.MEASLES)


@pytest.fixture
def rule(deaths: DataElement) -> ValidationRule:
    return make_rule(f"#{{{deaths.uid}}}", "1")


@pytest.fixture
def clerk(db: None) -> User:
    """Enters data in Badjia, and has no authorities."""
    user = persona("clerk")
    CaptureOrganisationUnit.objects.create(user=user, organisation_unit=unit(ids.BADJIA))
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-r-----", "users": {}, "userGroups": {}})
    return user


def validate(api: ApiClient, data_set: str = ids.MORTALITY, user: str = "admin", **members: Any) -> Answer:
    """Validate the mortality form of Ngelehun for January 2024."""
    asked = {"pe": "202401", "ou": ids.NGELEHUN_CHC, **members}
    return api.get(f"/api/validation/dataSet/{data_set}{query_of(asked)}", user=user)


def query_of(members: dict[str, Any]) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in members.items() if value is not None)


def violated(answer: Answer) -> list[str]:
    """The rules that are."""
    assert answer.status == 200, answer
    return [each["validationRule"]["id"] for each in answer.json["validationRuleViolations"]]


def test_a_violation(api: ApiClient, rule: ValidationRule, deaths: DataElement) -> None:
    store(deaths, "3")

    (shown,) = validate(api).json["validationRuleViolations"]

    assert shown["validationRule"]["id"] == rule.uid
    assert (shown["leftsideValue"], shown["rightsideValue"]) == (3.0, 1.0)
    assert (shown["period"]["id"], shown["organisationUnit"]["id"]) == ("202401", ids.NGELEHUN_CHC)
    assert shown["attributeOptionCombo"]["id"] == ids.DEFAULT_OPTION_COMBO
    assert "id" not in shown
    assert shown["notificationSent"] is False


def test_a_stored_violation_has_its_number(api: ApiClient, rule: ValidationRule) -> None:
    stored = make_result(rule)

    (shown,) = validate(api).json["validationRuleViolations"]

    assert shown["id"] == stored.pk


def test_other_forms_rules_are_not_asked(api: ApiClient, rule: ValidationRule, deaths: DataElement) -> None:
    other = element()
    for each in (deaths, other):
        store(each, "3")
    make_rule(f"#{{{other.uid}}}", "1")
    make_rule(f"#{{{deaths.uid}}}", "1", period_type="Quarterly")
    make_rule(f"#{{{deaths.uid}}}", "1", skip_form_validation=True)

    assert violated(validate(api)) == [rule.uid]


def test_a_rule_is_asked_even_if_the_form_is_empty(api: ApiClient, deaths: DataElement) -> None:
    rule = make_rule(f"#{{{deaths.uid}}}", "0", "greater_than", strategies=(NEVER, NEVER))

    assert violated(validate(api)) == [rule.uid]


@pytest.mark.parametrize("named", ["aoc", "cc and cp"])
def test_the_attribute_option_combo_of_the_form(
    api: ApiClient, rule: ValidationRule, deaths: DataElement, named: str
) -> None:
    combo = CategoryOptionCombo.objects.get(uid=HARBOUR)
    store(deaths, "3", ao=combo)
    by_options = {"cc": combo.category_combo.uid, "cp": HARBOUR_OPTION}

    assert violated(validate(api)) == []
    assert violated(validate(api, **({"aoc": HARBOUR} if named == "aoc" else by_options))) == [rule.uid]


class TestComments:
    """Of data sets that want one where there is no value."""

    @pytest.fixture
    def explained(self, deaths: DataElement) -> DataSet:
        DataSet.objects.filter(uid=ids.MORTALITY).update(no_value_requires_comment=True)
        return DataSet.objects.get(uid=ids.MORTALITY)

    def test_not_of_others(self, api: ApiClient) -> None:
        assert validate(api).json["commentRequiredViolations"] == []

    def test_a_cell_without_value_and_comment(self, api: ApiClient, explained: DataSet, deaths: DataElement) -> None:
        before = validate(api).json["commentRequiredViolations"]
        cell = {
            "id": f"{deaths.uid}.{ids.DEFAULT_OPTION_COMBO}", "displayName": f"{deaths.name} default",
            "dataElement": {"id": deaths.uid, "displayName": deaths.name},
            "categoryOptionCombo": {"id": ids.DEFAULT_OPTION_COMBO, "displayName": "default"},
        }  # fmt: skip
        assert cell in before

        store(deaths, "3")
        assert validate(api).json["commentRequiredViolations"] == [each for each in before if each != cell]


class TestRefusals:
    @pytest.mark.parametrize(
        ("data_set", "members", "code"),
        [
            ("Jkhdsf8sdf4", {}, "E1105"),
            (ids.MORTALITY, {"pe": "soon"}, "E1101"),
            (ids.MORTALITY, {"pe": None}, "E1101"),
            (ids.MORTALITY, {"ou": "Jkhdsf8sdf4"}, "E1102"),
            (ids.MORTALITY, {"aoc": "Jkhdsf8sdf4"}, "E1104"),
            (ids.MORTALITY, {"cc": "Jkhdsf8sdf4"}, "E2040"),
        ],
    )
    def test_names_of_nothing(self, api: ApiClient, data_set: str, members: dict[str, Any], code: str) -> None:
        answer = validate(api, data_set, **members)

        assert (answer.status, answer.json["errorCode"]) == (409, code)

    def test_org_units_elsewhere(self, api: ApiClient, clerk: User) -> None:
        assert validate(api, user="clerk").status == 200

        refused = validate(api, user="clerk", ou=ids.BAOMA)
        assert (refused.status, refused.json["errorCode"]) == (409, "E2020")

    def test_data_sets_whose_data_may_not_be_read(self, api: ApiClient, clerk: User) -> None:
        DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-------", "users": {}, "userGroups": {}})
        refused = validate(api, user="clerk")
        assert (refused.status, refused.json["errorCode"]) == (409, "E2010")

        DataSet.objects.filter(uid=ids.MORTALITY).update(sharing=private())
        assert validate(api, user="clerk").json["errorCode"] == "E1105"

    def test_rules_that_may_not_be_read(
        self, api: ApiClient, clerk: User, rule: ValidationRule, deaths: DataElement
    ) -> None:
        store(deaths, "3")
        assert violated(validate(api, user="clerk")) == [rule.uid]

        rule.sharing = private()
        rule.save()

        assert violated(validate(api, user="clerk")) == []

    def test_rules_over_programs_whose_data_may_not_be_read(
        self, api: ApiClient, clerk: User, deaths: DataElement
    ) -> None:
        store(deaths, "3")
        program = enrolled_person().program
        rule = make_rule(f"#{{{deaths.uid}}}", f"D{{{program.uid}.{deaths.uid}}}", strategies=(NEVER, NEVER))
        assert violated(validate(api, user="clerk")) == [rule.uid]

        program.sharing = private()
        program.save()

        assert violated(validate(api, user="clerk")) == []

    def test_options_whose_data_may_not_be_read(self, api: ApiClient, clerk: User) -> None:
        option = CategoryOptionCombo.objects.get(uid=HARBOUR).category_options.get(uid=HARBOUR_OPTION)
        option.sharing = private()
        option.save()

        assert validate(api, user="clerk", aoc=HARBOUR).status == 403
