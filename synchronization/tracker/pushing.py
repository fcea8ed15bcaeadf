"""The pushes of tracker data: what the remote has not got as it is, page by page, deletions before the rest.

Each page is noted as soon as the remote answered, so an interrupted job goes on where it was; a page that was sent and
not noted is sent again, which changes nothing. Source: DHIS2 2.42, synchronization, tracker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from configuration.settings import system_setting
from scheduling.job_runs import JobRun
from scheduling.models import Level
from scheduling.notifications import execute_here
from synchronization.remote import Remote
from synchronization.summaries import push_page
from synchronization.tracker.payloads import Payloads
from synchronization.tracker.reports import GONE, PRESENT, refusals
from synchronization.tracker.states import (
    Kind,
    Pending,
    count_pending,
    known_remote,
    note_pushed,
    pages_of_pending,
)

PATH = "/api/tracker"
QUERY = "importStrategy={}&async=false&atomicMode=OBJECT"
UPSERT, DELETE = QUERY.format("CREATE_AND_UPDATE"), QUERY.format("DELETE")
RELATIONSHIPS_PER_PAGE = 200
MOST_TOLD = 20  # refused objects of a page that the log names

DELETED_BELOW = """
    -- what was deleted below tracked entities that are still there: enrollments, and events of enrollments that are
    SELECT 'enrollments', 'enrollment', enrolled.uid, entity.uid
    FROM enrollment enrolled JOIN tracked_entity entity ON entity.id = enrolled.tracked_entity_id
    WHERE enrolled.tracked_entity_id = ANY(%(keys)s) AND enrolled.deleted
    UNION ALL
    SELECT 'events', 'event', event.uid, entity.uid
    FROM event JOIN enrollment enrolled ON enrolled.id = event.enrollment_id
    JOIN tracked_entity entity ON entity.id = enrolled.tracked_entity_id
    WHERE enrolled.tracked_entity_id = ANY(%(keys)s) AND event.deleted AND NOT enrolled.deleted
"""
RELATIONSHIPS = """
    -- relationships with the uids of their sides
    SELECT relationship.uid, type.uid, relationship.created_at_client,
        from_entity.uid, from_enrollment.uid, from_event.uid, to_entity.uid, to_enrollment.uid, to_event.uid
    FROM relationship JOIN metadata_relationshiptype type ON type.id = relationship.relationship_type_id
    LEFT JOIN tracked_entity from_entity ON from_entity.id = relationship.from_tracked_entity_id
    LEFT JOIN enrollment from_enrollment ON from_enrollment.id = relationship.from_enrollment_id
    LEFT JOIN event from_event ON from_event.id = relationship.from_event_id
    LEFT JOIN tracked_entity to_entity ON to_entity.id = relationship.to_tracked_entity_id
    LEFT JOIN enrollment to_enrollment ON to_enrollment.id = relationship.to_enrollment_id
    LEFT JOIN event to_event ON to_event.id = relationship.to_event_id
    WHERE relationship.id = ANY(%(keys)s) ORDER BY relationship.id
