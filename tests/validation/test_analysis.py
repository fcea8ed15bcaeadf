"""`/api/dataAnalysis/validationRules`: rules run at once, by whom, with which bounds, and what stays."""

from __future__ import annotations

from typing import Any

import pytest

from configuration.settings import store_settings
from dhis2api.demo import identifiers as ids
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.periods import parse_period
from metadata.models import (
    CaptureOrganisationUnit,
    CategoryOptionCombo,
    DataElement,
    DataSet,
    ProgramIndicator,
    ValidationRule,
)
from sharing.access import Principal
from tests.analytics.building import element, store, unit
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION
from tests.harness.client import ApiClient
from tests.personas import persona, private
from tests.tracker.world import enrolled_person, make_attribute, make_data_element
from tests.validation.world import (
    ALL,
    ANALYSIS,
    EVERYBODY,
    NEVER,
    ask,
    found,
    make_group,
    make_result,
    make_rule,
    make_template,
)
from users.models import User
from validation import notifications
from validation.analysing import show_violations
from validation.models import ValidationResult
from validation.notifications import Notice
from validation.rules.analysis import Violation
from validation.rules.loading import load_rules

pytestmark = pytest.mark.usefixtures("no_values")


@pytest.fixture
def a(no_values: None) -> DataElement:
    found = element()
    store(found, "3")
    return found


@pytest.fixture
def rule(a: DataElement) -> ValidationRule:
    return make_rule(f"#{{{a.uid}}}", "1", description="Not more than one", importance="HIGH")


@pytest.fixture
def analyst(db: None) -> User:
    """Runs rules over Badjia."""
    user = persona("analyst", ["F_RUN_VALIDATION"])
    CaptureOrganisationUnit.objects.create(user=user, organisation_unit=unit(ids.BADJIA))
    return user


def test_a_violation_with_all_its_members(api: ApiClient, rule: ValidationRule) -> None:
    place = unit(ids.NGELEHUN_CHC)
    names = [unit(uid).name for uid in place.path.split("/")[1:-1]]

    assert ask(api).json == [{
        "validationRuleId": rule.uid, "validationRuleDescription": "Not more than one",
        "organisationUnitId": place.uid, "organisationUnitDisplayName": place.name, "organisationUnitPath": place.path,
        "organisationUnitAncestorNames": " / ".join(names), "periodId": "202401", "periodDisplayName": "January 2024",
        "attributeOptionComboId": ids.DEFAULT_OPTION_COMBO, "attributeOptionComboDisplayName": "default",
        "importance": "HIGH", "leftSideValue": 3.0, "operator": "<=", "rightSideValue": 1.0,
    }]  # fmt: skip


def test_nothing_is_stored_unless_asked(api: ApiClient, rule: ValidationRule) -> None:
    assert len(found(api)) == 1
    assert not ValidationResult.objects.exists()

    found(api, persist=True)

    stored = ValidationResult.objects.get()
    assert (stored.validation_rule, stored.period.iso, stored.organisation_unit.uid) == (
        rule,
        "202401",
        ids.NGELEHUN_CHC,
    )
    assert (stored.leftside_value, stored.rightside_value, stored.day_in_period) == (3.0, 1.0, None)
    assert not stored.notification_sent


def test_what_is_stored_is_answered_as_it_was_found(api: ApiClient, rule: ValidationRule, a: DataElement) -> None:
    found(api, persist=True)
    store(a, "9")
    store(a, "9", pe="202402")

    assert found(api, persist=True) == [
        (ids.NGELEHUN_CHC, "202401", 3.0, 1.0), (ids.NGELEHUN_CHC, "202402", 9.0, 1.0),
    ]  # fmt: skip
    assert ValidationResult.objects.count() == 2


def test_a_stored_result_stays_one_when_its_data_is_mended(
    api: ApiClient, rule: ValidationRule, a: DataElement
) -> None:
    make_result(rule)
    store(a, "1")

    assert found(api) == [(ids.NGELEHUN_CHC, "202401", 2.0, 1.0)]


def test_a_rule_that_is_deleted_while_it_runs_is_not_shown(rule: ValidationRule) -> None:
    (loaded,) = load_rules(ValidationRule.objects.all()).rules
    combo = CategoryOptionCombo.objects.get(uid=HARBOUR).pk
    found = [Violation(loaded, unit(ids.NGELEHUN_CHC).pk, parse_period("202401"), combo, 3.0, 1.0)]
    context = ReadingContext(Principal("x" * 11, frozenset({"ALL"})))
    assert len(show_violations(found, context)) == 1

    rule.delete()

    assert show_violations(found, context) == []


def test_a_group_chooses_rules(api: ApiClient, rule: ValidationRule, a: DataElement) -> None:
    make_rule(f"#{{{a.uid}}}", "2")
    group = make_group(rule)

    assert [right for *_, right in found(api, vrg=group.uid)] == [1.0]
    assert len(found(api)) == 2


@pytest.mark.parametrize("asked", [True, False])
def test_users_are_told_if_asked(api: ApiClient, rule: ValidationRule, asked: bool) -> None:
    make_template(rule)
    told: list[Notice] = []
    notifications.register_consumer(told.extend)
    try:
        found(api, notification=asked, persist=True)
    finally:
        notifications._consumers.remove(told.extend)

    assert [notice.violation.rule.uid for notice in told] == ([rule.uid] if asked else [])
    assert ValidationResult.objects.get().notification_sent is asked


