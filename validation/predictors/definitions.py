"""Predictors as they are run: their expressions read, and what they write known. A fixed number of queries for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from analytics.items.loading import Reading
from dhis2api.periods import PeriodType, period_type
from expressions.dialects import PREDICTOR, PREDICTOR_SKIP_TEST, Dialect
from expressions.errors import ExpressionError
from expressions.expression import Expression
from expressions.items import DATA_ELEMENT, EVERY, Item, ItemKind
from expressions.reading import bind, read
from expressions.strategies import MissingValueStrategy
from metadata.models import CategoryOptionCombo, DataElement, Predictor, PredictorExpression
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from validation.predictors.errors import PredictorFault

GENERATOR, SKIP_TEST = "generator", "sampleSkipTest"
NOT_WELL_FORMED = "The expression of the {} is not well-formed: {}"
NO_GENERATOR = "It has no generator"
COLUMNS = ("uid", "value_type", "aggregation_type", "zero_is_significant", "category_combo_id")


@dataclass(frozen=True, slots=True)
class Combo:
    """An option combo that is predicted."""

    pk: int
    uid: str


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with what it does about missing values."""

    expression: Expression
    strategy: MissingValueStrategy


@dataclass(frozen=True, slots=True)
class Output:
    """A data element that is predicted, and how.

    `parts` are, for each combo, the operands that stand for totals of the generator: an output that is predicted for
    each of its option combos sees of data elements of the same category combo that option combo alone.
    """

    pk: int
    uid: str
    value_type: str
    aggregation_type: str
    zero_is_significant: bool
    expression: Expression
    parts: dict[Combo, dict[str, Item]] = field(default_factory=dict)

    @property
    def items(self) -> Iterable[Item]:
        """All items that it is computed from."""
        yield from self.expression.items
        for operands in self.parts.values():
            yield from operands.values()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A predictor that can be run."""

    uid: str
    name: str
    period_type: PeriodType
    sequential: int
    skipped: int
    annual: int
    levels: tuple[int, ...]
    reading: Reading
    strategy: MissingValueStrategy
    outputs: tuple[Output, ...]
    skip_test: Formula | None

    @property
    def items(self) -> list[Item]:
        """The items of all its expressions."""
        found = [item for output in self.outputs for item in output.items]
        return found + list(self.skip_test.expression.items if self.skip_test else ())

    @property
    def asks_places(self) -> bool:
        """Whether an expression asks where an org unit lies, or what it belongs to."""
        expressions = [output.expression for output in self.outputs]
        expressions += [self.skip_test.expression] if self.skip_test else []
        return any(name.startswith("orgUnit.") for one in expressions for name in one.functions)


class Definitions:
    """What predictors name, loaded once for all of them; a plan is made of it without a query."""

    def __init__(self, predictors: Collection[Predictor]) -> None:
        default = CategoryOptionCombo.objects.get(uid=DEFAULT_CATEGORY_OPTION_COMBO)
        self.default = Combo(default.pk, default.uid)
        self.formulas = _formulas(predictors)
        self.levels = _levels(predictors)
        members = _members(self.formulas)
        named = {parts[0] for formula in self.formulas.values() for parts in _totals(formula)}
        self.elements = _elements(
            {predictor.output_id for predictor in predictors}, named | set().union(*members.values())
        )
        self.by_uid = {element["uid"]: element for element in self.elements.values()}
        self.members = {group: sorted(uids & self.by_uid.keys()) for group, uids in members.items()}
        self.combos = _combos({element["category_combo_id"] for element in self.elements.values()})

    def plan(self, predictor: Predictor) -> Plan:
        """How to run a predictor. Errors: PredictorFault."""
        generator = self._read(predictor, GENERATOR, PREDICTOR)
        if generator is None:
            raise PredictorFault(NO_GENERATOR)
        return Plan(
            uid=predictor.uid, name=predictor.name, period_type=_period_type(predictor),
            sequential=max(predictor.sequential_sample_count, 0), skipped=predictor.sequential_skip_count or 0,
            annual=max(predictor.annual_sample_count, 0), levels=tuple(self.levels[predictor.pk]),
            reading=Reading.SUMMED if predictor.organisation_unit_descendants == "DESCENDANTS" else Reading.OWN,
            strategy=generator.strategy, outputs=tuple(self._outputs(predictor, generator.expression)),
            skip_test=self._read(predictor, SKIP_TEST, PREDICTOR_SKIP_TEST),
        )  # fmt: skip

    def _read(self, predictor: Predictor, role: str, dialect: Dialect) -> Formula | None:
        row = self.formulas.get((predictor.pk, role))
        if row is None or not (row.expression or "").strip():
            return None
        try:
            strategy = row.missing_value_strategy or MissingValueStrategy.SKIP_IF_ALL_VALUES_MISSING
            return Formula(read(row.expression, dialect), MissingValueStrategy(strategy))
        except ExpressionError as error:
            raise PredictorFault(NOT_WELL_FORMED.format(role, error)) from error

    def _outputs(self, predictor: Predictor, generator: Expression) -> Iterable[Output]:
        if generator.for_each is None:
            yield self._output(predictor, self.elements[predictor.output_id], generator)
            return
        for uid in self.members.get(generator.for_each.group, ()):
            try:
                yield self._output(predictor, self.by_uid[uid], bind(generator, uid))
            except ExpressionError as error:
                raise PredictorFault(NOT_WELL_FORMED.format(GENERATOR, error)) from error

    def _output(self, predictor: Predictor, element: dict[str, Any], expression: Expression) -> Output:
        return Output(
            element["pk"], element["uid"], element["value_type"], element["aggregation_type"],
            element["zero_is_significant"], expression, self._parts(predictor, element, expression),
        )  # fmt: skip

    def _parts(
        self, predictor: Predictor, output: dict[str, Any], expression: Expression
    ) -> dict[Combo, dict[str, Item]]:
        if predictor.output_combo is not None:
            return {Combo(predictor.output_combo.pk, predictor.output_combo.uid): {}}
        combos = self.combos[output["category_combo_id"]]
        if combos == [self.default] or not combos:
            return {self.default: {}}
        totals = [item for item in expression.items if self._is_total(item, output["category_combo_id"])]
        return {combo: {item.key: _operand(item, combo) for item in totals} for combo in combos}

    def _is_total(self, item: Item, category_combo: int) -> bool:
        if item.kind is not ItemKind.DATA_ELEMENT or (*item.parts, EVERY)[1] != EVERY:
            return False
        element = self.by_uid.get(item.parts[0])
        return element is not None and element["category_combo_id"] == category_combo


def _operand(item: Item, combo: Combo) -> Item:
    """The same of one option combo."""
    text = "#{" + ".".join((item.parts[0], combo.uid, *item.parts[2:])) + "}"
    found = DATA_ELEMENT.read(text)
    if found is None:
        raise AssertionError(text)
    return found.modified(item.modifiers)


def _period_type(predictor: Predictor) -> PeriodType:
    try:
        return period_type(predictor.period_type)
    except ValueError as error:
        raise PredictorFault(str(error)) from error


def _formulas(predictors: Collection[Predictor]) -> dict[tuple[int, str], PredictorExpression]:
    rows = PredictorExpression.objects.filter(predictor__in=[predictor.pk for predictor in predictors])
    return {(row.predictor_id, row.role): row for row in rows}


def _levels(predictors: Collection[Predictor]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    links = Predictor.organisation_unit_levels.through.objects.filter(predictor__in=predictors)
    for predictor, level in links.values_list("predictor_id", "organisationunitlevel__level"):
        found[predictor].append(level)
    return found


def _well_formed(formulas: dict[tuple[int, str], PredictorExpression]) -> Iterable[Expression]:
    for (_, role), row in formulas.items():
        try:
            yield read(row.expression or "", PREDICTOR if role == GENERATOR else PREDICTOR_SKIP_TEST)
        except ExpressionError:  # told when its predictor is planned
            continue


def _members(formulas: dict[tuple[int, str], PredictorExpression]) -> dict[str, set[str]]:
    """The uids of the data elements of the groups that a forEach names."""
    groups = {one.for_each.group for one in _well_formed(formulas) if one.for_each is not None}
    found: dict[str, set[str]] = {group: set() for group in groups}
    rows = DataElement.objects.filter(data_element_groups__uid__in=groups, domain_type="AGGREGATE")
    for group, uid in rows.values_list("data_element_groups__uid", "uid"):
        found[group].add(uid)
    return found


def _totals(row: PredictorExpression) -> Iterable[tuple[str, ...]]:
    """The items of a formula that could be totals."""
    for expression in _well_formed({(0, row.role): row}):
        yield from (item.parts for item in expression.items if item.kind is ItemKind.DATA_ELEMENT)


def _elements(outputs: set[int], named: set[str]) -> dict[int, dict[str, Any]]:
    rows = DataElement.objects.filter(pk__in=outputs) | DataElement.objects.filter(uid__in=named)
    return {row["pk"]: row for row in rows.values("pk", *COLUMNS)}


def _combos(category_combos: set[int]) -> dict[int, list[Combo]]:
    found: defaultdict[int, list[Combo]] = defaultdict(list)
    rows = CategoryOptionCombo.objects.filter(category_combo__in=category_combos).order_by("pk")
    for category_combo, pk, uid in rows.values_list("category_combo", "pk", "uid"):
        found[category_combo].append(Combo(pk, uid))
    return found