"""
SIDES = ("trackedEntity", "enrollment", "event")


@dataclass(slots=True)
class Page:
    """What one page sends. `root_of` leads from the uid of each object in it to that of the one it belongs to."""

    deleted: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    root_of: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """Objects pushed and refused."""

    pushed: int = 0
    refused: int = 0


MakePage = Callable[[Sequence[Pending]], Page]


def push_entities(run: JobRun, remote: Remote, size: int) -> Tally:
    """Tracked entities, then relationships. Errors: JobRefused when the remote goes away."""
    payloads = Payloads()
    tally = Tally()
    _push(run, remote, Kind.TRACKED_ENTITY, size, lambda pending: _page_of_entities(payloads, pending), tally)
    _push(run, remote, Kind.RELATIONSHIP, RELATIONSHIPS_PER_PAGE, _page_of_relationships, tally)
    return tally


def push_events(run: JobRun, remote: Remote, size: int) -> Tally:
    """Events of event programs, then relationships. Errors: JobRefused when the remote goes away."""
    payloads = Payloads()
    tally = Tally()
    _push(run, remote, Kind.EVENT, size, lambda pending: _page_of_events(payloads, pending), tally)
    _push(run, remote, Kind.RELATIONSHIP, RELATIONSHIPS_PER_PAGE, _page_of_relationships, tally)
    return tally


def _push(run: JobRun, remote: Remote, kind: Kind, size: int, make_page: MakePage, tally: Tally) -> None:
    known = known_remote(str(remote.place))
    total = count_pending(known, kind)
    if not total:
        return
    with run.stage(f"Pushing {STAGES[kind]}", items=-(-total // size)) as stage:
        for number, pending in enumerate(pages_of_pending(known, kind, size), 1):
            run.check()
            with stage.item(f"Page {number}: {len(pending)} objects"):
                refused = _send(remote, make_page(pending), pending)
                taken = [one for one in pending if one.uid not in refused]
                with run.step():
                    note_pushed(known, kind, taken)
            for uid, words in list(refused.items())[:MOST_TOLD]:
                run.tell(f"{uid} was refused: {words}", Level.WARN)
            stage.count(len(taken))
            tally.pushed += len(taken)
            tally.refused += len(refused)


STAGES = {
    Kind.TRACKED_ENTITY: "tracked entities", Kind.EVENT: "events of event programs", Kind.RELATIONSHIP: "relationships",
}  # fmt: skip


def _send(remote: Remote, page: Page, pending: Sequence[Pending]) -> dict[str, str]:
    """The words for each root that was refused, or has something below it that was."""
    refused: dict[str, str] = {}
    attempts = max(1, system_setting("syncMaxAttempts"))
    for objects, query, tolerated in ((page.deleted, DELETE, GONE), (page.sent, UPSERT, PRESENT)):
        if not objects:
            continue
        summary = push_page(remote, PATH, lambda objects=objects: orjson.dumps(objects), query, attempts=attempts)
        sent = [one[SINGULAR[plural]] for plural, listed in objects.items() for one in listed]
        found = refusals(summary, sent, tolerated)
        refused |= {page.root_of.get(uid, uid): words for uid, words in found.items()}
    unknown = refused.keys() - {one.uid for one in pending}
    if unknown:  # a refusal of something that is not ours tells nothing about what is
        return {one.uid: refused[next(iter(unknown))] for one in pending}
    return refused


SINGULAR = {
    "trackedEntities": "trackedEntity", "enrollments": "enrollment", "events": "event", "relationships": "relationship",
}  # fmt: skip


def _page_of_entities(payloads: Payloads, pending: Sequence[Pending]) -> Page:
    page = _with_deleted("trackedEntities", "trackedEntity", pending)
    live = [one.pk for one in pending if not one.is_deleted]
    if not live:
        return page
    for plural, singular, uid, root in execute_here(DELETED_BELOW, {"keys": live}):
        page.deleted.setdefault(plural, []).append({singular: uid})
        page.root_of[uid] = root
    page.sent["trackedEntities"] = payloads.entities(live)
    for entity in page.sent["trackedEntities"]:
        root = entity["trackedEntity"]
        for enrollment in entity["enrollments"]:
            page.root_of[enrollment["enrollment"]] = root
            page.root_of.update((event["event"], root) for event in enrollment["events"])
    return page


def _page_of_events(payloads: Payloads, pending: Sequence[Pending]) -> Page:
    page = _with_deleted("events", "event", pending)
    if live := [one.pk for one in pending if not one.is_deleted]:
        page.sent["events"] = payloads.events(live)
    return page


def _page_of_relationships(pending: Sequence[Pending]) -> Page:
    page = _with_deleted("relationships", "relationship", pending)
    if live := [one.pk for one in pending if not one.is_deleted]:
        page.sent["relationships"] = [_shown(row) for row in execute_here(RELATIONSHIPS, {"keys": live})]
    return page


def _with_deleted(plural: str, singular: str, pending: Sequence[Pending]) -> Page:
    deleted = [{singular: one.uid} for one in pending if one.is_deleted]
    return Page(deleted={plural: deleted} if deleted else {})


def _shown(row: Sequence[Any]) -> dict[str, Any]:
    uid, type, created = row[:3]
    shown = {"relationship": uid, "relationshipType": type, "from": _side(row[3:6]), "to": _side(row[6:9])}
    return shown if created is None else shown | {"createdAtClient": created.isoformat(timespec="milliseconds")}


def _side(uids: Sequence[str | None]) -> dict[str, dict[str, str]]:
    return {kind: {kind: uid} for kind, uid in zip(SIDES, uids, strict=True) if uid is not None}
