"""What single values are named by becomes objects: the import's own stages, with codes of their own and their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from datavalues import errors as codes
from datavalues.importer.context import Context
from datavalues.importer.pipeline import new_context
from datavalues.importer.preheat import preheat, prepare
from datavalues.importer.resolve import ResolvedChunk, resolve
from datavalues.params import ImportParams
from datavalues.records import Chunk, Header
from datavalues.summary import ImportSummary
from dhis2api.errors import ApiError
from metadata.attribute_combos import Combination, find_combinations


@dataclass(frozen=True, slots=True)
class ValueName:
    """How one value was named: uids as they were sent, empty where absent.

    The attribute option combo is named by `attribute`, or itself.
    """

    data_element: str
    period: str
    org_unit: str
    category_option_combo: str = ""
    attribute: Combination = Combination("", frozenset())
    attribute_option_combo: str = ""
    data_set: str = ""


@dataclass(slots=True)
class Values:
    """Values and their objects; `attributes` says for each combination its option combo or what is wrong with it."""

    context: Context
    names: Sequence[ValueName]
    resolved: ResolvedChunk
    attributes: dict[Combination, str | ApiError]


def find_values(names: Sequence[ValueName], user: Any, params: ImportParams | None = None) -> Values:
    """Load everything that the values name; as many queries for one as for a thousand."""
    context = new_context(Header(), params or ImportParams(), user, ImportSummary())
    attributes = find_combinations({name.attribute for name in names})
    chunk = Chunk(
        start=0,
        data_element=[name.data_element or None for name in names],
        period=[name.period or None for name in names],
        org_unit=[name.org_unit or None for name in names],
        category_option_combo=[name.category_option_combo or None for name in names],
        attribute_option_combo=[_attribute_uid(name, attributes) for name in names],
        data_set=[name.data_set or None for name in names],
        value=[None] * len(names), comment=[None] * len(names), stored_by=[None] * len(names),
        followup=[None] * len(names), deleted=[None] * len(names),
    )  # fmt: skip
    prepare(context)
    preheat(context, chunk)
    return Values(context, names, resolve(context, chunk), attributes)


def _attribute_uid(name: ValueName, attributes: dict[Combination, str | ApiError]) -> str | None:
    found = attributes.get(name.attribute)
    return found if isinstance(found, str) else (name.attribute_option_combo or None)


Step = Callable[[Values, int], None]


def require_data_element(values: Values, position: int) -> None:
    """E1100."""
    if values.resolved.data_element[position] is None:
        raise ApiError(codes.E1100, values.names[position].data_element)


def require_category_option_combo(values: Values, position: int) -> None:
    """E2018 where the setting wants one named, E1103."""
    named = values.names[position].category_option_combo
    if not named and values.context.params.require_category_option_combo:
        raise ApiError(codes.E2018)
    if values.resolved.category_option_combo[position] is None:
        raise ApiError(codes.E1103, named)


def require_attribute_option_combo(values: Values, position: int) -> None:
    """E2040, E1110, E1111, E2041, E1104."""
    found = values.attributes.get(values.names[position].attribute)
    if isinstance(found, ApiError):
        raise found
    if values.resolved.attribute_option_combo[position] is None:
        raise ApiError(codes.E1104, values.names[position].attribute_option_combo)


def require_period(values: Values, position: int) -> None:
    """E1101."""
    if values.resolved.period[position] is None:
        raise ApiError(codes.E1101, values.names[position].period)


def require_org_unit(values: Values, position: int) -> None:
    """E1102; E2020 for a unit where the user enters no data, superusers included."""
    unit = values.resolved.org_unit[position]
    if unit is None:
        raise ApiError(codes.E1102, values.names[position].org_unit)
    if not values.context.capture_scope.covers(unit.path):
        raise ApiError(codes.E2020, unit.uid)


# DHIS2 2.42, data values: the order of saving and reading, and that of follow-up marks.
KEY: tuple[Step, ...] = (
    require_data_element, require_category_option_combo, require_attribute_option_combo, require_period,
    require_org_unit,
)  # fmt: skip
MARKED: tuple[Step, ...] = (
    require_data_element, require_org_unit, require_category_option_combo, require_attribute_option_combo,
)  # fmt: skip


def require(values: Values, steps: tuple[Step, ...]) -> None:
    """Take the steps for each value in turn. Errors: those of the first step that fails."""
    for position in range(len(values.names)):
        for step in steps:
            step(values, position)


def require_readable(values: Values, position: int) -> None:
    """403 for a value under a category option whose data the user may not read; superusers may read all."""
    context, resolved = values.context, values.resolved
    if context.principal.is_superuser:
        return
    for combo in (resolved.category_option_combo[position], resolved.attribute_option_combo[position]):
        if combo.pk != context.metadata.default_combo.pk:
            for pk in combo.options:
                if not context.metadata.options[pk].is_readable:
                    raise ApiError(codes.VALUE_HIDDEN, context.metadata.options[pk].uid)
