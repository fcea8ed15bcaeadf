"""The checks of the whole set, before any value is looked at (E7600, E7601, E7603, E7604)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from datavalues import errors as codes
from datavalues.importer.context import Context, OptionCombo, OrgUnit
from datavalues.importer.preheat import load_option_combos, load_org_units
from datavalues.records import Header
from dhis2api.errors import Conflict
from dhis2api.objects.registry import get_schema
from dhis2api.periods import Period, find_period
from metadata import models
from metadata.id_schemes import scheme_path
from sharing.access import judge, readable


class ResolvedHeader:
    """The objects that the header names; None for what it does not."""

    def __init__(self, context: Context, header: Header) -> None:
        self.sent = header
        self.period: Period | None = find_period(header.period) if header.period else None
        self.data_set = _find_data_set(context, header.data_set)
        self.org_unit: OrgUnit | None = _find_org_unit(context, header.org_unit)
        self.attribute_option_combo: OptionCombo | None = _find_combo(context, header, self.data_set)

    def overrides(self) -> Header:
        """What goes before the values' own members: only what resolves."""
        sent = self.sent
        combo = sent.attribute_option_combo
        if self.attribute_option_combo is not None and not combo and sent.attribute_category_options:
            combo = self.attribute_option_combo.uid
        return Header(
            data_set=sent.data_set or None,
            period=sent.period if self.period else None,
            org_unit=sent.org_unit if self.org_unit else None,
            attribute_option_combo=combo if self.attribute_option_combo else None,
        )


def check_header(context: Context, header: ResolvedHeader) -> Iterator[Conflict]:
    """All four run, and may accumulate; any of them ends the import."""
    sent = header.sent
    data_set = {"dataSet": sent.data_set} if sent.data_set else {}
    if sent.data_set and header.data_set is None:
        yield Conflict(codes.E7600, (sent.data_set,), "dataSet", data_set)
    if header.data_set is not None and not may_write(context, header.data_set):
        yield Conflict(codes.E7601, (sent.data_set,), "dataSet", data_set)
    if sent.org_unit and header.org_unit is None:
        yield Conflict(codes.E7603, (sent.org_unit,), "orgUnit", {"organisationUnit": sent.org_unit} | data_set)
    named = sent.attribute_option_combo or ", ".join(sent.attribute_category_options or ())
    if named and header.attribute_option_combo is None:
        yield Conflict(codes.E7604, (named,), "attributeOptionCombo", {"categoryOptionCombo": named} | data_set)


def _find_data_set(context: Context, text: str | None) -> Any | None:
    path = scheme_path(context.schemes.data_set)
    if not text or path is None:
        return None
    rules = get_schema("dataSet").rules
    found = list(models.DataSet.objects.filter(readable(rules, context.principal), **{path: text})[:2])
    return found[0] if len(found) == 1 else None


def may_write(context: Context, data_set: Any) -> bool:
    """Whether the user may write data of a data set."""
    return bool(judge(get_schema("dataSet").rules, data_set.sharing, context.principal).data_write)


def _find_org_unit(context: Context, text: str | None) -> OrgUnit | None:
    path = scheme_path(context.schemes.org_unit)
    return load_org_units(Q(**{path: text}), path).get(text) if text and path else None


def _find_combo(context: Context, header: Header, data_set: Any) -> OptionCombo | None:
    text = header.attribute_option_combo
    path = scheme_path(context.schemes.attribute_option_combo)
    if text and text.strip():
        return load_option_combos(context, Q(**{path: text}), path).get(text) if path else None
    if header.attribute_category_options and data_set is not None:
        return _combo_of_options(context, header.attribute_category_options, data_set)
    return None


def _combo_of_options(context: Context, options: list[str], data_set: Any) -> OptionCombo | None:
    """The option combo of the data set's category combo that has exactly these options."""
    path = scheme_path(context.schemes.category_option)
    keys = set(models.CategoryOption.objects.filter(**{f"{path}__in": options}).values_list("pk", flat=True))
    found = load_option_combos(context, Q(category_combo_id=data_set.category_combo_id), "uid")
    matches = [combo for combo in found.values() if combo is not None and set(combo.options) == keys]
    if len(matches) != 1 or len(keys) != len(set(options)):
        return None
    # From here on it is named by its uid, whatever the payload's scheme for option combos.
    context.metadata.attribute_option_combos[matches[0].uid] = matches[0]
    return matches[0]
