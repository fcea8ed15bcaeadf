"""Users are told of violations (DHIS2 2.42, validation notifications)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from dhis2api.demo import identifiers as ids
from messaging.models import Message, MessageConversation, UserMessage
from metadata.models import CaptureOrganisationUnit, ValidationRule
from tests.analytics.building import unit
from tests.harness.queries import query_counter
from tests.personas import persona, private
from tests.validation.world import make_result, make_rule, make_template
from users.models import User, UserGroup
from validation.notifications import hand_over_stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers(db: None) -> UserGroup:
    """Ann is in Bo, Bob in Badjia, which lies in it, Eve nowhere; Dan cannot log in."""
    group = UserGroup.objects.create(name="Officers", sharing=private())
    places = {"ann": ids.BO, "bob": ids.BADJIA, "eve": None, "dan": ids.BO}
    for name, place in places.items():
        user = persona(name)
        group.users.add(user)
        if place is not None:
            CaptureOrganisationUnit.objects.create(user=user, organisation_unit=unit(place))
    User.objects.filter(username="dan").update(disabled=True)
    return group


def told_of(officers: UserGroup, *rules: ValidationRule, **members: Any) -> None:
    make_template(*rules, **members).recipient_user_groups.add(officers)


def receivers() -> set[str]:
    return set(UserMessage.objects.values_list("user__username", flat=True))


def test_one_message_a_violation(officers: UserGroup) -> None:
    rule = make_rule("2", "1", name="Two", importance="HIGH")
    told_of(officers, rule)
    for month in ("202401", "202402"):
        make_result(rule, pe=month)

    hand_over_stored()

    assert receivers() == {"ann", "bob", "eve"}
    found = MessageConversation.objects.values_list("subject", "message_type", "priority", "status", "created_by")
    assert list(found) == [("Two", "VALIDATION_RESULT", "HIGH", "OPEN", None)] * 2
    assert set(Message.objects.values_list("text", flat=True)) == {"2.0"}


def test_a_summary_of_all_to_the_same_people(officers: UserGroup) -> None:
    rules = [make_rule("2", "1", name=f"{word} rule", importance=word) for word in ("LOW", "HIGH", "MEDIUM")]
    told_of(officers, *rules, send_strategy="COLLECTIVE_SUMMARY", message_template="V{importance}!")
    for rule in rules:
        make_result(rule)
    make_result(rules[1], pe="202402")

    hand_over_stored()

    conversation = MessageConversation.objects.get()
    assert conversation.subject == f"Validation violations as of {timezone.localdate().isoformat()}"
    assert conversation.priority == "HIGH"
    text = Message.objects.get().text
    assert text.startswith("Violations: High 2, medium 1, low 1\n\nHIGH rule\nHIGH!")
    assert [line for line in text.splitlines() if line.endswith("!")] == ["HIGH!", "HIGH!", "MEDIUM!", "LOW!"]


@pytest.mark.parametrize(("flags", "names"), [
    ({}, {"ann", "bob", "eve"}), ({"notify_users_in_hierarchy_only": True}, {"ann", "bob"}),
    ({"notify_parent_organisation_unit_only": True}, {"bob"}),
])  # fmt: skip
def test_only_those_whom_it_concerns_are_told(officers: UserGroup, flags: dict[str, bool], names: set[str]) -> None:
    """The violation is one of Ngelehun, which lies in Badjia, in Bo."""
    rule = make_rule("2", "1")
    told_of(officers, rule, **flags)
    make_result(rule)

    hand_over_stored()

    assert receivers() == names


def test_a_summary_of_thousands_says_how_many_more_there_are(officers: UserGroup) -> None:
    rule = make_rule("2", "1", importance="HIGH")
    told_of(officers, rule, send_strategy="COLLECTIVE_SUMMARY", message_template="x" * 30_000)
    for period in ("202301", "202302", "202303", "202304", "202305"):
        make_result(rule, pe=period)
    hand_over_stored()

    text = Message.objects.get().text
    assert text.startswith("Violations: High 5, medium 0, low 0\n\n")
    assert text.endswith("\n\n2 more")
    assert len(text) < 101_000


def test_nobody_is_told_twice(officers: UserGroup) -> None:
    rule = make_rule("2", "1")
    told_of(officers, rule)
    make_result(rule)

    assert [hand_over_stored(), hand_over_stored()] == [1, 0]
    assert MessageConversation.objects.count() == 1


def test_many_violations_are_told_in_as_many_queries_as_few(officers: UserGroup) -> None:
    rule = make_rule("2", "1")
    told_of(officers, rule)

    def count(months: range) -> int:
        for month in months:
            make_result(rule, pe=f"2024{month:02}")
        with query_counter() as queries:
            assert hand_over_stored() == len(months)
        return queries.count

    assert count(range(1, 3)) == count(range(3, 13))
