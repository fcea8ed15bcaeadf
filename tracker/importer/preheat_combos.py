"""Attribute option combos, named as such or by their options, and the category options that they are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from metadata import models
from metadata.models.categories import DEFAULT_CATEGORY_OPTION, DEFAULT_CATEGORY_OPTION_COMBO
from tracker.importer.context import Context
from tracker.importer.known import CategoryOption, OptionCombo
from tracker.importer.preheat_metadata import by_text, rows_named, verdict_on
from tracker.importer.preheat_names import Names

OPTION = ("sharing", "name", "start_date", "end_date")


def load_option_combos(context: Context, names: Names) -> None:
    """The default one, those that are named, those of stored events, and those made of named options."""
    known = context.known
    if not context.bundle.events and not known.events:
        return
    _load_named_options(context, names.category_options)
    also = Q(uid=DEFAULT_CATEGORY_OPTION_COMBO)
    options = [option.pk for option in known.category_options.values() if option]
    if options:
        combos = {program.category_combo for program in known.programs_by_pk.values()}
        through = models.CategoryOptionCombo.category_options.through.objects.filter(categoryoption__in=options)
        also |= Q(category_combo__in=combos, pk__in=through.values("categoryoptioncombo"))
    keys = {event.attribute_option_combo for event in known.events.values()}
    rows = rows_named(
        models.CategoryOptionCombo, context.schemes.category_option_combo, names.option_combos, "category_combo_id",
        keys=keys, also=also,
    )  # fmt: skip
    members = _members([pk for _, pk, uid, _ in rows if uid != DEFAULT_CATEGORY_OPTION_COMBO])
    found = []
    for text, pk, uid, combo in rows:
        is_default = uid == DEFAULT_CATEGORY_OPTION_COMBO
        option_combo = OptionCombo(pk, uid, text or uid, combo, tuple(members.get(pk, ())), is_default)
        known.option_combos_by_pk[pk] = option_combo
        known.combos_of_options[combo, frozenset(option_combo.options)] = option_combo
        found.append((text, option_combo))
        if is_default:
            known.default_combo = option_combo
    known.option_combos = by_text(names.option_combos, found)
    _load_options_by_key(context, {option for options in members.values() for option in options})


def _members(combos: list[int]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = defaultdict(list)
    if combos:
        through = models.CategoryOptionCombo.category_options.through.objects.filter(categoryoptioncombo__in=combos)
        for combo, option in through.order_by("pk").values_list("categoryoptioncombo_id", "categoryoption_id"):
            members[combo].append(option)
    return members


def _load_named_options(context: Context, texts: Collection[str]) -> None:
    named = []
    for text, pk, uid, sharing, *rest in rows_named(
        models.CategoryOption, context.schemes.category_option, texts, *OPTION
    ):
        verdict = verdict_on(context, "categoryOption", sharing)
        option = CategoryOption(pk, uid, text, rest[0], bool(verdict.data_read), bool(verdict.data_write), *rest[1:])
        context.known.category_options_by_pk[pk] = option
        if verdict.read or uid == DEFAULT_CATEGORY_OPTION:
            named.append((text, option))
    context.known.category_options = by_text(texts, named)


def _load_options_by_key(context: Context, keys: set[int]) -> None:
    known = context.known.category_options_by_pk
    for text, pk, uid, sharing, *rest in rows_named(
        models.CategoryOption, context.schemes.category_option, (), *OPTION, keys=keys - known.keys()
    ):
        verdict = verdict_on(context, "categoryOption", sharing)
        known[pk] = CategoryOption(
            pk, uid, text or uid, rest[0], bool(verdict.data_read), bool(verdict.data_write), *rest[1:]
        )
