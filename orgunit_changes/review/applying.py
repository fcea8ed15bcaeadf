"""What is approved of a request goes into its org unit: first everything is judged anew, then everything is written.

A fixed number of statements, however many groups, submissions and units below there are. Approving asks for no right
on the org unit or its groups beside the review's own. Source: the change request API, effect of approving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from metadata.rules.org_units import place_units
from orgunit_changes.errors import FORBIDDEN, forbid, refuse
from orgunit_changes.listing.shown import for_unit, show_unit
from orgunit_changes.models import Instance, OrgUnitChangeRequest, OrgUnitType, ReferenceInstance
from orgunit_changes.rules import check_dates, check_instances, check_parent, check_type
from orgunit_changes.stamps import next_stamp
from orgunit_changes.visibility import Sight
from orgunit_changes.visible_requests import live_instances

LONGEST_SHORT_NAME = 50
GONE = "What was requested does not exist any more."
POINT = ("latitude", "longitude", "altitude")
ACCURACY_ALONE = ("new_location_accuracy",)


@dataclass(frozen=True, slots=True)
class Change:
    """A request, the fields of it that are approved, what their reviewer sees, and when."""

    request: OrgUnitChangeRequest
    fields: tuple[str, ...]
    sight: Sight
    now: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What approved references name, as far as it is there."""

    parent: OrganisationUnit | None
    type: OrgUnitType | None
    groups: tuple[int, ...]
    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """The org unit before and after, as the detail of requests shows it."""

    before: dict[str, Any]
    after: dict[str, Any]


def apply_change(change: Change) -> Applied:
    """Write the approved fields. The caller holds the tree's lock and the request's row.

    Errors: 400 and 403 as for a new request, of what is approved alone; 400 for what has gone since. Nothing was
    written then.
    """
    # Not against references: an import of groups that holds them looks for this row at its end.
    rows = OrganisationUnit.objects.select_for_update(no_key=True, of=("self",))
    unit = for_unit(rows).get(pk=change.request.org_unit_id)
    before = show_unit(unit)
    wanted = _judge(unit, change)
    if change.fields == ACCURACY_ALONE:  # it helps to decide; no org unit has one
        return Applied(before, before)
    _write_unit(unit, change, wanted)
    _write_profile(unit, change, wanted)
    if "new_groups" in change.fields:
        _write_groups(unit, change, wanted.groups)
    _write_references(unit, wanted.instances)
    if wanted.parent is not None:
        place_units([unit.pk], change.now)
    return Applied(before, show_unit(for_unit(OrganisationUnit.objects).get(pk=unit.pk)))


def _judge(unit: OrganisationUnit, change: Change) -> Wanted:
    """Everything that could stand against it."""
    request, fields = change.request, change.fields
    wanted = Wanted(*(_find(change) if name in fields else empty for name, (_find, empty) in FINDERS.items()))
    if wanted.parent is not None:
        if not change.sight.covers(wanted.parent):
            raise forbid(FORBIDDEN)
        check_parent(unit, wanted.parent)
    if wanted.type is not None:
        check_type(wanted.type)
    check_instances(wanted.instances)
    check_dates(
        unit, request.new_opening_date if "new_opening_date" in fields else None,
        request.new_closed_date if "new_closed_date" in fields else None,
    )  # fmt: skip
    return wanted


def _find_parent(change: Change) -> OrganisationUnit:
    rows = OrganisationUnit.objects.select_related("change_profile").defer("geometry")
    parent = rows.filter(pk=change.request.new_parent_id).first()
    if parent is None:
        raise refuse("new_parent", GONE)
    return parent


def _find_type(change: Change) -> OrgUnitType:
    type = OrgUnitType.objects.select_for_update(no_key=True).filter(pk=change.request.new_org_unit_type_id).first()
    if type is None:
        raise refuse("new_org_unit_type", GONE)
    return type


def _find_groups(change: Change) -> tuple[int, ...]:
    """Those that are left; of none, nothing was meant by the request any more, least of all "no groups"."""
    groups = tuple(change.request.new_groups.values_list("pk", flat=True))
    if change.request.new_group_count and not groups:
        raise refuse("new_groups", GONE)
    return groups


