"""Whether a reader may see one object: `find_…` answers its key or None, `get_…` says in DHIS2's words why not.

What may be seen is decided by `predicates`. An object that is unreadable, deleted or absent is a 404, so that nobody
learns which; metadata that is named and closed is a 403. Source: DHIS2 2.42, tracker export.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.db import connection

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.registry import get_schema
from metadata.models import Program, RelationshipType
from sharing.access import data_readable
from tracker.access import errors as codes
from tracker.access.predicates import (
    Window,
    enrollment_is_readable,
    entity_is_readable,
    event_is_readable,
    own_window,
)
from tracker.access.reader import ReadableProgram, Reader
from tracker.access.statements import Values, all_of, any_of

ENTITY, ENROLLMENT, EVENT, RELATIONSHIP = "TrackedEntity", "Enrollment", "Event", "Relationship"
# table, alias of the predicates
TABLES = {ENTITY: ("tracked_entity", "te"), ENROLLMENT: ("enrollment", "en"), EVENT: ("event", "ev")}
SIDES = {ENTITY: "tracked_entity", ENROLLMENT: "enrollment", EVENT: "event"}  # columns of relationships


def is_readable(
    kind: str, reader: Reader, values: Values, alias: str, window: Window | None = None,
    program: ReadableProgram | None = None,
) -> str:  # fmt: skip
    """The condition on a row of `kind`, in the reader's own window unless another one is asked for."""
    window = window or own_window(reader)
    if kind == ENTITY:
        return entity_is_readable(reader, window, values, alias, program)
    compile_condition = enrollment_is_readable if kind == ENROLLMENT else event_is_readable
    return compile_condition(reader, window, values, alias, None if program is None else [program])


def find_readable_entity(
    reader: Reader, uid: str, program: ReadableProgram | None = None, *, with_deleted: bool = False
) -> int | None:
    """The key of a tracked entity that the reader may see, as enrolled in `program` if one is named."""
    return _find(ENTITY, reader, uid, program, with_deleted)


def find_readable_enrollment(reader: Reader, uid: str, *, with_deleted: bool = False) -> int | None:
    """The key of an enrollment that the reader may see."""
    return _find(ENROLLMENT, reader, uid, None, with_deleted)


def find_readable_event(reader: Reader, uid: str, *, with_deleted: bool = False) -> int | None:
    """The key of an event that the reader may see."""
    return _find(EVENT, reader, uid, None, with_deleted)


def find_readable_relationship(reader: Reader, uid: str, *, with_deleted: bool = False) -> int | None:
    """The key of a relationship whose type and both sides the reader may see."""
    values = Values()
    shown = "TRUE" if with_deleted else "NOT re.deleted"
    condition = relationship_is_readable(reader, values, with_deleted=with_deleted)
    return _first(f"SELECT re.id FROM relationship re WHERE re.uid = {values.bind(uid)} AND {shown} AND {condition}",
                  values)  # fmt: skip


def get_readable_entity(reader: Reader, uid: str, program: str | None = None, *, tells_owned: bool = False) -> int:
    """The key of a tracked entity, as enrolled in the program of this uid if one is named.

    `tells_owned`: as versions up to 41 did, whether it is there and only owned by somebody else, so that clients can
    offer to break the glass.
    Errors: 404 for an unknown program or entity, 403 for a program without access or a reader of nothing.
    """
    require_org_units(reader)
    chosen = None if program is None else get_readable_program(reader, program)
    if not reader.types:
        raise ApiError(codes.NO_TYPE)
    key = find_readable_entity(reader, uid, chosen)
    if key is None and tells_owned and chosen is not None and not chosen.is_open:
        _check_owner(reader, uid, chosen)
    return _require(key, ENTITY, uid)


def get_readable_enrollment(reader: Reader, uid: str) -> int:
    """The key of an enrollment. Errors: 404, and 403 for a reader without org units."""
    require_org_units(reader)
    return _require(find_readable_enrollment(reader, uid), ENROLLMENT, uid)


