"""Requests into the database, each exactly once however often its phone sends it.

Source: the change request API, create and update; a known uuid: DHIS2 has no such thing, Iaso replays it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from orgunit_changes.errors import FORBIDDEN_UNIT, Refused, forbid, refuse
from orgunit_changes.locations import Location, location_of
from orgunit_changes.models import OrgUnitChangeRequest, Project
from orgunit_changes.rules import check_dates, check_instances, check_open, check_parent, check_type
from orgunit_changes.stamps import lock_stamps, next_stamp
from orgunit_changes.uploads.reading import Proposal, read_proposal, read_uuid
from orgunit_changes.uploads.resolving import Named, resolve
from orgunit_changes.visibility import Sight, is_in_project, sight_of
from orgunit_changes.visible_requests import live_instances

OTHER_UNIT = "The change request is about another org unit."
NOT_YOURS = "The user is neither the author of this change request nor a reviewer."


def create_change(body: Mapping[str, Any], app_id: str | None, user: Any) -> OrgUnitChangeRequest:
    """Store a request. One whose uuid is known is returned as it is stored, whatever the body says by now.

    Errors: 400 and 404 for what the body lacks or names wrongly, 403 for a unit out of sight or of its project.
    """
    return _once_more(lambda: _create_or_replay(body, app_id, user))


def put_change(body: Mapping[str, Any], app_id: str | None, user: Any, *, may_review: bool) -> OrgUnitChangeRequest:
    """Store a request, or replace all that one with the same uuid asks for, as long as nobody has reviewed it.

    Errors: as `create_change`; 400 once it was reviewed or deleted, or for another unit; 403 for who is neither its
    author nor a reviewer that sees its unit.
    """
    return _once_more(lambda: _create_or_replace(body, app_id, user, may_review))


def _once_more(store: Callable[[], OrgUnitChangeRequest]) -> OrgUnitChangeRequest:
    """What a body names may be deleted before the commit: looked for again, it is missed in the words for that."""
    try:
        return store()
    except IntegrityError:
        return store()


@transaction.atomic
def _create_or_replay(body: Mapping[str, Any], app_id: str | None, user: Any) -> OrgUnitChangeRequest:
    key, sight = read_uuid(body), sight_of(user)
    if (stored := _find(key)) is not None:
        return _replayed(stored, sight)
    proposal, named = _accept(body, app_id, sight)
    lock_stamps()
    if (stored := _find(key)) is not None:  # somebody was faster, perhaps the same phone on another connection
        return _replayed(stored, sight)
    return _create(proposal, named, user)


@transaction.atomic
def _create_or_replace(
    body: Mapping[str, Any], app_id: str | None, user: Any, may_review: bool
) -> OrgUnitChangeRequest:
    key, sight = read_uuid(body), sight_of(user)
    proposal, named = _accept(body, app_id, sight)
    lock_stamps()
    rows = OrgUnitChangeRequest.objects.select_for_update(of=("self",)).select_related("org_unit")
    stored = rows.filter(uuid=key).first()
    if stored is None:
        return _create(proposal, named, user)
    if stored.created_by_id != user.pk and not (may_review and sight.covers(stored.org_unit)):
        raise forbid(NOT_YOURS)
    check_open(stored)
    if stored.org_unit_id != named.unit.pk:
        raise refuse("org_unit_id", OTHER_UNIT)
    stored.updated_by = user
    stored.updated_at = next_stamp()
    return _propose(stored, proposal, named)


def _accept(body: Mapping[str, Any], app_id: str | None, sight: Sight) -> tuple[Proposal, Named]:
    """A body that may be stored, and what it names."""
    proposal = read_proposal(body)
    named = resolve(proposal, sight)
    if named.type is not None:
        check_type(named.type)
    check_instances(named.instances)
    check_dates(named.unit, proposal.new_opening_date, proposal.new_closed_date)
    if named.parent is not None:
        check_parent(named.unit, named.parent)
    if named.absent:
        raise Refused(named.absent, 404)
    if not sight.covers(named.unit):
        raise forbid(FORBIDDEN_UNIT)
    if app_id:
        project = Project.objects.filter(app_id=app_id).first()
        if project is None or not is_in_project(project, named.unit):
            raise forbid(FORBIDDEN_UNIT)
    return proposal, named


def _find(key: UUID) -> OrgUnitChangeRequest | None:
    return OrgUnitChangeRequest.objects.select_related("org_unit").filter(uuid=key).first()


def _replayed(stored: OrgUnitChangeRequest, sight: Sight) -> OrgUnitChangeRequest:
    """A late duplicate lets its phone empty its queue, even where its author has lost sight of the unit."""
    if stored.created_by_id != sight.user.pk and not sight.covers(stored.org_unit):
        raise forbid(FORBIDDEN_UNIT)
    return stored


def _create(proposal: Proposal, named: Named, user: Any) -> OrgUnitChangeRequest:
    """A new request, with its unit as it is now."""
    unit, stamp = named.unit, next_stamp()
    change = OrgUnitChangeRequest(
        uuid=proposal.uuid, org_unit=unit, created_by=user, created_at=stamp, updated_at=stamp,
        old_parent=unit.parent, old_name=unit.name, old_org_unit_type=unit.change_profile.org_unit_type,
        old_opening_date=unit.opening_date, old_closed_date=unit.closed_date, **_columns("old", location_of(unit)),
    )  # fmt: skip
    _propose(change, proposal, named)
    change.old_groups.add(*unit.organisation_unit_groups.all())
    change.old_reference_instances.add(*live_instances().filter(references__org_unit=unit))
    return change


def _propose(change: OrgUnitChangeRequest, proposal: Proposal, named: Named) -> OrgUnitChangeRequest:
    """Set everything that a request asks for."""
    change.requested_fields = proposal.requested_fields
    change.new_parent, change.new_name = named.parent, proposal.new_name
    change.new_org_unit_type, change.new_group_count = named.type, len(named.groups)
    change.new_location_accuracy = proposal.new_location_accuracy
    change.new_opening_date, change.new_closed_date = proposal.new_opening_date, proposal.new_closed_date
    for column, value in _columns("new", proposal.new_location).items():
        setattr(change, column, value)
    is_new = change.pk is None
    change.save()
    for links, rows in ((change.new_groups, named.groups), (change.new_reference_instances, named.instances)):
        if rows or not is_new:
            links.set(rows)
    return change


def _columns(side: str, location: Location | None) -> dict[str, float | None]:
    found = {} if location is None else location.to_dict()
    return {f"{side}_{name}": found.get(name) for name in ("latitude", "longitude", "altitude")}
