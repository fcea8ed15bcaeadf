"""How large categories and their combos may be, and what a combo must keep for its data.

Nothing is multiplied out here before its size is known. Source: DHIS2 2.42, metadata model, categories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E1120, E1126, E1127, E1128
from metadata.models import CategoryCombo, CategoryOptionCombo
from metadata.option_combos import (
    MAX_CATEGORIES,
    MAX_COMBINATIONS,
    MAX_OPTIONS,
    count_combinations,
    held_option_combos,
    lock_option_combos,
)
from metadata.rules.category_structure import options_of_categories


def options_are_few(item: ImportObject, bundle: Bundle) -> Iterable[Fault]:
    """E1127."""
    options = item.members.get("categoryOptions", ())
    if len(options) > MAX_OPTIONS:
        yield Fault(E1127, (item.uid, MAX_OPTIONS, len(options)), "categoryOptions", main_id=item.uid)


def combinations_are_few(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1126, E1128; of categories as they are after the import."""
    options = options_of_categories(bundle, {pk for item in objects for pk in _categories(item)})
    for item in objects:
        categories = _categories(item)
        if len(categories) > MAX_CATEGORIES:
            found = (item.uid, MAX_CATEGORIES, len(categories))
            item.faults.append(Fault(E1126, found, "categories", main_id=item.uid))
        required = count_combinations(len(options[pk]) for pk in categories)
        if required > MAX_COMBINATIONS:
            found = (item.uid, MAX_COMBINATIONS, required)
            item.faults.append(Fault(E1128, found, "categories", main_id=item.uid))


def data_keeps_its_option_combos(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1120: other categories must leave every option combo in the product that data is kept by."""
    changed = _changed(objects)
    if not changed:
        return
    options = options_of_categories(bundle, {pk for item in changed.values() for pk in _categories(item)})
    outside = {
        option_combo: combo for option_combo, (combo, chosen) in _option_combos(list(changed)).items()
        if not _is_product(chosen, [options[pk] for pk in _categories(changed[combo]) if options[pk]])
    }  # fmt: skip
    lock_option_combos(CategoryOptionCombo.objects.filter(pk__in=outside))
    for combo in {outside[pk] for pk in held_option_combos(list(outside))}:
        changed[combo].faults.append(Fault(E1120, (), "categories", main_id=changed[combo].uid))


def _categories(item: ImportObject) -> list[int]:
    return item.members.get("categories", [])


def _changed(objects: list[ImportObject]) -> dict[int, ImportObject]:
    """Stored combos whose categories become others."""
    stored: dict[int, set[int]] = defaultdict(set)
    keys = [item.pk for item in objects if item.stored is not None]
    through = CategoryCombo.categories.through.objects.filter(categorycombo_id__in=keys)
    for combo, category in through.values_list("categorycombo_id", "category_id"):
        stored[combo].add(category)
    return {item.pk: item for item in objects if item.stored is not None and stored[item.pk] != set(_categories(item))}


def _option_combos(combos: list[int]) -> dict[int, tuple[int, set[int]]]:
    """The stored option combos of combos: each with its combo and its options."""
    rows = CategoryOptionCombo.objects.filter(category_combo_id__in=combos)
    found: dict[int, tuple[int, set[int]]] = {}
    for pk, combo, option in rows.values_list("pk", "category_combo_id", "category_options"):
        chosen = found.setdefault(pk, (combo, set()))[1]
        if option is not None:
            chosen.add(option)
    return found


def _is_product(chosen: set[int], categories: list[set[int]]) -> bool:
    """Whether the options are one of each category. Options belong to one category of a combo."""
    return len(chosen) == len(categories) and all(len(chosen & options) == 1 for options in categories)
