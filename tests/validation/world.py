"""Rules, and what is asked of them."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from dhis2api.demo import identifiers as ids
from metadata.models import (
    CategoryOptionCombo,
    ValidationNotificationTemplate,
    ValidationRule,
    ValidationRuleExpression,
    ValidationRuleGroup,
)
from tests.analytics.building import period, unit
from tests.harness.client import Answer, ApiClient
from validation.models import ValidationResult

ANALYSIS = "/api/dataAnalysis/validationRules"
RESULTS = "/api/validationResults"
EVERYBODY = {"owner": None, "public": "rw------", "users": {}, "userGroups": {}}
ANY, ALL, NEVER = "SKIP_IF_ANY_VALUE_MISSING", "SKIP_IF_ALL_VALUES_MISSING", "NEVER_SKIP"


def forget_values() -> None:
    """None of the demo's data."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue")


def make_rule(
    left: str, right: str, operator: str = "less_than_or_equal_to", *, strategies: tuple[str, str] = (ALL, ALL),
    sliding: tuple[bool, bool] = (False, False), **members: Any,
) -> ValidationRule:  # fmt: skip
    """A monthly rule that says that left is at most right."""
    number = ValidationRule.objects.count()
    rule = ValidationRule.objects.create(**{
        "name": f"Rule {number}", "period_type": "Monthly", "operator": operator, "importance": "MEDIUM",
        "sharing": EVERYBODY, **members,
    })  # fmt: skip
    sides = zip(("leftSide", "rightSide"), (left, right), strategies, sliding, strict=True)
    for order, (role, text, strategy, slides) in enumerate(sides):
        ValidationRuleExpression.objects.create(
            validation_rule=rule, role=role, expression=text, description=f"The {role}", sort_order=order,
            missing_value_strategy=strategy, sliding_window=slides, uid=f"e{rule.pk:09}{order}",
        )  # fmt: skip
    return rule


def make_group(*rules: ValidationRule, **members: Any) -> ValidationRuleGroup:
    """A group of rules."""
    name = f"Group {ValidationRuleGroup.objects.count()}"
    group = ValidationRuleGroup.objects.create(**{"name": name, "sharing": EVERYBODY, **members})
    group.validation_rules.set(rules)
    return group


def make_template(*rules: ValidationRule, **members: Any) -> ValidationNotificationTemplate:
    """What somebody shall be told of these rules."""
    template = ValidationNotificationTemplate.objects.create(**{
        "name": "Template", "subject_template": "V{rule_name}", "message_template": "V{left_side_value}",
        "send_strategy": "SINGLE_NOTIFICATION", **members,
    })  # fmt: skip
    template.validation_rules.set(rules)
    return template


def make_result(
    rule: ValidationRule, *, pe: str = "202401", ou: str = ids.NGELEHUN_CHC, **members: Any
) -> ValidationResult:
    """A stored violation."""
    return ValidationResult.objects.create(**{
        "validation_rule": rule, "period": period(pe), "organisation_unit": unit(ou),
        "attribute_option_combo": default_combo(), "leftside_value": 2.0, "rightside_value": 1.0,
        "created": timezone.now(), **members,
    })  # fmt: skip


def default_combo() -> CategoryOptionCombo:
    """The option combo of data without attributes."""
    return CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO)


def ask(api: ApiClient, *, user: str = "admin", **members: Any) -> Answer:
    """Run rules over January to March 2024, below Bo."""
    body = {"ou": ids.BO, "startDate": "2024-01-01", "endDate": "2024-03-31", **members}
    return api.post(ANALYSIS, {name: value for name, value in body.items() if value is not None}, user=user)


def found(api: ApiClient, **members: Any) -> list[tuple[Any, ...]]:
    """What violates: unit, period, left and right."""
    answer = ask(api, **members)
    assert answer.status == 200, answer
    names = ("organisationUnitId", "periodId", "leftSideValue", "rightSideValue")
    return [tuple(each[name] for name in names) for each in answer.json]