def get_readable_event(reader: Reader, uid: str) -> int:
    """The key of an event. Errors: 404, and 403 for a reader without org units."""
    require_org_units(reader)
    return _require(find_readable_event(reader, uid), EVENT, uid)


def get_readable_relationship(reader: Reader, uid: str) -> int:
    """The key of a relationship. Errors: 404, and 403 for a reader without org units."""
    require_org_units(reader)
    return _require(find_readable_relationship(reader, uid), RELATIONSHIP, uid)


def get_readable_program(reader: Reader, uid: str) -> ReadableProgram:
    """A program of the reader. Errors: 404 if there is none of this uid, 403 if it is closed to him."""
    if found := reader.find_program(uid):
        return found
    if Program.objects.filter(uid=uid).exists():
        raise ApiError(codes.NO_ACCESS_TO_PROGRAM, uid)
    raise ApiError(E1005, "Program", uid)


def require_org_units(reader: Reader) -> None:
    """Errors: 403 for somebody without any search or capture org unit."""
    if not reader.viewer.search.paths:
        raise ApiError(codes.NO_ORG_UNITS)


def relationship_is_readable(reader: Reader, values: Values, alias: str = "re", *, with_deleted: bool = False) -> str:
    """The condition on a relationship: data read on its type, and both sides readable."""
    types = values.bind(readable_relationship_types(reader))
    sides = [_side_is_readable(reader, values, alias, side, with_deleted) for side in ("from", "to")]
    return all_of([f"{alias}.relationship_type_id = ANY({types})", *sides])


def readable_relationship_types(reader: Reader) -> list[int]:
    """The keys of the relationship types whose data the reader may read. One query."""
    rules = get_schema("relationshipType").rules
    found = RelationshipType.objects.filter(data_readable(rules, reader.viewer.principal)).order_by("pk")
    return list(found.values_list("pk", flat=True))


def readable_among(kind: str, reader: Reader, keys: Collection[int], *, with_deleted: bool = False) -> dict[int, str]:
    """The uids of those of these objects that the reader may see, by key. One query."""
    if not keys:
        return {}
    table, alias = TABLES[kind]
    values = Values()
    conditions = [
        f"{alias}.id = ANY({values.bind(sorted(keys))})",
        "TRUE" if with_deleted else f"NOT {alias}.deleted",
        is_readable(kind, reader, values, alias),
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {alias}.id, {alias}.uid FROM {table} {alias} WHERE {all_of(conditions)}", values)
        return dict(cursor.fetchall())


def _side_is_readable(reader: Reader, values: Values, alias: str, side: str, with_deleted: bool) -> str:
    ways = []
    for kind, column in SIDES.items():
        table, row = TABLES[kind]
        shown = "TRUE" if with_deleted else f"NOT {row}.deleted"
        ways.append(
            f"EXISTS (SELECT FROM {table} {row} WHERE {row}.id = {alias}.{side}_{column}_id AND {shown}"
            f" AND {is_readable(kind, reader, values, row)})"
        )
    return any_of(ways)


def _find(kind: str, reader: Reader, uid: str, program: ReadableProgram | None, with_deleted: bool) -> int | None:
    table, alias = TABLES[kind]
    values = Values()
    conditions = [f"{alias}.uid = {values.bind(uid)}", is_readable(kind, reader, values, alias, program=program)]
    if not with_deleted:
        conditions.append(f"NOT {alias}.deleted")
    return _first(f"SELECT {alias}.id FROM {table} {alias} WHERE {all_of(conditions)}", values)


def _first(statement: str, values: Values) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return found[0] if found else None


def _check_owner(reader: Reader, uid: str, program: ReadableProgram) -> None:
    """Errors: 403 for an entity that the reader would see if the program were open."""
    if find_readable_entity(reader, uid, replace(program, is_open=True)) is not None:
        raise ApiError(codes.OWNERSHIP_DENIED if program.is_protected else codes.PROGRAM_CLOSED)


def _require(key: int | None, kind: str, uid: str) -> int:
    if key is None:
        raise ApiError(E1005, kind, uid)
    return key
