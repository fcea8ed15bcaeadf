"""Rules run over all org units by a job (DHIS2 2.42, MONITORING)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from metadata.models import OrganisationUnit, ValidationRule, ValidationRuleGroup
from validation.params import MonitoringParams
from validation.rules.analysis import Analysis, Violation, find_violations
from validation.rules.loading import Rule, load_rules
from validation.rules.periods import PeriodsByType, current_and_previous, day_shifted, periods_touching

MOST_RESULTS = 100_000


@dataclass(frozen=True, slots=True)
class Monitored:
    """What was found, and what could not be looked at.

    `unreadable` are the uids of rules whose expressions are not well-formed, `refused` the items that cannot be
    computed here, with the reasons: the rules that name them were left out. `unknown` are groups that do not exist.
    """

    violations: list[Violation]
    rules: int
    unreadable: list[str]
    refused: dict[str, str]
    unknown: list[str]


def monitor(params: MonitoringParams, today: datetime.date, watch: Callable[[], None]) -> Monitored:
    """All violations of the rules asked for, of any org unit; stored ones are among them."""
    loaded = load_rules(_rules(params))
    analysis = Analysis(
        rules=loaded.rules, periods=_periods(params, loaded.rules, today), org_units=OrganisationUnit.objects.all(),
        today=today, limit=MOST_RESULTS,
    )  # fmt: skip
    found = find_violations(analysis, watch)
    return Monitored(found, len(loaded.rules), loaded.unreadable, analysis.refused, _unknown(params))


def _rules(params: MonitoringParams) -> QuerySet[ValidationRule]:
    """The members of the groups; without groups, what somebody shall be told of."""
    if params.validation_rule_groups:
        found = ValidationRule.objects.filter(validation_rule_groups__uid__in=params.validation_rule_groups)
    else:
        found = ValidationRule.objects.filter(notification_templates__isnull=False)
    return ValidationRule.objects.filter(pk__in=found.values("pk"))


def _unknown(params: MonitoringParams) -> list[str]:
    asked = params.validation_rule_groups
    known = set(ValidationRuleGroup.objects.filter(uid__in=asked).values_list("uid", flat=True))
    return [uid for uid in asked if uid not in known]


def _periods(params: MonitoringParams, rules: list[Rule], today: datetime.date) -> PeriodsByType:
    types = {rule.period_type for rule in rules}
    # DHIS2 takes a zero for a number that was not given: from today on, or until today, cannot be asked for.
    if params.relative_start == 0 or params.relative_end == 0:
        return current_and_previous(types, today)
    return periods_touching(types, day_shifted(today, params.relative_start), day_shifted(today, params.relative_end))