def _find_instances(change: Change) -> tuple[Instance, ...]:
    asked = change.request.new_reference_instances.values("pk")
    instances = tuple(live_instances().filter(pk__in=asked).select_for_update(no_key=True, of=("self",)))
    if not instances:
        raise refuse("new_reference_instances", GONE)
    return instances


FINDERS = {
    "new_parent": (_find_parent, None), "new_org_unit_type": (_find_type, None), "new_groups": (_find_groups, ()),
    "new_reference_instances": (_find_instances, ()),
}  # fmt: skip


def _write_unit(unit: OrganisationUnit, change: Change, wanted: Wanted) -> None:
    """Everything that the unit's own row holds."""
    request, fields = change.request, change.fields
    columns = {"last_updated": change.now, "last_updated_by_id": change.sight.user.pk}
    if "new_name" in fields:
        if unit.short_name == (unit.name or "")[:LONGEST_SHORT_NAME]:
            columns["short_name"] = request.new_name[:LONGEST_SHORT_NAME]
        columns["name"] = request.new_name
    if wanted.parent is not None:
        columns["parent_id"] = wanted.parent.pk
    if "new_location" in fields and not _has_area(unit):
        # GeoJSON puts the longitude first; metadata knows no altitude.
        columns["geometry"] = {"type": "Point", "coordinates": [request.new_longitude, request.new_latitude]}
    for field, column in (("new_opening_date", "opening_date"), ("new_closed_date", "closed_date")):
        if field in fields:
            columns[column] = getattr(request, field)
    OrganisationUnit.objects.filter(pk=unit.pk).update(**columns)


def _has_area(unit: OrganisationUnit) -> bool:
    """Whether the unit's one geometry is something that a point must not replace."""
    is_point = isinstance(unit.geometry, dict) and unit.geometry.get("type") == "Point"
    return bool(unit.geometry) and not is_point


def _write_profile(unit: OrganisationUnit, change: Change, wanted: Wanted) -> None:
    """What mobile apps alone know of a unit."""
    columns: dict[str, Any] = {}
    if wanted.type is not None:
        columns["org_unit_type_id"] = wanted.type.pk
    if "new_location" in change.fields:
        columns |= {name: getattr(change.request, f"new_{name}") for name in POINT}
    if columns:
        type(unit.change_profile).objects.filter(pk=unit.pk).update(**columns)


def _write_groups(unit: OrganisationUnit, change: Change, wanted: tuple[int, ...]) -> None:
    """The unit is in these groups and in no others; groups that gain or lose it are new to who syncs."""
    members = OrganisationUnitGroup.organisation_units.through.objects.filter(organisationunit=unit)
    held = members.values("organisationunitgroup_id")
    # In their order, as two reviews and an import would otherwise wait for each other; then what they hold is read.
    rows = OrganisationUnitGroup.objects.filter(Q(pk__in=wanted) | Q(pk__in=held)).order_by("pk")
    there = set(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    now, then = set(held.values_list("organisationunitgroup_id", flat=True)), there.intersection(wanted)
    members.filter(organisationunitgroup__in=now - then).delete()
    members.model.objects.bulk_create(
        [members.model(organisationunitgroup_id=pk, organisationunit=unit) for pk in sorted(then - now)],
        ignore_conflicts=True,
    )
    OrganisationUnitGroup.objects.filter(pk__in=now ^ then).update(
        last_updated=change.now, last_updated_by=change.sight.user
    )


def _write_references(unit: OrganisationUnit, instances: tuple[Instance, ...]) -> None:
    """Each becomes the unit's reference in its form; those of other forms stay.

    Phones ask for references by when they changed: one that was submitted long ago is new to them.
    """
    ReferenceInstance.objects.bulk_create(
        [ReferenceInstance(org_unit=unit, form_id=one.form_id, instance=one) for one in instances],
        update_conflicts=True, unique_fields=["org_unit", "form"], update_fields=["instance"],
    )  # fmt: skip
    if instances:
        Instance.objects.filter(pk__in=[one.pk for one in instances]).update(updated_at=next_stamp())
