"""Violations as messages to users: one a violation, or a summary of many. Source: DHIS2 2.42, validation notifications.

Who is told is said by the templates' groups, and by where their members belong.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.utils import timezone

from messaging.enums import ConversationPriority, ConversationStatus, MessageType
from messaging.sending import MessageDraft, send_messages
from metadata.models import CaptureOrganisationUnit, OrganisationUnit
from users.models import UserGroup
from validation.notifications import Notice, Template

LONGEST_SUMMARY = 100_000  # characters, or little more: thousands of violations make no message
COLLECTIVE = "COLLECTIVE_SUMMARY"
IMPORTANCES = ("HIGH", "MEDIUM", "LOW")
PRIORITIES = {"HIGH": ConversationPriority.HIGH, "MEDIUM": ConversationPriority.MEDIUM, "LOW": ConversationPriority.LOW}

Users = frozenset[int]


def tell_users(notices: Sequence[Notice]) -> None:
    """Write to whom it concerns; a fixed number of queries for each thousand messages. Needs a transaction."""
    recipients = _Recipients(notices)
    drafts: list[MessageDraft] = []
    summaries: dict[Users, list[Notice]] = defaultdict(list)
    for notice in notices:
        users = recipients.of(notice)
        if users and notice.template.send_strategy == COLLECTIVE:
            summaries[users].append(notice)
        elif users:
            drafts.append(_draft(notice.subject, notice.message, users, notice.violation.rule.importance))
    today = timezone.localdate()
    drafts += [_draft(*summary_of(some, today), users, _highest(some)) for users, some in summaries.items()]
    send_messages(drafts)


def summary_of(notices: Sequence[Notice], today: datetime.date) -> tuple[str, str]:
    """Subject and text of one message about many violations, the most important first."""
    count = Counter(notice.violation.rule.importance for notice in notices)
    head = f"Violations: High {count['HIGH']}, medium {count['MEDIUM']}, low {count['LOW']}"
    ordered = sorted(notices, key=lambda notice: IMPORTANCES.index(notice.violation.rule.importance))
    texts, length = [head], len(head)
    for place, notice in enumerate(ordered):
        text = f"{notice.subject}\n{notice.message}"
        length += len(text)
        if length > LONGEST_SUMMARY:
            texts.append(f"{len(ordered) - place} more")
            break
        texts.append(text)
    return f"Validation violations as of {today.isoformat()}", "\n\n".join(texts)


def _draft(subject: str, text: str, users: Users, importance: str) -> MessageDraft:
    priority = PRIORITIES.get(importance, ConversationPriority.NONE)
    return MessageDraft(
        subject, text, users, MessageType.VALIDATION_RESULT, priority=priority, status=ConversationStatus.OPEN
    )


def _highest(notices: Sequence[Notice]) -> str:
    found = {notice.violation.rule.importance for notice in notices}
    return next((one for one in IMPORTANCES if one in found), "")


class _Recipients:
    """The users of groups, and where they belong; loaded once for all notices."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        templates = {notice.template.pk: notice.template for notice in notices}
        self._members = _members({group for one in templates.values() for group in one.recipient_groups})
        units = {notice.violation.org_unit for notice in notices}
        rows = OrganisationUnit.objects.filter(pk__in=units).values_list("pk", "parent_id", "path")
        self._places = {pk: (parent, path) for pk, parent, path in rows}
        everybody = {user for members in self._members.values() for user in members}
        self._units: dict[int, set[tuple[int, str]]] = defaultdict(set)
        belongs = CaptureOrganisationUnit.objects.filter(user__in=everybody)
        for user, unit, uid in belongs.values_list("user_id", "organisation_unit_id", "organisation_unit__uid"):
            self._units[user].add((unit, uid))

    def of(self, notice: Notice) -> Users:
        """Who is told of a violation."""
        template, unit = notice.template, notice.violation.org_unit
        members = {user for group in template.recipient_groups for user in self._members.get(group, ())}
        return frozenset(user for user in members if self._belongs(user, template, unit))

    def _belongs(self, user: int, template: Template, unit: int) -> bool:
        parent, path = self._places.get(unit, (None, ""))
        units = self._units.get(user, set())
        if template.only_parent and not any(key == parent for key, _ in units):
            return False
        return not template.only_in_hierarchy or any(uid in path.split("/") for _, uid in units)


def _members(groups: Collection[int]) -> Mapping[int, list[int]]:
    """The members of groups who can log in."""
    found: dict[int, list[int]] = defaultdict(list)
    links = UserGroup.users.through.objects.filter(usergroup__in=groups, user__disabled=False)
    for group, user in links.values_list("usergroup_id", "user_id"):
        found[group].append(user)
    return found
