"""What a proposal names, looked up: each kind in one query.

A parent, a type or a submission that is not there is a 404, a unit or a group a 400. Whatever is a 400 comes first, the
rules that members must keep together among it: so 404s are for the caller to raise.
Source: the change request API, responses of create and update.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.errors import UNKNOWN_PK, UNKNOWN_PK_OR_UUID, Refused
from orgunit_changes.identifiers import Reference, find_org_units
from orgunit_changes.models import Instance, OrgUnitType
from orgunit_changes.uploads.reading import Proposal
from orgunit_changes.visibility import Sight
from orgunit_changes.visible_requests import live_instances


@dataclass(frozen=True, slots=True)
class Named:
    """The rows that a proposal names; `absent` are messages about members whose row is not there."""

    unit: OrganisationUnit
    parent: OrganisationUnit | None
    type: OrgUnitType | None
    groups: tuple[OrganisationUnitGroup, ...]
    instances: tuple[Instance, ...]
    absent: dict[str, list[str]]


def resolve(proposal: Proposal, sight: Sight) -> Named:
    """The rows. Errors: 400 with each member that names nothing, if one of them is the unit or a group."""
    units = find_org_units(filter(None, (proposal.org_unit, proposal.new_parent)))
    type = _find_type(proposal.new_org_unit_type)
    groups = _find_groups(proposal.new_groups or ())
    instances = _find_instances(proposal.new_reference_instances or (), sight)
    wrong = _missing("org_unit_id", (proposal.org_unit,), units, UNKNOWN_PK_OR_UUID)
    wrong |= _missing("new_groups", proposal.new_groups or (), groups, UNKNOWN_PK)
    absent = _missing("new_parent_id", filter(None, (proposal.new_parent,)), units, UNKNOWN_PK_OR_UUID)
    absent |= _missing("new_org_unit_type_id", filter(None, (proposal.new_org_unit_type,)), type, UNKNOWN_PK)
    absent |= _missing("new_reference_instances", proposal.new_reference_instances or (), instances, UNKNOWN_PK_OR_UUID)
    if wrong:
        raise Refused(wrong | absent)
    return Named(
        units[proposal.org_unit], units.get(proposal.new_parent), type.get(proposal.new_org_unit_type),
        tuple(dict.fromkeys(groups.values())), tuple(dict.fromkeys(instances.values())),
        absent,
    )  # fmt: skip


def _missing(
    member: str, wanted: Iterable[Reference], found: dict[Reference, object], message: str
) -> dict[str, list[str]]:
    absent = [message.format(one.given) for one in wanted if one not in found]
    return {member: absent} if absent else {}


def _find_type(wanted: Reference | None) -> dict[Reference, OrgUnitType]:
    if wanted is None:
        return {}
    type = OrgUnitType.objects.filter(pk=wanted.pk).first()
    return {} if type is None else {wanted: type}


def _find_groups(wanted: tuple[Reference, ...]) -> dict[Reference, OrganisationUnitGroup]:
    if not wanted:
        return {}
    condition = Q(pk__in=[one.pk for one in wanted if one.pk is not None])
    condition |= Q(uid__in=[one.uid for one in wanted if one.uid is not None])
    rows = list(OrganisationUnitGroup.objects.filter(condition))
    keys = {row.pk: row for row in rows} | {row.uid: row for row in rows}
    found = {one: keys.get(one.pk if one.pk is not None else one.uid) for one in wanted}
    return {one: row for one, row in found.items() if row is not None}


def _find_instances(wanted: tuple[Reference, ...], sight: Sight) -> dict[Reference, Instance]:
    """A request shows the answers of its submissions: asking for one is no way to see them."""
    if not wanted:
        return {}
    condition = Q(pk__in=[one.pk for one in wanted if one.pk is not None])
    condition |= Q(uuid__in=[one.uuid for one in wanted if one.uuid is not None])
    rows = list(live_instances().filter(condition, sight.to_q() | Q(created_by=sight.user)))
    keys = {row.pk: row for row in rows} | {row.uuid: row for row in rows}
    found = {one: keys.get(one.pk if one.pk is not None else one.uuid) for one in wanted}
    return {one: row for one, row in found.items() if row is not None}