class TestBounds:
    """500 unless said otherwise; as many as the setting says at most."""

    def test_no_more_than_asked_for(self, api: ApiClient, rule: ValidationRule, a: DataElement) -> None:
        store(a, "9", pe="202402")

        assert len(found(api, maxResults=1)) == 1
        assert len(found(api, maxResults=2)) == 2

    @pytest.mark.parametrize("number", [0, -1, 501, 2**70])
    def test_out_of_bounds(self, api: ApiClient, number: int) -> None:
        assert ask(api, maxResults=number).status == 400

    def test_the_setting_moves_them(self, api: ApiClient, rule: ValidationRule, a: DataElement) -> None:
        store(a, "9", pe="202402")
        store_settings({"keyDataQualityMaxLimit": 1})

        assert len(found(api)) == 1
        assert ask(api, maxResults=2).status == 400


class TestRefusals:
    @pytest.mark.parametrize(
        ("members", "status", "code"),
        [
            ({"ou": None}, 400, None),
            ({"ou": ""}, 400, None),
            ({"ou": "Jkhdsf8sdf4"}, 409, "E1102"),
            ({"vrg": "Jkhdsf8sdf4"}, 404, "E1005"),
            ({"startDate": None}, 400, None),
            ({"endDate": "soon"}, 400, None),
            ({"startDate": "2024-02-30"}, 400, None),
            ({"startDate": "2025-01-01"}, 400, None),
            ({"startDate": 7}, 400, None),
            ({"ou": [ids.BO]}, 400, None),
            ({"persist": "maybe"}, 400, None),
            ({"ou": "a\x00b"}, 400, None),
        ],
    )  # fmt: skip
    def test_bodies(self, api: ApiClient, members: dict[str, Any], status: int, code: str | None) -> None:
        answer = ask(api, **members)

        assert (answer.status, answer.json.get("errorCode")) == (status, code)

    def test_the_words_for_a_missing_org_unit(self, api: ApiClient) -> None:
        assert ask(api, ou=None).json["message"] == "No organisation unit defined"

    @pytest.mark.parametrize("body", ["", "[]", "7", "{", "null"])
    def test_what_is_no_object(self, api: ApiClient, body: str) -> None:
        assert api.post(ANALYSIS, body).status == 400


class TestAccess:
    def test_it_takes_an_authority(self, api: ApiClient, outsider: User) -> None:
        answer = ask(api, user="outsider")

        assert answer.status == 403
        assert answer.json["message"] == "Access is denied, requires one Authority from [F_RUN_VALIDATION]"

    def test_org_units_of_the_users_hierarchy(self, api: ApiClient, rule: ValidationRule, analyst: User) -> None:
        assert len(ask(api, user="analyst", ou=ids.BADJIA).json) == 1

        refused = ask(api, user="analyst", ou=ids.BO)
        assert (refused.status, refused.json["errorCode"]) == (409, "E2020")

    def test_rules_that_the_user_may_read(self, api: ApiClient, rule: ValidationRule, analyst: User) -> None:
        group = make_group(rule)
        rule.sharing = private()
        rule.save()

        assert ask(api, user="analyst", ou=ids.BADJIA).json == []
        assert ask(api, user="analyst", ou=ids.BADJIA, vrg=group.uid).json == []
        assert len(ask(api).json) == 1

    def test_groups_that_the_user_may_read(self, api: ApiClient, rule: ValidationRule, analyst: User) -> None:
        group = make_group(rule, sharing=private())

        assert ask(api, user="analyst", ou=ids.BADJIA, vrg=group.uid).status == 404

    def test_data_that_the_user_may_read(
        self, api: ApiClient, rule: ValidationRule, a: DataElement, analyst: User
    ) -> None:
        combo = CategoryOptionCombo.objects.get(uid=HARBOUR)
        store(a, "7", ao=combo)
        option = combo.category_options.get(uid=HARBOUR_OPTION)
        option.sharing = private()
        option.save()

        assert [each["leftSideValue"] for each in ask(api, user="analyst", ou=ids.BADJIA).json] == [3.0]
        assert len(ask(api).json) == 2

    @pytest.mark.parametrize("kind", ["D", "A", "I", "R"])
    def test_rules_over_programs_and_data_sets_whose_data_the_user_may_read(
        self, api: ApiClient, a: DataElement, analyst: User, kind: str
    ) -> None:
        """He may write a rule that names any of them."""
        visits = enrolled_person()
        program, form = visits.program, DataSet.objects.get(uid=ids.MORTALITY)
        weight = make_data_element(visits.stage, value_type="NUMBER", aggregation_type="SUM")
        age = make_attribute(of_program=program, value_type="NUMBER", aggregation_type="SUM")
        count = ProgramIndicator.objects.create(
            name="Visits", short_name="Visits", program=program, expression="V{event_count}", analytics_type="EVENT",
            aggregation_type="COUNT", sharing=EVERYBODY, category_combo=a.category_combo,
            attribute_combo=a.category_combo,
        )  # fmt: skip
        item = {
            "D": f"D{{{program.uid}.{weight.uid}}}", "A": f"A{{{program.uid}.{age.uid}}}", "I": f"I{{{count.uid}}}",
            "R": f"R{{{form.uid}.ACTUAL_REPORTS}}",
        }[kind]  # fmt: skip
        make_rule(f"#{{{a.uid}}}", item, "equal_to", strategies=(ALL, NEVER))
        owner = form if kind == "R" else program
        owner.sharing = {**EVERYBODY, "public": "r-r-----"}
        owner.save()
        assert len(ask(api, user="analyst", ou=ids.BADJIA).json) == 1

        owner.sharing = EVERYBODY
        owner.save()

        assert ask(api, user="analyst", ou=ids.BADJIA).json == []
        assert len(ask(api).json) == 1
