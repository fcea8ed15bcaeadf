"""Relationships: type and both sides must be readable, of lists, single ones and embedded ones alike.

An object embeds those that start from it, and all those of bidirectional types. Items are shown by uid, or with what
`fields` asks for; `trackerDataView` of the type limits their attributes and data values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from metadata.models import RelationshipConstraint
from tracker.access.reading import ENROLLMENT, ENTITY, EVENT, readable_among, readable_relationship_types
from tracker.access.statements import Values, any_of
from tracker.export.fields import Plan, everything
from tracker.export.rendering.enrollments import load_enrollments
from tracker.export.rendering.entities import load_entities
from tracker.export.rendering.events import load_events
from tracker.export.rendering.session import Session, rows, without_nulls
from tracker.export.shapes import RELATIONSHIP

RELATIONSHIPS = """
    -- relationships in the order they were made
    SELECT re.id, re.uid, type.name, type.uid, re.created_at, re.created_at_client, re.updated_at, type.bidirectional,
        re.deleted, type.id, re.from_tracked_entity_id, re.from_enrollment_id, re.from_event_id,
        re.to_tracked_entity_id, re.to_enrollment_id, re.to_event_id
    FROM relationship re JOIN metadata_relationshiptype type ON type.id = re.relationship_type_id
    WHERE re.relationship_type_id = ANY({types}) AND {conditions}
    ORDER BY re.id
