"""Option combos that data is kept by cannot be deleted, nor what they are made of.

Source: DHIS2 2.42, metadata model, deletion vetoes. What data there is the higher apps say (`register_holder`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metadata.models import CategoryOptionCombo
from metadata.option_combos import find_holders


def option_combo_is_held(keys: Sequence[int]) -> dict[int, str]:
    """Of option combos."""
    return find_holders(keys)


def combo_is_held(keys: Sequence[int]) -> dict[int, str]:
    """Of category combos, through their option combos."""
    rows = CategoryOptionCombo.objects.filter(category_combo_id__in=keys).values_list("pk", "category_combo_id")
    return _owners(rows)


def option_is_held(keys: Sequence[int]) -> dict[int, str]:
    """Of category options, through the option combos with them."""
    through = CategoryOptionCombo.category_options.through.objects.filter(categoryoption_id__in=keys)
    return _owners(through.values_list("categoryoptioncombo_id", "categoryoption_id"))


def _owners(rows: Iterable[tuple[int, int]]) -> dict[int, str]:
    pairs = list(rows)
    held = find_holders([combo for combo, _ in pairs])
    return {owner: held[combo] for combo, owner in pairs if combo in held}
