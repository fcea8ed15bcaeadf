"""What users shall be told of violations, handed to whoever sends messages.

Consumers register here. They are called inside the transaction that then marks the results as sent: what a consumer
writes and the mark take effect together, or neither does. Without a consumer, or when one fails, results stay unsent,
and the next VALIDATION_RESULTS_NOTIFICATION hands them over again. Source: DHIS2 2.42, validation notifications.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from metadata.models import OrganisationUnit, ValidationNotificationTemplate, ValidationRule
from validation.models import ValidationResult
from validation.rules.analysis import Violation, violations_of
from validation.rules.loading import load_rules

logger = logging.getLogger(__name__)

AT_ONCE = 10_000  # results that are handed over at once
VARIABLE = re.compile(r"V\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """Whom to tell, and how; groups are primary keys of user groups. COLLECTIVE_SUMMARY is one message for many."""

    pk: int
    uid: str
    send_strategy: str
    recipient_groups: tuple[int, ...]
    only_in_hierarchy: bool  # of the members those whose org units include the violation's
    only_parent: bool  # of the members those of the org unit above
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One violation in the words of one template."""

    template: Template
    violation: Violation
    subject: str
    message: str


Consumer = Callable[[Sequence[Notice]], None]
_consumers: list[Consumer] = []


def register_consumer(consume: Consumer) -> None:
    """Have `consume` called with what users shall be told. It may write; what it raises undoes that."""
    _consumers.append(consume)


def hand_over(violations: Sequence[Violation]) -> int:
    """Hand over those of rules with a template that nobody was told of, and mark them; how many. Queries: constant for
    each 10,000. Needs a transaction."""
    unsent = [found for found in violations if not found.notification_sent]
    return sum(_hand_over(unsent[start : start + AT_ONCE]) for start in range(0, len(unsent), AT_ONCE))


def hand_over_stored() -> int:
    """The same for all stored results."""
    rules = {
        rule.pk: rule
        for rule in load_rules(ValidationRule.objects.filter(notification_templates__isnull=False).distinct()).rules
    }
    unsent = ValidationResult.objects.filter(validation_rule__in=list(rules), notification_sent=False).order_by("pk")
    handed, last = 0, 0
    while _consumers:
        found = list(violations_of(unsent.filter(pk__gt=last)[:AT_ONCE], rules))
        if not found:
            break
        handed, last = handed + _hand_over(found), max(each.result or 0 for each in found)
    return handed


def render(text: str, variables: Mapping[str, str]) -> str:
    """A template's text with its variables filled in; an unknown one stays as it is."""
    return VARIABLE.sub(lambda found: variables.get(found[1], found[0]), text)


def variables_of(violation: Violation, org_unit_name: str) -> dict[str, str]:
    """What `V{…}` stands for."""
    rule = violation.rule
    return {
        "rule_name": rule.name,
        "rule_description": rule.description,
        "operator": rule.operator,
        "importance": rule.importance,
        "left_side_description": rule.left.description,
        "right_side_description": rule.right.description,
        "left_side_value": str(violation.left),
        "right_side_value": str(violation.right),
        "org_unit_name": org_unit_name,
        "period": violation.period.display_name,
        "current_date": timezone.localdate().isoformat(),
    }


def _hand_over(violations: Sequence[Violation]) -> int:
    if not (_consumers and violations):
        return 0
    try:
        with transaction.atomic():
            return _tell(list(_notices(violations)))
    except Exception:  # what was found stays found, and is handed over again
        logger.exception("Violations of validation rules could not be told")
        return 0


def _tell(notices: Sequence[Notice]) -> int:
    """Stored results are held until the transaction ends: of two jobs that come upon one the first one tells of it."""
    keys = {notice.violation.result for notice in notices}
    rows = ValidationResult.objects.filter(pk__in=keys - {None}, notification_sent=False).order_by("pk")
    untold = {None, *rows.select_for_update().values_list("pk", flat=True)}
    due = [notice for notice in notices if notice.violation.result in untold]
    if not due:
        return 0
    for consume in _consumers:
        consume(due)
    ValidationResult.objects.filter(pk__in=untold - {None}).update(notification_sent=True)
    return len({notice.violation.cell for notice in due})


def _notices(violations: Sequence[Violation]) -> Iterator[Notice]:
    templates = _templates({found.rule.pk for found in violations})
    units = {found.org_unit for found in violations if found.rule.pk in templates}
    names = dict(OrganisationUnit.objects.filter(pk__in=units).values_list("pk", "name"))
    for found in violations:
        for template in templates.get(found.rule.pk, ()):
            variables = variables_of(found, names.get(found.org_unit, ""))
            yield Notice(template, found, render(template.subject, variables), render(template.message, variables))


def _templates(rules: set[int]) -> dict[int, list[Template]]:
    """The templates of each rule."""
    links = ValidationNotificationTemplate.validation_rules.through.objects.filter(validationrule_id__in=rules)
    pairs = list(links.order_by("pk").values_list("validationrule_id", "validationnotificationtemplate_id"))
    groups: dict[int, list[int]] = defaultdict(list)
    members = ValidationNotificationTemplate.recipient_user_groups.through.objects.filter(
        validationnotificationtemplate_id__in={template for _, template in pairs}
    )
    for template, group in members.order_by("pk").values_list("validationnotificationtemplate_id", "usergroup_id"):
        groups[template].append(group)
    rows = ValidationNotificationTemplate.objects.in_bulk({template for _, template in pairs})
    known = {
        pk: Template(
            pk=pk, uid=row.uid, send_strategy=row.send_strategy or "SINGLE_NOTIFICATION",
            recipient_groups=tuple(groups[pk]), only_in_hierarchy=bool(row.notify_users_in_hierarchy_only),
            only_parent=bool(row.notify_parent_organisation_unit_only), subject=row.subject_template or "",
            message=row.message_template or "",
        )
        for pk, row in rows.items()
    }  # fmt: skip
    found: dict[int, list[Template]] = defaultdict(list)
    for rule, template in pairs:
        if template in known:
            found[rule].append(known[template])
    return found
