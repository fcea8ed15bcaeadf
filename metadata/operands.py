"""Operands: data elements combined with the option combos of their category combo.

They are no rows but pairs, listed in the order of the data elements' names, then the option combos' names. With
totals an element of several option combos is listed alone too. Source: DHIS2 2.42, metadata model, operands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Coalesce, Lower

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import INVALID_QUERY
from dhis2api.objects.query.conditions import Condition, parse_filters
from dhis2api.objects.query.fields import Selection, parse_fields
from dhis2api.objects.query.filters import compile_filters
from dhis2api.objects.query.scope import FilterScope
from dhis2api.objects.reading.budget import check_size
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Page, readable_rows
from dhis2api.objects.reading.load import load_by_pk
from dhis2api.objects.reading.pick import pick
from dhis2api.objects.reading.plan import compile_selections
from dhis2api.objects.registry import get_schema
from metadata.models import CategoryOptionCombo
from metadata.models.categories import DEFAULT_CATEGORY_COMBO

ELEMENT_PREFIX = "dataElement."
REFERENCES = {"dataElement": "dataElement", "categoryOptionCombo": "categoryOptionCombo"}  # member → type
SHOWN = "id,displayName"

Pair = tuple[int, int | None]  # keys of the data element and of the option combo, None for the total


@dataclass(frozen=True, slots=True)
class OperandSelection:
    """Which operands; `data_set` is a uid, `filters` speak of `dataElement.…`."""

    fields: str = ""
    filters: Sequence[str] = ()
    query: str = ""
    data_set: str = ""
    totals: bool = False


def list_operands(
    selection: OperandSelection, context: ReadingContext, *, offset: int = 0, limit: int | None = None
) -> Page:
    """One page (or, without `limit`, all) of the operands of data elements that the caller may read.

    Errors: 404 for an unknown data set, E1003 for fields and filters that cannot be read.
    """
    selections = parse_fields(selection.fields or SHOWN)
    pairs = list(_pairs(selection, context))
    wanted = pairs[offset:] if limit is None else pairs[offset : offset + limit]
    return Page(_render(wanted, selections, context), len(pairs))


def _pairs(selection: OperandSelection, context: ReadingContext) -> Iterator[Pair]:
    schema = get_schema("dataElement")
    rows = readable_rows(schema, context)
    rows = rows.filter(compile_filters(schema, _conditions(selection.filters), FilterScope(context.principal)))
    if selection.query:
        rows = rows.filter(name__icontains=selection.query)
    combo = "category_combo"
    if selection.data_set:
        _require_data_set(selection.data_set, context)
        rows = rows.filter(data_set_elements__data_set__uid=selection.data_set)
        rows = rows.annotate(combo_here=Coalesce("data_set_elements__category_combo", "category_combo"))
        combo = "combo_here"
    elements = list(rows.order_by(Lower("name"), "uid").values_list("pk", combo))
    option_combos, default = _option_combos({key for _, key in elements})
    for element, combo_key in elements:
        if selection.totals and combo_key != default:
            yield element, None
        for option_combo in option_combos[combo_key]:
            yield element, option_combo


def _option_combos(combos: set[int]) -> tuple[dict[int, list[int]], int | None]:
    """Category combo → its option combos by name; and the default category combo."""
    found: dict[int, list[int]] = defaultdict(list)
    default = None
    rows = CategoryOptionCombo.objects.filter(category_combo_id__in=combos).order_by("name", "pk")
    for key, combo, uid in rows.values_list("pk", "category_combo_id", "category_combo__uid"):
        found[combo].append(key)
        default = combo if uid == DEFAULT_CATEGORY_COMBO else default
    return found, default


def _conditions(filters: Sequence[str]) -> list[Condition]:
    found = []
    for condition in parse_filters(filters):
        if not condition.path.startswith(ELEMENT_PREFIX):
            raise ApiError(INVALID_QUERY, f"Unknown path property: {condition.path}")
        found.append(Condition(condition.path.removeprefix(ELEMENT_PREFIX), condition.operator, condition.value))
    return found


def _require_data_set(uid: str, context: ReadingContext) -> None:
    if not readable_rows(get_schema("dataSet"), context).filter(uid=uid).exists():
        raise ApiError(E1005, "DataSet", uid)


def _render(pairs: list[Pair], selections: tuple[Selection, ...], context: ReadingContext) -> list[dict[str, Any]]:
    """The operands as `fields` says; both sides are loaded in one query each, and one for each collection shown."""
    names = tuple(Selection(name) for name in ("id", "name", "displayName"))
    sides = []
    for position, (member, singular) in enumerate(REFERENCES.items()):
        asked = next((s.children for s in selections if s.name == member and s.children), (Selection("id"),))
        keys = {pair[position] for pair in pairs} - {None}
        schema = get_schema(singular)
        shown = load_by_pk(compile_selections(schema, asked), keys, context)
        check_size(sum(shown.sizes.get(pair[position], 0) for pair in pairs), f"{member}[{shown.path}]")
        sides.append((shown.shown, load_by_pk(compile_selections(schema, names), keys, context).shown))
    flat = tuple(Selection(s.name, None, s.transformers, s.excluded) for s in selections)
    return [pick(_operand(pair, sides), flat) for pair in pairs]


def _operand(pair: Pair, sides: list[tuple[Mapping[int, Any], Mapping[int, Any]]]) -> dict[str, Any]:
    named = [names[key] for key, (_, names) in zip(pair, sides, strict=True) if key is not None]
    operand: dict[str, Any] = {"id": ".".join(side["id"] for side in named)}
    for name in ("name", "displayName"):
        operand[name] = " ".join(side.get(name) or "" for side in named).strip()
    for member, key, (shown, _) in zip(REFERENCES, pair, sides, strict=True):
        if key is not None:
            operand[member] = shown[key]
    return operand
