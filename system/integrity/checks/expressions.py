"""Expressions that are not well-formed. The comment says what is wrong, and where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet

from analytics.indicators import find_way
from expressions.dialects import INDICATOR, PROGRAM_INDICATOR, PROGRAM_INDICATOR_FILTER, VALIDATION_RULE, Dialect
from expressions.errors import ExpressionError
from expressions.items import ItemKind
from expressions.reading import read
from metadata.models import Indicator, ProgramIndicator, ValidationRuleExpression
from system.integrity.declaring import SEVERE, Check, Issue, ReportMember, Section, Shape

FETCHED = 500  # rows at a time
CIRCLE = "It names itself: {}"
CANNOT_BE_COMPUTED = "It cannot be computed: analyses show nothing for it, and runs pass over it."


def _broken(rows: QuerySet[Any], dialect: Dialect) -> Iterator[Issue]:
    """The rows of uid, name and expression whose expression cannot be read; blank ones are another check's."""
    for uid, name, text in rows.iterator(chunk_size=FETCHED):
        if not (text or "").strip():
            continue
        try:
            read(text, dialect)
        except ExpressionError as error:
            yield Issue(uid, f"{name}:{uid}", str(error))


def _of(model: type[Model], column: str, dialect: Dialect) -> Iterator[Issue]:
    rows = model._default_manager.order_by("name", "uid")
    return _broken(rows.values_list("uid", "name", column), dialect)


def _sides(role: str) -> Iterator[Issue]:
    rows = ValidationRuleExpression.objects.filter(role=role).order_by("validation_rule__name", "validation_rule__uid")
    return _broken(rows.values_list("validation_rule__uid", "validation_rule__name", "expression"), VALIDATION_RULE)


def _indicators(column: str) -> Iterator[Issue]:
    """Indicators with such a side, and those that name themselves by it, through whatever others."""
    yield from _of(Indicator, column, INDICATOR)
    sides = {
        uid: (name, _named(numerator), _named(denominator))
        for uid, name, numerator, denominator in Indicator.objects.order_by("name", "uid").values_list(
            "uid", "name", "numerator", "denominator"
        )
        if "N{" in f"{numerator}{denominator}"
    }
    named = {uid: [*numerator, *denominator] for uid, (_, numerator, denominator) in sides.items()}
    for uid, (name, *both) in sides.items():
        way = find_way(named, both[column == "denominator"], uid)
        if way is not None:
            yield Issue(uid, f"{name}:{uid}", CIRCLE.format(" - ".join([uid, *way])))


def _named(text: str | None) -> list[str]:
    """The indicators that an expression names; none, if it is not well-formed."""
    try:
        return [item.parts[0] for item in read(text or "", INDICATOR).items if item.kind is ItemKind.INDICATOR]
    except ExpressionError:
        return []


INDICATOR_EXPRESSIONS = Section("Indicators", (
    Check(
        "indicators_with_invalid_numerator", SEVERE, "indicators",
        "Indicators with a numerator that is not well-formed",
        "The numerator of an indicator is not well-formed.",
        CANNOT_BE_COMPUTED,
        "Correct the numerator where the comment says.",
        lambda: _indicators("numerator"),
        slow=True, programmatic=True, report=ReportMember("invalidIndicatorNumerators", Shape.COMMENTS),
    ),
    Check(
        "indicators_with_invalid_denominator", SEVERE, "indicators",
        "Indicators with a denominator that is not well-formed",
        "The denominator of an indicator is not well-formed.",
        CANNOT_BE_COMPUTED,
        "Correct the denominator where the comment says.",
        lambda: _indicators("denominator"),
        slow=True, programmatic=True, report=ReportMember("invalidIndicatorDenominators", Shape.COMMENTS),
    ),
))  # fmt: skip
RULE_EXPRESSIONS = Section("Validation rules", (
    Check(
        "validation_rules_with_invalid_left_side_expression", SEVERE, "validationRules",
        "Validation rules with a left side that is not well-formed",
        "The left side of a validation rule is not well-formed.",
        CANNOT_BE_COMPUTED,
        "Correct the left side where the comment says.",
        lambda: _sides("leftSide"),
        slow=True, programmatic=True, report=ReportMember("invalidValidationRuleLeftSideExpressions", Shape.COMMENTS),
    ),
    Check(
        "validation_rules_with_invalid_right_side_expression", SEVERE, "validationRules",
        "Validation rules with a right side that is not well-formed",
        "The right side of a validation rule is not well-formed.",
        CANNOT_BE_COMPUTED,
        "Correct the right side where the comment says.",
        lambda: _sides("rightSide"),
        slow=True, programmatic=True, report=ReportMember("invalidValidationRuleRightSideExpressions", Shape.COMMENTS),
    ),
))  # fmt: skip
PROGRAM_INDICATOR_EXPRESSIONS = Section("Program rules", (
    Check(
        "program_indicators_with_invalid_expressions", SEVERE, "programIndicators",
        "Program indicators with an expression that is not well-formed",
        "The expression of a program indicator is not well-formed.",
        CANNOT_BE_COMPUTED,
        "Correct the expression where the comment says.",
        lambda: _of(ProgramIndicator, "expression", PROGRAM_INDICATOR),
        slow=True, programmatic=True, report=ReportMember("invalidProgramIndicatorExpressions", Shape.COMMENTS),
    ),
    Check(
        "program_indicators_with_invalid_filters", SEVERE, "programIndicators",
        "Program indicators with a filter that is not well-formed",
        "The filter of a program indicator is not well-formed.",
        CANNOT_BE_COMPUTED,
        "Correct the filter where the comment says.",
        lambda: _of(ProgramIndicator, "filter", PROGRAM_INDICATOR_FILTER),
        slow=True, programmatic=True, report=ReportMember("invalidProgramIndicatorFilters", Shape.COMMENTS),
    ),
))  # fmt: skip
EXPRESSIONS = (INDICATOR_EXPRESSIONS, RULE_EXPRESSIONS, PROGRAM_INDICATOR_EXPRESSIONS)
