"""Validation rules as they are evaluated: their expressions compiled, their items known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from dhis2api.periods import PeriodType, period_type
from expressions.dialects import VALIDATION_RULE
from expressions.expression import Expression
from expressions.items import Item, ItemKind
from expressions.reading import read
from expressions.strategies import MissingValueStrategy
from metadata.enums import Importance, Operator
from metadata.models import ValidationRule, ValidationRuleExpression

# Values of individual data, which a sliding window looks at day by day.
OF_PROGRAMS = frozenset({ItemKind.PROGRAM_DATA_ELEMENT, ItemKind.PROGRAM_ATTRIBUTE, ItemKind.PROGRAM_INDICATOR})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two expressions of a rule."""

    expression: Expression
    strategy: MissingValueStrategy
    is_sliding: bool
    description: str

    @property
    def sliding_items(self) -> Iterable[Item]:
        """The items whose values are those of a window of days."""
        return (item for item in self.expression.items if self.is_sliding and item.kind in OF_PROGRAMS)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule that can be evaluated. No `levels` mean all of them."""

    pk: int
    uid: str
    name: str
    description: str
    importance: Importance
    operator: Operator
    period_type: PeriodType
    levels: frozenset[int]
    left: Side
    right: Side
    keys: frozenset[str] = field(init=False)  # of the items of both sides
    is_sliding: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(item.key for item in self.items))
        object.__setattr__(self, "is_sliding", any(any(side.sliding_items) for side in self.sides))

    @property
    def sides(self) -> tuple[Side, Side]:
        """Left, then right."""
        return self.left, self.right

    @property
    def items(self) -> Iterable[Item]:
        """The items of both sides."""
        return (item for side in self.sides for item in side.expression.items)


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """Rules by name; `unreadable` are the uids of those whose expressions are not well-formed."""

    rules: list[Rule]
    unreadable: list[str]


def load_rules(rows: QuerySet[ValidationRule]) -> LoadedRules:
    """Two queries, however many rules."""
    found = list(rows.order_by("name", "pk"))
    expressions = {
        (row.validation_rule_id, row.role): row
        for row in ValidationRuleExpression.objects.filter(validation_rule__in=[rule.pk for rule in found])
    }
    loaded = LoadedRules([], [])
    for row in found:
        try:
            loaded.rules.append(_rule(row, *(expressions[row.pk, role] for role in ("leftSide", "rightSide"))))
        except (ValueError, KeyError):  # ExpressionError among them; imports take rules that are not well-formed
            loaded.unreadable.append(row.uid)
    return loaded


def _rule(row: ValidationRule, left: ValidationRuleExpression, right: ValidationRuleExpression) -> Rule:
    """Errors: ValueError for a rule that cannot be evaluated."""
    levels = row.organisation_unit_levels if isinstance(row.organisation_unit_levels, list) else []
    return Rule(
        pk=row.pk, uid=row.uid, name=row.name, description=row.description or "", importance=Importance(row.importance),
        operator=Operator(row.operator), period_type=period_type(row.period_type),
        levels=frozenset(int(level) for level in levels if isinstance(level, int | str)), left=_side(left),
        right=_side(right),
    )  # fmt: skip


def _side(row: ValidationRuleExpression) -> Side:
    return Side(
        read(row.expression or "", VALIDATION_RULE), MissingValueStrategy(row.missing_value_strategy),
        bool(row.sliding_window), row.description or "",
    )  # fmt: skip
