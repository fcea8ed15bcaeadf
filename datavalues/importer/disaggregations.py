"""Option combos by what ADX writes of them: an attribute for each category, its option as the text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from datavalues.formats.adx import can_be_attribute
from datavalues.importer.context import Context, OptionCombo
from datavalues.importer.preheat import load_option_combos
from metadata import models
from metadata.id_schemes import scheme_path


@dataclass(frozen=True, slots=True)
class Category:
    """A category: the attribute that it is written as, None if it has no identifier, and its options by theirs."""

    name: str
    attribute: str | None
    options: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class Disaggregation:
    """A category combo: its categories, and its option combos by the primary keys of their options."""

    categories: tuple[Category, ...]
    combos: dict[frozenset[int], OptionCombo]

    @property
    def attributes(self) -> list[str]:
        """The names of the attributes that its categories are written as."""
        return [category.attribute for category in self.categories if category.attribute]

    def find(self, attributes: Mapping[str, str | None]) -> OptionCombo | str:
        """The option combo that these attributes spell, else what is wrong with them, in words."""
        chosen = set()
        for category in self.categories:
            if category.attribute is None:
                return f"category {category.name} has no identifier that can be an attribute's name"
            text = attributes.get(category.attribute)
            if text is None:
                return f"category {category.attribute} is missing"
            if text not in category.options:
                return f"category {category.attribute} has no option {text}"
            chosen.add(category.options[text])
        return self.combos.get(frozenset(chosen)) or "these options make no option combo"


def load_disaggregations(context: Context, category_combos: Iterable[int]) -> dict[int, Disaggregation]:
    """Those of category combos by primary key; a fixed number of queries, none for what is known already."""
    known = context.metadata.disaggregations
    new = set(category_combos) - known.keys()
    if not new:
        return known
    categories = _categories(context, new)
    combos: dict[int, dict[frozenset[int], OptionCombo]] = defaultdict(dict)
    for combo in load_option_combos(context, Q(category_combo_id__in=new), "uid").values():
        if combo is not None:
            combos[combo.category_combo][frozenset(combo.options)] = combo
    default = context.metadata.default_combo
    for pk in new:
        known[pk] = Disaggregation(tuple(categories[pk]), combos[pk])
    if default is not None and default.category_combo in new:  # is never written: no attribute spells it
        known[default.category_combo] = Disaggregation((), {frozenset(): default})
    return known


def _categories(context: Context, category_combos: set[int]) -> dict[int, list[Category]]:
    """The categories of category combos in their order: two queries."""
    path, option_path = scheme_path(context.schemes.category), scheme_path(context.schemes.category_option)
    through = models.CategoryCombo.categories.through.objects.filter(categorycombo_id__in=category_combos)
    links = list(
        through.order_by("sort_order", "pk").values_list(
            "categorycombo_id", "category_id", "category__name", f"category__{path}" if path else "pk"
        )
    )
    options = _options({link[1] for link in links}, option_path)
    found: dict[int, list[Category]] = defaultdict(list)
    for combo, pk, name, identifier in links:
        attribute = identifier if path and identifier and can_be_attribute(identifier) else None
        found[combo].append(Category(name, attribute, options[pk]))
    return found


def _options(categories: set[int], path: str | None) -> dict[int, dict[str, int]]:
    """The options of categories by their identifiers; one that names several names none."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    if path is None:
        return found
    through = models.Category.category_options.through.objects.filter(category_id__in=categories)
    repeated = set()
    for category, option, text in through.values_list("category_id", "categoryoption_id", f"categoryoption__{path}"):
        if text in found[category]:
            repeated.add((category, text))
        if text is not None:
            found[category][text] = option
    for category, text in repeated:
        found[category].pop(text, None)
    return found
