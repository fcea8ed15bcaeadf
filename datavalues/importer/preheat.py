"""Second stage: what the values of a chunk name is loaded, one query a type, and only what earlier chunks did not name.

Rows that data refers to are locked against deletion (`FOR KEY SHARE`) until the import commits: the value table has
no foreign keys, and this is what stands in for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from datavalues.importer.context import CategoryOption, Context, DataElement, OptionCombo, OrgUnit
from datavalues.records import Chunk
from dhis2api.objects.registry import get_schema
from dhis2api.periods import find_period
from metadata import models
from metadata.holding import hold_rows
from metadata.id_schemes import IdScheme, scheme_path
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from sharing.access import judge, readable


def prepare(context: Context) -> None:
    """What every import needs: the default option combo, which nobody deletes, and whose option restricts nothing."""
    default = models.CategoryOptionCombo.objects.values_list("pk", "uid", "category_combo_id")
    context.metadata.default_combo = OptionCombo(*default.get(uid=DEFAULT_CATEGORY_OPTION_COMBO), options=())


def preheat(context: Context, chunk: Chunk) -> None:
    """Load everything that `chunk` names and the context does not know yet."""
    known, schemes = context.metadata, context.schemes
    load_data_elements(context, chunk)
    _load_new(known.org_units, chunk.org_unit, schemes.org_unit, load_org_units)
    for loaded, column, scheme in (
        (known.category_option_combos, chunk.category_option_combo, schemes.category_option_combo),
        (known.attribute_option_combos, chunk.attribute_option_combo, schemes.attribute_option_combo),
    ):
        _load_new(loaded, column, scheme, lambda q, c: load_option_combos(context, q, c))
    for text in set(chunk.period) - known.periods.keys():
        known.periods[text] = find_period(text) if text else None


def load_data_elements(context: Context, chunk: Chunk) -> None:
    """Load the data elements that `chunk` names and the context does not know yet."""
    known, scheme = context.metadata.data_elements, context.schemes.data_element
    _load_new(known, chunk.data_element, scheme, lambda q, c: _data_elements(context, q, c))


def _load_new(
    known: dict[str, Any], column: Iterable[str | None], scheme: IdScheme, load: Callable[[Q, str], dict[str, Any]]
) -> None:
    """Add to `known` what it lacks; identifiers that name nothing, or more than one object, become None."""
    new = {text for text in set(column) if text} - known.keys()
    if not new:
        return
    path = scheme_path(scheme)
    found = load(Q(**{f"{path}__in": list(new)}), path) if path else {}
    for text in new:
        known[text] = found.get(text)


def _single(rows: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """By identifier; one that names several objects names none."""
    found: dict[str, Any] = {}
    for text, item in rows:
        found[text] = None if text in found else item
    return found


def _data_elements(context: Context, query: Q, path: str) -> dict[str, DataElement | None]:
    rules = get_schema("dataElement").rules
    rows = (
        models.DataElement.objects.filter(query)
        .filter(readable(rules, context.principal))
        .values_list(
            path, "pk", "uid", "value_type", "aggregation_type", "zero_is_significant", "option_set_id",
            "category_combo_id",
        )
    )  # fmt: skip
    found = _single((row[0], DataElement(*row[1:])) for row in rows)
    found = _held(models.DataElement, found)
    _load_option_codes(context, {item.option_set for item in found.values() if item and item.option_set})
    return found


def _load_option_codes(context: Context, option_sets: set[int]) -> None:
    known = context.metadata.option_codes
    new = option_sets - known.keys()
    codes: dict[int, set[str]] = defaultdict(set)
    if new:
        rows = models.Option.objects.filter(option_set_id__in=new).values_list("option_set_id", "code")
        for option_set, code in rows:
            codes[option_set].add(code)
    for option_set in new:
        known[option_set] = frozenset(codes[option_set])


def load_org_units(query: Q, path: str) -> dict[str, OrgUnit | None]:
    rows = models.OrganisationUnit.objects.filter(query).values_list(path, "pk", "uid", "path")
    found = _single((row[0], OrgUnit(*row[1:])) for row in rows)
    return _held(models.OrganisationUnit, found)


def load_option_combos(context: Context, query: Q, path: str) -> dict[str, OptionCombo | None]:
    """Option combos by the identifier at `path`, with what is needed of their options."""
    rows = list(models.CategoryOptionCombo.objects.filter(query).values_list(path, "pk", "uid", "category_combo_id"))
    through = models.CategoryOptionCombo.category_options.through
    members: dict[int, list[int]] = defaultdict(list)
    links = through.objects.filter(categoryoptioncombo_id__in=[row[1] for row in rows]).order_by("pk")
    for combo, option in links.values_list("categoryoptioncombo_id", "categoryoption_id"):
        members[combo].append(option)
    _load_options(context, {option for options in members.values() for option in options})
    found = _single((row[0], OptionCombo(*row[1:], options=tuple(members[row[1]]))) for row in rows)
    return _held(models.CategoryOptionCombo, found)


def _load_options(context: Context, keys: set[int]) -> None:
    known = context.metadata.options
    new = keys - known.keys()
    if not new:
        return
    rules = get_schema("categoryOption").rules
    paths: dict[int, list[str]] = defaultdict(list)
    restricted = models.CategoryOption.organisation_units.through.objects.filter(categoryoption_id__in=new)
    for option, path in restricted.values_list("categoryoption_id", "organisationunit__path"):
        paths[option].append(path)
    rows = models.CategoryOption.objects.filter(pk__in=new)
    for pk, uid, sharing, start, end in rows.values_list("pk", "uid", "sharing", "start_date", "end_date"):
        verdict = judge(rules, sharing, context.principal)
        may_read, may_write = bool(verdict.data_read), bool(verdict.data_write)
        known[pk] = CategoryOption(pk, uid, may_read, may_write, start, end, tuple(paths[pk]))


def _held(model: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Hold rows against deletion until the transaction ends; those that were deleted since they were read are None."""
    held = hold_rows(model, [item.pk for item in found.values() if item])
    return {text: item if item and item.pk in held else None for text, item in found.items()}
