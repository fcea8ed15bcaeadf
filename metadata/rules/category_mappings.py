"""Category mappings of programs, by which program indicators are disaggregated (DHIS2 2.42, E4071-E4080).

A mapping says of one category which filter makes each of its options; an indicator names the mappings that it uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E4071, E4072, E4073, E4074, E4075, E4076, E4077, E4078, E4079, E4080
from metadata.models import Category, CategoryOption, Program
from metadata.rules.category_structure import categories_of_combos, options_of_categories

MEMBER = "categoryMappings"


def mappings_are_objects(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Errors: ApiError 400 naming the place of a mapping that cannot be read."""
    for item in objects:
        given = item.raw.get(MEMBER)
        for position, mapping in enumerate(given if isinstance(given, list) else ()):
            place = f"programs[{item.index}].{MEMBER}[{position}]"
            if not isinstance(mapping, dict) or not isinstance(mapping.get("id"), str):
                raise ApiError(BAD_REQUEST, f"`{place}` must be an object with an id")
            _require_texts(mapping, ("categoryId", "mappingName"), place)
            rows = mapping.get("optionMappings") or []
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ApiError(BAD_REQUEST, f"`{place}.optionMappings` must be a list of objects")
            for number, row in enumerate(rows):
                _require_texts(row, ("optionId",), f"{place}.optionMappings[{number}]")


def _require_texts(given: dict[str, Any], names: tuple[str, ...], place: str) -> None:
    for name in names:
        if not isinstance(given.get(name), str | None):
            raise ApiError(BAD_REQUEST, f"`{place}.{name}` must be a text")


def mappings_are_right(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4075-E4080: ids and names are single; categories and their options exist, each option mapped once."""
    mapping = [item for item in objects if item.values.get("category_mappings")]
    if not mapping:
        return
    known = _load(bundle, [m for item in mapping for m in item.values["category_mappings"]])
    for item in mapping:
        for fault in _faults(item, item.values["category_mappings"], known):
            fault.property, fault.main_id = MEMBER, item.uid
            item.faults.append(fault)


@dataclass(slots=True)
class _Known:
    """The categories and options that mappings name: by uid, and which option belongs to which category."""

    categories: dict[str, int]
    options: dict[str, int]
    members: dict[int, set[int]]


def _load(bundle: Bundle, mappings: list[dict[str, Any]]) -> _Known:
    named = {str(mapping.get("categoryId")) for mapping in mappings}
    of_options = {str(row.get("optionId")) for mapping in mappings for row in _rows(mapping)}
    categories = dict(Category.objects.filter(uid__in=named).values_list("uid", "pk"))
    categories |= {item.uid: item.pk for item in bundle.of("category")}
    options = dict(CategoryOption.objects.filter(uid__in=of_options).values_list("uid", "pk"))
    options |= {item.uid: item.pk for item in bundle.of("categoryOption")}
    return _Known(categories, options, options_of_categories(bundle, set(categories.values())))


def _faults(item: ImportObject, mappings: list[dict[str, Any]], known: _Known) -> Iterator[Fault]:
    for uid in _repeated(mapping["id"] for mapping in mappings):
        yield Fault(E4075, (item.uid, uid))
    for category, name in _repeated((m.get("categoryId"), m.get("mappingName")) for m in mappings):
        yield Fault(E4077, (item.uid, name, category))
    for mapping in mappings:
        category = known.categories.get(mapping.get("categoryId"))
        if category is None:
            yield Fault(E4076, (item.uid, mapping["id"], mapping.get("categoryId")))
        for row in _rows(mapping):
            uid = row.get("optionId")
            if uid not in known.options:
                yield Fault(E4078, (item.uid, mapping["id"], uid))
            elif category is not None and known.options[uid] not in known.members[category]:
                yield Fault(E4079, (item.uid, mapping["id"], uid, mapping["categoryId"]))
        for uid in _repeated(row.get("optionId") for row in _rows(mapping)):
            yield Fault(E4080, (item.uid, mapping["id"], uid))


def _rows(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    return mapping.get("optionMappings") or []


def _repeated(values: Iterator[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def indicators_use_mappings_of_their_program(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4071-E4074: a named mapping is the program's, and of one of the indicator's categories; one a category."""
    using = [item for item in objects if item.values.get("category_mapping_ids")]
    if not using:
        return
    programs = _programs(bundle, {item.values.get("program_id") for item in using} - {None})
    columns = ("category_combo_id", "attribute_combo_id")
    combos = {item.values.get(column) for item in using for column in columns} - {None}
    categories = categories_of_combos(bundle, combos)
    uids = dict(Category.objects.filter(pk__in={c for found in categories.values() for c in found}).values_list(
        "pk", "uid"))  # fmt: skip
    uids |= {item.pk: item.uid for item in bundle.of("category")}
    for item in using:
        program, mappings = programs.get(item.values.get("program_id"), ("", {}))
        own = {uids[c] for column in columns for c in categories.get(item.values.get(column), ())}
        for fault in _uses(item, program, mappings, own):
            fault.property, fault.main_id = "categoryMappingIds", item.uid
            item.faults.append(fault)


def _uses(item: ImportObject, program: str, mappings: dict[str, Any], own: set[str]) -> Iterator[Fault]:
    named = item.values["category_mapping_ids"]
    for uid in _repeated(iter(named)):
        yield Fault(E4072, (item.uid, uid))
    of_category: dict[str, str] = {}
    for uid in dict.fromkeys(named):
        if uid not in mappings:
            yield Fault(E4071, (item.uid, uid, program))
            continue
        category = str(mappings[uid])
        if category not in own:
            yield Fault(E4074, (item.uid, uid, category))
        other = of_category.setdefault(category, uid)
        if other != uid:
            yield Fault(E4073, (item.uid, category, other, uid))


def _programs(bundle: Bundle, keys: set[int]) -> dict[int, tuple[str, dict[str, Any]]]:
    """Program → its uid, and the category of each of its mappings."""
    rows = {pk: (uid, found) for pk, uid, found in Program.objects.filter(pk__in=keys).values_list(
        "pk", "uid", "category_mappings")}  # fmt: skip
    rows |= {item.pk: (item.uid, item.values.get("category_mappings") or []) for item in bundle.of("program")}
    return {pk: (uid, {m["id"]: m.get("categoryId") for m in found}) for pk, (uid, found) in rows.items()}
