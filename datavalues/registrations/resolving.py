"""What registrations name is loaded, one query a type."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from datavalues.importer.context import Context, DataSet, OptionCombo, OrgUnit
from datavalues.importer.data_sets import load_assignments, load_data_sets
from datavalues.importer.preheat import load_option_combos, load_org_units
from datavalues.importer.staging import store_periods
from datavalues.registrations.records import Registration
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period, find_period
from dhis2api.web.timestamps import parse_timestamp
from metadata import models
from metadata.id_schemes import scheme_path
from sharing.access import data_writable, readable


@dataclass(slots=True)
class Named:
    """Objects by the texts of the payload; what does not exist is absent or None."""

    data_sets: dict[str, DataSet] = field(default_factory=dict)
    writable: set[int] = field(default_factory=set)  # keys of data sets whose data the user may write
    periods: dict[str, Period | None] = field(default_factory=dict)
    org_units: dict[str, OrgUnit | None] = field(default_factory=dict)
    combos: dict[str, OptionCombo | None] = field(default_factory=dict)
    combos_of_options: dict[tuple[str, frozenset[str]], OptionCombo] = field(default_factory=dict)

    def combo(self, item: Registration) -> OptionCombo | None:
        """The attribute option combo that a registration names itself, or by category combo and options."""
        if is_given(item.attribute_option_combo):
            return self.combos.get(item.attribute_option_combo)
        return self.combos_of_options.get((item.cc or "", options_of(item)))

    def day(self, item: Registration) -> datetime.date | None:
        """The day of a registration; None if it says none, or none that can be read."""
        return parse_day(item.date)


def is_given(text: str | None) -> bool:
    """Whether a member has content."""
    return bool(text and text.strip())


def options_of(item: Registration) -> frozenset[str]:
    """The options that a registration names."""
    return frozenset(uid for uid in (item.cp or "").split(";") if uid)


def parse_day(text: str | None) -> datetime.date | None:
    """The day of a date or a time stamp; None for anything else."""
    if not is_given(text):
        return None
    try:
        return parse_timestamp(text.strip()).date()
    except ValueError:
        return None


def load_named(context: Context, items: Sequence[Registration]) -> Named:
    """Load everything that the registrations name, and give their periods rows."""
    schemes = context.schemes
    named = Named()
    _load_data_sets(context, named, {item.data_set for item in items if item.data_set})
    units = {item.organisation_unit for item in items if item.organisation_unit}
    if units and (path := scheme_path(schemes.org_unit)):
        named.org_units = load_org_units(Q(**{f"{path}__in": list(units)}), path)
        load_assignments(context, named.org_units.values())
    combos = {item.attribute_option_combo for item in items if is_given(item.attribute_option_combo)}
    if combos and (path := scheme_path(schemes.attribute_option_combo)):
        named.combos = load_option_combos(context, Q(**{f"{path}__in": list(combos)}), path)
    _load_combos_of_options(context, named, {item.cc for item in items if is_given(item.cc)})
    for text in {item.period for item in items}:
        named.periods[text] = find_period(text) if text else None
    store_periods(context, named.periods.values())
    return named


def _load_data_sets(context: Context, named: Named, texts: set[str]) -> None:
    path = scheme_path(context.schemes.data_set)
    if not texts or path is None:
        return
    rules = get_schema("dataSet").rules
    query = Q(**{f"{path}__in": list(texts)}) & readable(rules, context.principal)
    keys: dict[str, int | None] = {}
    for text, key in models.DataSet.objects.filter(query).values_list(path, "pk"):
        keys[text] = None if text in keys else key  # what names several names none
    found = {data_set.pk: data_set for data_set in load_data_sets(Q(pk__in=[key for key in keys.values() if key]))}
    named.data_sets = {text: found[key] for text, key in keys.items() if key in found}
    writable = models.DataSet.objects.filter(data_writable(rules, context.principal), pk__in=list(found))
    named.writable = set(writable.values_list("pk", flat=True))


def _load_combos_of_options(context: Context, named: Named, category_combos: Iterable[str]) -> None:
    wanted = list(category_combos)
    if not wanted:
        return
    of_combo = dict(models.CategoryCombo.objects.filter(uid__in=wanted).values_list("pk", "uid"))
    found = load_option_combos(context, Q(category_combo_id__in=list(of_combo)), "uid")
    options = context.metadata.options
    for combo in found.values():
        if combo is not None:
            uids = frozenset(options[pk].uid for pk in combo.options)
            named.combos_of_options[of_combo[combo.category_combo], uids] = combo
