"""Option combos that a payload brings along: they fit their combo."""

from __future__ import annotations

from collections import defaultdict

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E1122, E1125
from metadata.models import Category, CategoryCombo
from metadata.models.categories import DEFAULT_CATEGORY_COMBO


def options_belong_to_combo(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1122: the default combo has one option combo; E1125: options are those of the combo's categories."""
    combos = {item.values.get("category_combo_id") for item in objects} - {None}
    default = CategoryCombo.objects.filter(uid=DEFAULT_CATEGORY_COMBO).values_list("pk", flat=True).first()
    allowed = _options(bundle, combos)
    uids = dict(CategoryCombo.objects.filter(pk__in=combos).values_list("pk", "uid"))
    uids |= {item.pk: item.uid for item in bundle.of("categoryCombo")}
    for item in objects:
        combo = item.values.get("category_combo_id")
        if combo is None:
            continue
        if combo == default:
            item.faults.append(Fault(E1122, (item.uid,), "categoryCombo", main_id=item.uid))
        elif not allowed[combo].issuperset(item.members.get("categoryOptions", ())):
            item.faults.append(Fault(E1125, (item.uid, uids[combo]), "categoryOptions", main_id=item.uid))


def _options(bundle: Bundle, combos: set[int]) -> dict[int, set[int]]:
    """Combo → the options of all its categories, as they are after the import."""
    categories: dict[int, set[int]] = defaultdict(set)
    stored = CategoryCombo.categories.through.objects.filter(categorycombo_id__in=combos)
    for combo, category in stored.values_list("categorycombo_id", "category_id"):
        categories[combo].add(category)
    categories |= {item.pk: set(item.members.get("categories", ())) for item in bundle.of("categoryCombo")}
    options: dict[int, set[int]] = defaultdict(set)
    named = {category for found in categories.values() for category in found}
    rows = Category.category_options.through.objects.filter(category_id__in=named)
    for category, option in rows.values_list("category_id", "categoryoption_id"):
        options[category].add(option)
    options |= {item.pk: set(item.members.get("categoryOptions", ())) for item in bundle.of("category")}
    found: dict[int, set[int]] = defaultdict(set)
    for combo, members in categories.items():
        for category in members:
            found[combo] |= options[category]
    return found
