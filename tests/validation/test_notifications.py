"""What is handed to whoever tells users, and what becomes of a result then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from django.utils import timezone

from dhis2api.demo import identifiers as ids
from metadata.models import ValidationRule
from tests.analytics.building import unit
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import private
from tests.validation.world import make_result, make_rule, make_template
from users.models import User, UserGroup
from validation import notifications
from validation.models import ValidationResult
from validation.notifications import Notice, hand_over, hand_over_stored, render
from validation.rules.analysis import violations_of
from validation.rules.loading import load_rules

pytestmark = pytest.mark.django_db
Told = list[Notice]


@pytest.fixture
def told() -> Iterator[Told]:
    """What a consumer was handed."""
    found: Told = []
    notifications.register_consumer(found.extend)
    yield found
    notifications._consumers.remove(found.extend)


@pytest.fixture
def rule(db: None) -> ValidationRule:
    return make_rule("2", "1", name="Two", description="At most one", importance="LOW")


def test_variables_are_filled_in(rule: ValidationRule, told: Told) -> None:
    names = (
        "rule_name", "rule_description", "operator", "importance", "left_side_description", "right_side_description",
        "left_side_value", "right_side_value", "org_unit_name", "period", "current_date",
    )  # fmt: skip
    make_template(rule, subject_template="V{rule_name}", message_template="|".join(f"V{{{name}}}" for name in names))
    make_result(rule)

    hand_over_stored()

    (notice,) = told
    assert notice.subject == "Two"
    assert notice.message.split("|") == [
        "Two", "At most one", "less_than_or_equal_to", "LOW", "The leftSide", "The rightSide", "2.0", "1.0",
        unit(ids.NGELEHUN_CHC).name, "January 2024", timezone.localdate().isoformat(),
    ]  # fmt: skip


def test_an_unknown_variable_stays() -> None:
    assert render("V{rule_name} V{moon} V{", {"rule_name": "V{moon}"}) == "V{moon} V{moon} V{"


def test_a_template_says_whom_to_tell_and_how(rule: ValidationRule, told: Told) -> None:
    group = UserGroup.objects.create(name="Officers", sharing=private())
    template = make_template(
        rule, send_strategy="COLLECTIVE_SUMMARY", notify_users_in_hierarchy_only=True,
        notify_parent_organisation_unit_only=False,
    )  # fmt: skip
    template.recipient_user_groups.add(group)
    make_result(rule)

    hand_over_stored()

    (notice,) = told
    found = notice.template
    assert (found.uid, found.send_strategy, found.recipient_groups) == (template.uid, "COLLECTIVE_SUMMARY", (group.pk,))
    assert (found.only_in_hierarchy, found.only_parent) == (True, False)
    assert notice.violation.org_unit == unit(ids.NGELEHUN_CHC).pk


def test_each_template_of_a_rule_is_a_notice(rule: ValidationRule, told: Told) -> None:
    for name in ("First", "Second"):
        make_template(rule, name=name, message_template=name)
    make_result(rule)

    assert hand_over_stored() == 1

    assert [notice.message for notice in told] == ["First", "Second"]


def test_results_of_rules_without_templates_stay_unsent(rule: ValidationRule, told: Told) -> None:
    make_template(rule)
    make_result(rule)
    silent = make_result(make_rule("1", "2"))

    assert hand_over_stored() == 1

    assert list(ValidationResult.objects.filter(notification_sent=False)) == [silent]
    assert hand_over_stored() == 0
    assert len(told) == 1


def test_without_a_consumer_nothing_is_sent(rule: ValidationRule) -> None:
    make_template(rule)
    make_result(rule)

    assert hand_over_stored() == 0
    assert not ValidationResult.objects.get().notification_sent


def test_what_a_consumer_did_is_undone_when_one_fails(rule: ValidationRule, told: Told) -> None:
    make_template(rule)
    make_result(rule)

    def write_and_fail(notices: Sequence[Notice]) -> None:
        UserGroup.objects.create(name="Half done", sharing=private())
        raise RuntimeError("no room")

    notifications.register_consumer(write_and_fail)
    try:
        assert hand_over_stored() == 0
    finally:
        notifications._consumers.remove(write_and_fail)

    assert not UserGroup.objects.filter(name="Half done").exists()
    assert not ValidationResult.objects.get().notification_sent


def test_what_was_told_or_deleted_since_it_was_found_is_not_told(rule: ValidationRule, told: Told) -> None:
    make_template(rule)
    sent, gone, left = (make_result(rule, pe=pe) for pe in ("202401", "202402", "202403"))
    found = list(
        violations_of(
            ValidationResult.objects.order_by("pk"), {rule.pk: load_rules(ValidationRule.objects.all()).rules[0]}
        )
    )
    ValidationResult.objects.filter(pk=sent.pk).update(notification_sent=True)
    gone.delete()

    assert hand_over(found) == 1

    assert [notice.violation.result for notice in told] == [left.pk]


def test_many_are_handed_over_in_parts(rule: ValidationRule, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "AT_ONCE", 2)
    make_template(rule)
    for month in range(1, 6):
        make_result(rule, pe=f"2024{month:02}")

    assert hand_over_stored() == 5
    assert not ValidationResult.objects.filter(notification_sent=False).exists()


def test_queries_do_not_grow_with_results(rule: ValidationRule, told: Told) -> None:
    make_template(rule)
    make_result(rule)
    with query_counter() as few:
        hand_over_stored()
    for month in range(2, 12):
        make_result(rule, pe=f"2024{month:02}")

    with query_counter() as more:
        assert hand_over_stored() == 10

    assert few.count == more.count


def test_a_request_takes_an_authority(api: ApiClient, outsider: User) -> None:
    answer = api.post("/api/validation/sendNotifications", user="outsider")

    assert answer.status == 403
    assert answer.json["message"] == "Access is denied, requires one Authority from [F_RUN_VALIDATION]"
