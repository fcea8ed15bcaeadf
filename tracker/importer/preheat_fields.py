"""The fields that values are of: attributes and data elements, with the codes of their option sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from metadata import models
from tracker.importer.context import Context
from tracker.importer.known import Attribute, DataElement, OptionSet
from tracker.importer.preheat_metadata import by_text, rows_named, verdict_on
from tracker.importer.preheat_names import Names
from tracker.pieces import searched_attributes
from tracker.rules.loading import fields_of


def load_attributes(context: Context, names: Names) -> None:
    """Those that are named, and those of programs and types that matter unnamed: because they must be there."""
    known = context.known
    keys = set()
    if not context.is_delete:
        owners = [*known.types_by_pk.values(), *known.programs_by_pk.values()]
        # Of a tracked entity that goes elsewhere any value may matter: it may be unique there.
        moves = _any_moves(context)
        keys = {key for owner in owners for key, mandatory in owner.attributes.items() if mandatory or moves}
        keys |= fields_of(known.rules.values())[1]
    rows = rows_named(
        models.TrackedEntityAttribute, context.schemes.general, names.attributes, "sharing", "option_set_id",
        "value_type", "unique", "orgunit_scope", "confidential", "generated", "pattern", keys=keys,
    )  # fmt: skip
    option_sets = _option_sets({row[4] for row in rows if row[4]})
    named = []
    for text, pk, uid, sharing, options, value_type, unique, scoped, confidential, generated, pattern in rows:
        attribute = Attribute(
            pk, uid, text or uid, value_type, unique, scoped, confidential, generated, pattern,
            option_sets.get(options),
        )  # fmt: skip
        known.attributes_by_pk[pk] = attribute
        if verdict_on(context, "trackedEntityAttribute", sharing).read:
            named.append((text, attribute))
    known.attributes = by_text(names.attributes, named)


def mark_searchable(context: Context) -> None:
    """Which attributes are searched by: asked when they are held, as one that comes to be waits for who holds it."""
    attributes = context.known.attributes_by_pk
    searched = searched_attributes() if attributes else set()
    for pk in attributes.keys() & searched:
        attributes[pk].searchable = True


def load_data_elements(context: Context, names: Names) -> None:
    """Those that are named, and the compulsory ones of stages."""
    known = context.known
    keys = {key for stage in known.stages_by_pk.values() for key, compulsory in stage.elements.items() if compulsory}
    keys |= fields_of(known.rules.values())[0]
    rows = rows_named(
        models.DataElement, context.schemes.data_element, names.data_elements, "sharing", "option_set_id", "value_type",
        keys=keys,
    )  # fmt: skip
    option_sets = _option_sets({row[4] for row in rows if row[4]})
    named = []
    for text, pk, uid, sharing, options, value_type in rows:
        element = DataElement(pk, uid, text or uid, value_type, option_sets.get(options))
        known.data_elements_by_pk[pk] = element
        if verdict_on(context, "dataElement", sharing).read:
            named.append((text, element))
    known.data_elements = by_text(names.data_elements, named)


def _any_moves(context: Context) -> bool:
    known = context.known
    for item in context.bundle.tracked_entities if known.tracked_entities else ():
        stored, org_unit = known.tracked_entities.get(item.uid), known.org_units.get(item.record.org_unit or "")
        if stored is not None and org_unit is not None and stored.org_unit != org_unit.pk:
            return True
    return False


def _option_sets(keys: Collection[int]) -> dict[int, OptionSet]:
    if not keys:
        return {}
    codes: dict[int, set[str]] = defaultdict(set)
    uids: dict[int, str] = {}
    found = models.OptionSet.objects.filter(pk__in=keys).values_list("pk", "uid", "options__code")
    for key, uid, code in found:
        uids[key] = uid
        if code is not None:
            codes[key].add(code)
    return {key: OptionSet(uid, frozenset(codes[key])) for key, uid in uids.items()}