"""
FIRST_SIDE = 10  # where the keys of both sides begin in a row
# As an item is called, as its column is, as readers know it; in the order of the columns.
KINDS = (
    ("trackedEntity", "tracked_entity", ENTITY), ("enrollment", "enrollment", ENROLLMENT), ("event", "event", EVENT),
)  # fmt: skip

Row = Sequence[Any]


def fill(session: Session) -> None:
    """Put relationships into the objects that wait for them."""
    awaiting, session.awaiting = session.awaiting, {}
    if not any(waiting.lists for waiting in awaiting.values()):
        return
    values = Values()
    ways = []
    for kind, waiting in awaiting.items():
        keys = values.bind(list(waiting.lists))
        ways += [f"re.from_{kind}_id = ANY({keys})", f"(re.to_{kind}_id = ANY({keys}) AND type.bidirectional)"]
    found = _read(session, any_of(ways), values)
    plans = [waiting.plan for waiting in awaiting.values()]
    shown = _show(session, found, plans[0] if len(plans) == 1 else everything(RELATIONSHIP))
    columns = [column for _, column, _ in KINDS]
    for row in found:
        if row[0] not in shown:
            continue
        for column, waiting in awaiting.items():
            place = columns.index(column)
            start, end = row[FIRST_SIDE + place], row[FIRST_SIDE + len(KINDS) + place]
            for key in {start, end} if row[7] else {start}:
                if key in waiting.lists:
                    waiting.lists[key].append(shown[row[0]])


def load_relationships(session: Session, keys: Collection[int], plan: Plan) -> dict[int, dict[str, Any]]:
    """Relationships by key, as far as the reader may see them."""
    values = Values()
    found = _read(session, f"re.id = ANY({values.bind(list(keys))})", values)
    return _show(session, found, plan)


def _read(session: Session, condition: str, values: Values) -> Sequence[Row]:
    types = values.bind(readable_relationship_types(session.reader))
    conditions = f"{condition} AND {session.only_shown('re')}"
    return rows(RELATIONSHIPS.format(types=types, conditions=conditions), values)


def _show(session: Session, found: Sequence[Row], plan: Plan) -> dict[int, dict[str, Any]]:
    uids = {
        kind: readable_among(kind, session.reader, _keys(found, place), with_deleted=session.include_deleted)
        for place, (_, _, kind) in enumerate(KINDS)
    }
    visible = [row for row in found if _side(row, 0, uids) is not None and _side(row, 1, uids) is not None]
    views = _views(visible)
    items = [_load_items(session, visible, side, plan.part(name), uids) for side, name in enumerate(("from", "to"))]
    moment = session.moment
    return {
        row[0]: without_nulls({
            "relationship": row[1], "relationshipName": row[2], "relationshipType": row[3],
            "createdAt": moment(row[4]), "createdAtClient": moment(row[5]), "updatedAt": moment(row[6]),
            "bidirectional": row[7], "deleted": row[8],
            "from": _item(session, row, 0, items[0], views), "to": _item(session, row, 1, items[1], views),
        }) for row in visible
    }  # fmt: skip


def _keys(found: Sequence[Row], place: int) -> set[int]:
    columns = (FIRST_SIDE + place, FIRST_SIDE + len(KINDS) + place)
    return {row[column] for row in found for column in columns if row[column] is not None}


def _side(row: Row, side: int, uids: Mapping[str, Mapping[int, str]]) -> str | None:
    """The uid of what stands at a side; None if the reader may not see it."""
    for place, (_, _, kind) in enumerate(KINDS):
        key = row[FIRST_SIDE + side * len(KINDS) + place]
        if key is not None:
            return uids[kind].get(key)
    return None


def _load_items(
    session: Session, found: Sequence[Row], side: int, plan: Plan, uids: Mapping[str, Mapping[int, str]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """What stands at one side of these relationships, by name and key: with its uid alone where that is enough."""
    items: dict[tuple[str, int], dict[str, Any]] = {}
    for place, (name, _, kind) in enumerate(KINDS):
        column = FIRST_SIDE + side * len(KINDS) + place
        keys = sorted({row[column] for row in found if row[column] is not None})
        part = plan.part(name)
        if session.style.is_flat or part.names <= {name}:
            items.update({(name, key): {name: uids[kind][key]} for key in keys})
        elif keys:
            items.update({(name, key): shown for key, shown in _load_objects(session, kind, keys, part).items()})
    return items


def _load_objects(session: Session, kind: str, keys: Sequence[int], plan: Plan) -> dict[int, dict[str, Any]]:
    if kind == ENTITY:
        program, session.program = session.program, None  # what was asked of the list is not asked of its relatives
        shown = load_entities(session, keys, plan)
        session.program = program
        return shown
    values = Values()
    load, alias = (load_enrollments, "en") if kind == ENROLLMENT else (load_events, "ev")
    condition = f"{alias}.id = ANY({values.bind(list(keys))})"
    return {key: shown for key, _, shown in load(session, condition, values, plan, are_readable=True)}


def _item(
    session: Session, row: Row, side: int, items: Mapping[tuple[str, int], dict[str, Any]],
    views: Mapping[tuple[int, int], tuple[frozenset[str] | None, frozenset[str] | None]],
) -> dict[str, Any]:  # fmt: skip
    for place, (name, _, _) in enumerate(KINDS):
        key = row[FIRST_SIDE + side * len(KINDS) + place]
        if key is not None:
            shown = items[name, key]
            return {name: shown[name] if session.style.is_flat else _limited(shown, views.get((row[9], side)))}
    return {}


def _limited(shown: dict[str, Any], view: tuple[frozenset[str] | None, frozenset[str] | None] | None) -> dict[str, Any]:
    """An item with the attributes and data values alone that the relationship type lets through."""
    if view is None:
        return shown
    limited = dict(shown)
    for member, identifier, allowed in (("attributes", "attribute", view[0]), ("dataValues", "dataElement", view[1])):
        if allowed is not None and member in limited:
            limited[member] = [value for value in limited[member] if value[identifier] in allowed]
    return limited


def _views(found: Sequence[Row]) -> dict[tuple[int, int], tuple[frozenset[str] | None, frozenset[str] | None]]:
    """Which attributes and data elements are let through, by relationship type and side (0: from, 1: to)."""
    types = {row[9] for row in found}
    if not types:
        return {}
    constraints = RelationshipConstraint.objects.filter(
        relationship_type__in=types, tracker_data_view__isnull=False
    ).values_list("relationship_type_id", "role", "tracker_data_view")  # fmt: skip
    return {
        (type, 0 if role == "from" else 1): (_uids(view, "attributes"), _uids(view, "dataElements"))
        for type, role, view in constraints if isinstance(view, dict)
    }  # fmt: skip


def _uids(view: Mapping[str, Any], member: str) -> frozenset[str] | None:
    listed = view.get(member)
    if listed is None:
        return None
    return frozenset(item.get("id") if isinstance(item, dict) else item for item in listed)
