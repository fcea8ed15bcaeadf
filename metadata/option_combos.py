"""Generates the option combos of category combos: the cartesian product of their categories' options.

A stored option combo matches by its set of options, whatever its uid; missing ones are created, those outside the
product deleted unless something holds them, names refreshed. Source: DHIS2 2.42, metadata API, category combos.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.objects.uids import generate_uid
from dhis2api.objects.writers import record_writer
from metadata.errors import E1128
from metadata.models import Category, CategoryCombo, CategoryOption, CategoryOptionCombo

NAME_LENGTH = 255
# Bounds of a category combo (DHIS2 2.42, metadata model, categories).
MAX_CATEGORIES = 5
MAX_OPTIONS = 50
MAX_COMBINATIONS = 500

Held = Callable[[Sequence[int]], set[int]]
_holders: list[tuple[Held, str]] = []


def register_holder(held: Held, hint: str = "Data") -> None:
    """A higher app names the option combos that it still needs (data values exist); `hint` says what for."""
    _holders.append((held, hint))


@dataclass(frozen=True, slots=True)
class Generated:
    """What a generation did, by the names of the option combos; `held` ones have no place any more, but data."""

    created: list[str]
    renamed: list[str]
    deleted: list[str]
    held: list[str]


def generate_option_combos(combos: Sequence[int]) -> Generated:
    """Bring the option combos of `combos` (primary keys) in line.

    Queries: constant, whatever the number of combos and options.
    Errors: E1128 (409) for a product beyond the bound, before any of it is built.
    """
    wanted = _wanted(combos)
    stored = _stored(combos)
    through = CategoryOptionCombo.category_options.through
    created, links, renamed = [], [], []
    left: dict[int, str] = {}
    now = timezone.now()
    for combo, names in wanted.items():
        known = stored[combo]
        for options, name in names.items():
            if options not in known:
                row = CategoryOptionCombo(
                    uid=generate_uid(), name=name, category_combo_id=combo, created=now, last_updated=now
                )
                created.append(row)
                links.append((row, options))
            elif known[options].name != name:
                known[options].name, known[options].last_updated = name, now
                renamed.append(known[options])
        left |= {row.pk: row.name for options, row in known.items() if options not in names}
    CategoryOptionCombo.objects.bulk_create(created)
    through.objects.bulk_create(
        through(categoryoptioncombo_id=row.pk, categoryoption_id=pk) for row, options in links for pk in options
    )
    CategoryOptionCombo.objects.bulk_update(renamed, ["name", "last_updated"])
    if created or renamed:
        record_writer(now)
    lock_option_combos(CategoryOptionCombo.objects.filter(pk__in=left))
    held = held_option_combos(list(left))
    CategoryOptionCombo.objects.filter(pk__in=left.keys() - held).delete()
    return Generated(
        [row.name for row in created], [row.name for row in renamed],
        [name for pk, name in left.items() if pk not in held], [name for pk, name in left.items() if pk in held],
    )  # fmt: skip


def held_option_combos(keys: Sequence[int]) -> set[int]:
    """Those of the option combos that some data needs."""
    return set(find_holders(keys))


def find_holders(keys: Sequence[int]) -> dict[int, str]:
    """The same with what needs them."""
    return {pk: hint for held, hint in reversed(_holders) for pk in held(keys)} if keys else {}


def count_combinations(sizes: Iterable[int]) -> int:
    """How many option combos categories of so many options have; those without options are left out."""
    filled = [size for size in sizes if size]
    return prod(filled) if filled else 0


def lock_option_combos(rows: QuerySet[CategoryOptionCombo]) -> None:
    """Wait for data imports that hold the option combos and hold new ones back, before asking what still needs them."""
    list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


def _wanted(combos: Sequence[int]) -> dict[int, dict[frozenset[int], str]]:
    """Combo → the sets of options of its product, each with its name."""
    categories = CategoryCombo.categories.through.objects.filter(categorycombo_id__in=combos).order_by("sort_order")
    by_combo: dict[int, list[int]] = defaultdict(list)
    for link in categories:
        by_combo[link.categorycombo_id].append(link.category_id)
    positions = _option_positions({pk for keys in by_combo.values() for pk in keys})
    found: dict[int, dict[frozenset[int], str]] = {combo: {} for combo in combos}
    for combo, keys in by_combo.items():
        filled = [positions[pk] for pk in keys if positions[pk]]
        if not filled:
            continue
        required = count_combinations(len(options) for options in filled)
        if required > MAX_COMBINATIONS:
            uid = CategoryCombo.objects.values_list("uid", flat=True).get(pk=combo)
            raise ApiError(E1128, uid, MAX_COMBINATIONS, required)
        for chosen in product(*filled):
            key = frozenset(pk for pk, _ in chosen)
            found[combo][key] = ", ".join(name for _, name in chosen)[:NAME_LENGTH]
    return found


def _option_positions(categories: set[int]) -> dict[int, list[tuple[int, str]]]:
    """Category → its options in order, as (key, name)."""
    through = Category.category_options.through
    rows = (
        through.objects.filter(category_id__in=categories)
        .order_by("sort_order")
        .values_list("category_id", "categoryoption_id", "categoryoption__name")
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for category, option, name in rows:
        found[category].append((option, name))
    return found


def _stored(combos: Sequence[int]) -> dict[int, dict[frozenset[int], CategoryOptionCombo]]:
    rows = CategoryOptionCombo.objects.filter(category_combo_id__in=combos).prefetch_related(
        Prefetch("category_options", CategoryOption.objects.only("pk"))
    )
    found: dict[int, dict[frozenset[int], CategoryOptionCombo]] = defaultdict(dict)
    for row in rows:
        found[row.category_combo_id][frozenset(option.pk for option in row.category_options.all())] = row
    return found
