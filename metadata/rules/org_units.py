"""Org units: a tree without cycles, paths and levels that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection

from dhis2api.errors import ApiError
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import CIRCLE, E1520, E4013, E6022
from metadata.models import OrganisationUnit

# Paths and levels of the given units and of everything below them, from the parents' paths downwards. A unit whose
# path does not change is not touched; one that moves gets a new last_updated, so that incremental sync sees it.
WRITE_PATHS = """
    WITH RECURSIVE tops AS (
        SELECT unit.id, unit.uid, coalesce(parent.path, '') || '/' || unit.uid AS path
        FROM metadata_organisationunit unit
        LEFT JOIN metadata_organisationunit parent ON parent.id = unit.parent_id
        WHERE unit.id = ANY(%(units)s)
          AND (unit.parent_id IS NULL OR unit.parent_id <> ALL(%(units)s))
    ), placed AS (
        SELECT id, path FROM tops
        UNION ALL
        SELECT child.id, placed.path || '/' || child.uid
        FROM placed JOIN metadata_organisationunit child ON child.parent_id = placed.id
    ) CYCLE id SET is_circle USING visited
    UPDATE metadata_organisationunit unit
    SET path = placed.path,
        hierarchy_level = length(placed.path) - length(replace(placed.path, '/', '')),
        last_updated = %(now)s
    FROM placed
    WHERE unit.id = placed.id AND NOT placed.is_circle AND unit.path IS DISTINCT FROM placed.path
"""


# Any number will do, as long as nothing else in the database takes the same lock.
TREE = 0x6F72675F74726565  # "org_tree"
LOCK_TREE = "SELECT pg_advisory_xact_lock(%s)"


def lock_tree() -> None:
    """One import of org units at a time: two moves that are right alone may make a circle together."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_TREE, [TREE])


CIRCLES = """
    -- units below themselves, or out of reach of any root
    SELECT uid FROM metadata_organisationunit
    WHERE id = ANY(%(units)s) AND (path IS NULL OR position('/' || uid || '/' IN path) > 0)
    LIMIT 1
"""


def closes_after_opening(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4013."""
    opening, closed = item.values.get("opening_date"), item.values.get("closed_date")
    if opening and closed and closed < opening:
        yield Fault(E4013, (closed, opening), "closedDate", main_id=item.uid)


def moves_are_allowed(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E1520: another parent takes an authority of its own."""
    if bundle.principal.has_any(("F_ORGANISATIONUNIT_MOVE",)):
        return
    for item in objects:
        if item.stored is not None and item.stored["parent_id"] != item.values.get("parent_id"):
            item.faults.append(Fault(E1520, (bundle.principal.username, item.uid), "parent", main_id=item.uid))


def parents_form_a_tree(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E6022: no unit is its own ancestor once everything of the payload is in place."""
    parents = {item.pk: item.values.get("parent_id") for item in objects}
    outside = {pk for pk in parents.values() if pk is not None and pk not in parents}
    parents |= _stored_parents(outside, set(parents))
    for item in objects:
        seen = {item.pk}
        above = parents[item.pk]
        while above is not None:
            if above in seen:
                if above == item.pk:
                    item.faults.append(Fault(E6022, (item.describe(),), "parent", main_id=item.uid))
                break
            seen.add(above)
            above = parents.get(above)


def _stored_parents(units: set[int], in_payload: set[int]) -> dict[int, int | None]:
    """The stored parents of `units` and of all their ancestors that the payload does not bring."""
    paths = OrganisationUnit.objects.filter(pk__in=units, path__isnull=False).values_list("path", flat=True)
    uids = {uid for path in paths for uid in path.split("/")[1:]}
    rows = OrganisationUnit.objects.filter(uid__in=uids).values_list("pk", "parent_id")
    return {pk: parent for pk, parent in rows if pk not in in_payload}


def write_paths(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Paths of new and moved units and of everything below moved ones."""
    changed = [
        item.pk for item in objects
        if item.stored is None or item.stored["parent_id"] != item.values["parent_id"] or item.stored["path"] is None
    ]  # fmt: skip
    if changed:
        # The check saw the whole payload; with atomicMode=NONE a move that would have opened a circle may have been
        # refused for another reason.
        place_units(changed, bundle.now)


def place_units(units: Collection[int], now: datetime) -> None:
    """Paths and levels of new and moved units, by primary key, and of everything below them; two statements.

    Whoever moves units holds `lock_tree` since before he looked at it. Errors: 409 where they make a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(WRITE_PATHS, {"units": list(units), "now": now})
        cursor.execute(CIRCLES, {"units": list(units)})
        circle = cursor.fetchone()
    if circle is not None:
        raise ApiError(CIRCLE, circle[0])
