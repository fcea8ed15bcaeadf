"""Option combos that a payload brings along: they fit their combo."""

from __future__ import annotations

from collections import defaultdict

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E1122, E1125, E1133
from metadata.models import CategoryCombo
from metadata.models.categories import DEFAULT_CATEGORY_COMBO
from metadata.rules.category_structure import categories_of_combos, options_of_categories


def options_belong_to_combo(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1133: a combo is named; E1122: the default one has one option combo; E1125: options are of its categories."""
    combos = {item.values.get("category_combo_id") for item in objects} - {None}
    default = CategoryCombo.objects.filter(uid=DEFAULT_CATEGORY_COMBO).values_list("pk", flat=True).first()
    allowed = _options(bundle, combos)
    uids = dict(CategoryCombo.objects.filter(pk__in=combos).values_list("pk", "uid"))
    uids |= {item.pk: item.uid for item in bundle.of("categoryCombo")}
    for item in objects:
        combo = item.values.get("category_combo_id")
        if combo is None:
            continue
        if not item.raw.get("categoryCombo") and not item.keeps("categoryCombo"):
            item.faults.append(Fault(E1133, (item.uid,), "categoryCombo", main_id=item.uid))
        elif combo == default:
            item.faults.append(Fault(E1122, (item.uid,), "categoryCombo", main_id=item.uid))
        elif not allowed[combo].issuperset(item.members.get("categoryOptions", ())):
            item.faults.append(Fault(E1125, (item.uid, uids[combo]), "categoryOptions", main_id=item.uid))


def _options(bundle: Bundle, combos: set[int]) -> dict[int, set[int]]:
    """Combo → the options of all its categories, as they are after the import."""
    categories = categories_of_combos(bundle, combos)
    options = options_of_categories(bundle, {category for found in categories.values() for category in found})
    found: dict[int, set[int]] = defaultdict(set)
    for combo, members in categories.items():
        for category in members:
            found[combo] |= options[category]
    return found
