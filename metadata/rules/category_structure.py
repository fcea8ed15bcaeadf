"""What combos and categories consist of once an import is done: stored, and over it the payload's own."""

from __future__ import annotations

from collections import defaultdict

from dhis2api.objects.importer.records import Bundle
from metadata.models import Category, CategoryCombo


def categories_of_combos(bundle: Bundle, combos: set[int]) -> dict[int, set[int]]:
    """Combo → its categories, by primary keys."""
    found: dict[int, set[int]] = defaultdict(set)
    through = CategoryCombo.categories.through.objects.filter(categorycombo_id__in=combos)
    for combo, category in through.values_list("categorycombo_id", "category_id"):
        found[combo].add(category)
    return found | {item.pk: set(item.members.get("categories", ())) for item in bundle.of("categoryCombo")}


def options_of_categories(bundle: Bundle, categories: set[int]) -> dict[int, set[int]]:
    """Category → its options, by primary keys."""
    found: dict[int, set[int]] = defaultdict(set)
    through = Category.category_options.through.objects.filter(category_id__in=categories)
    for category, option in through.values_list("category_id", "categoryoption_id"):
        found[category].add(option)
    return found | {item.pk: set(item.members.get("categoryOptions", ())) for item in bundle.of("category")}
