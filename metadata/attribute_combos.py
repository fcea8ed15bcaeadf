"""Attribute option combos by a category combo and options, as DHIS2 names them in `cc` and `cp`, set-wise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from dhis2api.errors import ApiError
from metadata import errors as codes
from metadata import models
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO


@dataclass(frozen=True, slots=True)
class Combination:
    """A category combo and options of it, by their uids; both empty mean the default option combo."""

    combo: str
    options: frozenset[str]


def combination(combo: str | None, options: Collection[str]) -> Combination:
    """What was sent. Options may be several in one text, with semicolons between."""
    return Combination(
        combo or "", frozenset(uid.strip() for text in options for uid in text.split(";") if uid.strip())
    )


def find_combinations(wanted: Collection[Combination]) -> dict[Combination, str | ApiError]:
    """The uid of the option combo of each combination, or why there is none (E2040, E1110, E1111, E2041).

    Four queries, however many combinations; none where there is nothing to look for.
    """
    asked = {one for one in wanted if one.combo or one.options}
    if not asked:
        return {}
    combos = set(
        models.CategoryCombo.objects.filter(uid__in=[one.combo for one in asked]).values_list("uid", flat=True)
    )
    options = set(
        models.CategoryOption.objects.filter(
            uid__in=[uid for one in asked for uid in one.options]
        ).values_list("uid", flat=True)
    )  # fmt: skip
    members: dict[str, set[str]] = defaultdict(set)
    combo_of: dict[str, str] = {}
    through = models.CategoryOptionCombo.category_options.through.objects.filter(
        categoryoptioncombo__category_combo__uid__in=combos
    )
    for uid, combo, option in through.values_list(
        "categoryoptioncombo__uid", "categoryoptioncombo__category_combo__uid", "categoryoption__uid"
    ):
        members[uid].add(option)
        combo_of[uid] = combo
    found = {Combination(combo_of[uid], frozenset(uids)): uid for uid, uids in members.items()}
    return {one: _judge(one, combos, options, found) for one in asked}


def attribute_option_combo(combo: str, options: Collection[str]) -> models.CategoryOptionCombo:
    """The option combo of one combination, the default one where neither is given.

    Errors: E2040, E1110, E1111, E2041.
    """
    one = combination(combo, options)
    found = find_combinations([one]).get(one, DEFAULT_CATEGORY_OPTION_COMBO)
    if isinstance(found, ApiError):
        raise found
    return models.CategoryOptionCombo.objects.get(uid=found)


def _judge(one: Combination, combos: set[str], options: set[str], found: dict[Combination, str]) -> str | ApiError:
    if not one.combo or not one.options:
        return ApiError(codes.E2040)
    if one.combo not in combos:
        return ApiError(codes.E1110, one.combo)
    unknown = sorted(one.options - options)
    if unknown:
        return ApiError(codes.E1111, unknown[0])
    return found.get(one) or ApiError(codes.E2041)
