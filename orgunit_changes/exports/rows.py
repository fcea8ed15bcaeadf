"""Requests as rows of a table: what they are about, then each field before and after.

A batch of them is in memory at a time. Geometries stay in the database: of some thousand units they would fill the
memory, and a table has no use for an area. Source: the change request API, export.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Case, JSONField, Prefetch, QuerySet, Value, When

from metadata.models import OrganisationUnit
from orgunit_changes.listing.shown import GROUPS, INSTANCES
from orgunit_changes.locations import Location, locate, location_in
from orgunit_changes.models import Instance, OrgUnitChangeRequest, ReferenceInstance, Status
from orgunit_changes.visible_requests import live_instances

BATCH = 500
COLUMNS = (
    "Id", "Org unit ID", "External reference", "Name", "Parent", "Org unit type", "Groups", "Created", "Created by",
    "Updated", "Updated by",
)  # fmt: skip
# What of an org unit changes, as requests and as tables call it.
FIELDS = {
    "parent": "Parent", "name": "Name", "org_unit_type": "Org unit type", "groups": "Groups", "location": "Location",
    "opening_date": "Opening date", "closed_date": "Closed date", "reference_instances": "Reference submissions",
}  # fmt: skip
HEADER = (
    *COLUMNS,
    *(f"{title} {what}" for title in FIELDS.values() for what in ("before change", "after change", "conclusion")),
)
AREA = Value({"type": "Area"}, JSONField())


class Made(str):
    """A text that this server made of numbers and dates; no person wrote it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a field holds: `key` tells it from others, `text` is how a table shows it."""

    key: Any
    text: str


def rows_of(changes: QuerySet[OrgUnitChangeRequest]) -> Iterator[list[str | int]]:
    """A row for each request, by the names of their units; a fixed number of queries a batch."""
    submissions = live_instances().select_related("form").only("form__name").order_by("id")
    references = ReferenceInstance.objects.filter(instance__in=live_instances()).order_by("instance_id")
    point = Case(
        When(org_unit__geometry__type="Point", then="org_unit__geometry"),
        When(org_unit__geometry__has_key="type", then=AREA),
    )
    loaded = changes.select_related(
        "org_unit__parent", "org_unit__change_profile__org_unit_type", "created_by", "updated_by", "new_parent",
        "old_parent", "new_org_unit_type", "old_org_unit_type",
    ).defer(
        "org_unit__geometry", "org_unit__parent__geometry", "new_parent__geometry", "old_parent__geometry",
    ).annotate(unit_geometry=point).prefetch_related(
        Prefetch("org_unit__organisation_unit_groups", GROUPS), Prefetch("new_groups", GROUPS),
        Prefetch("old_groups", GROUPS), *(Prefetch(name, submissions) for name in INSTANCES),
        Prefetch("org_unit__reference_instances", references),
        Prefetch("org_unit__reference_instances__instance", submissions),
    ).order_by("org_unit__name", "id")  # fmt: skip
    return map(_row, loaded.iterator(chunk_size=BATCH))


def _row(change: OrgUnitChangeRequest) -> list[str | int]:
    unit = change.org_unit
    now = _of_unit(change)
    row: list[str | int] = [
        change.pk, unit.pk, unit.uid, unit.name, now["parent"].text, now["org_unit_type"].text, now["groups"].text,
        _moment(change.created_at), change.created_by.username if change.created_by else "",
        _moment(change.updated_at), change.updated_by.username if change.updated_by else "",
    ]  # fmt: skip
    # What is reviewed is held against the unit as it was: it has the new values by now, or those of another request.
    before = now if change.status == Status.NEW else _of_side("old", change)
    after = _of_side("new", change)
    for name in FIELDS:
        is_asked = f"new_{name}" in change.requested_fields
        was, will = before[name], after[name] if is_asked else before[name]
        row += (was.text, will.text, "same" if was.key == will.key else "updated")
    return row


def _of_unit(change: OrgUnitChangeRequest) -> dict[str, Held]:
    unit = change.org_unit
    return _fields(
        unit.__getattribute__, unit.change_profile.org_unit_type, unit.organisation_unit_groups.all(),
        locate(unit.change_profile, change.unit_geometry), [held.instance for held in unit.reference_instances.all()],
    )  # fmt: skip


def _of_side(side: str, change: OrgUnitChangeRequest) -> dict[str, Held]:
    def held(name: str) -> Any:
        return getattr(change, f"{side}_{name}")

    return _fields(
        held, held("org_unit_type"), held("groups").all(), location_in(change, side), held("reference_instances").all()
    )


def _fields(
    held: Callable[[str], Any], type: Any, groups: Any, location: Location | None, instances: list[Instance]
) -> dict[str, Held]:
    parent: OrganisationUnit | None = held("parent")
    return {
        "parent": Held(parent and parent.pk, parent.name if parent else ""),
        "name": Held(held("name"), held("name") or ""),
        "org_unit_type": Held(type and type.pk, type.name if type else ""),
        "groups": Held({group.pk for group in groups}, ", ".join(group.name for group in groups)),
        "location": Held(location, _point(location)),
        "opening_date": Held(held("opening_date"), _day(held("opening_date"))),
        "closed_date": Held(held("closed_date"), _day(held("closed_date"))),
        "reference_instances": Held(
            {one.pk for one in instances}, ", ".join(f"{one.form.name} ({one.pk})" for one in instances)
        ),
    }  # fmt: skip


def _point(location: Location | None) -> Made:
    """Latitude, longitude and altitude."""
    return Made("" if location is None else f"{location.latitude}, {location.longitude}, {location.altitude}")


def _day(day: date | None) -> Made:
    return Made("" if day is None else day.isoformat())


def _moment(moment: datetime) -> Made:
    return Made(moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"))
