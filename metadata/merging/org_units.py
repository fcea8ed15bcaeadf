"""Splitting an org unit among others, and merging org units into one (DHIS2 2.42, metadata API, org units).

One transaction under the lock of the tree. Imports of values that name one of the units hold its row until they
commit, so either they are waited for or they wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.objects.crud import lock_for_update
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import record_writer
from dhis2api.web.timestamps import to_milliseconds
from metadata.merging import errors
from metadata.merging.bodies import MergeBody, SplitBody, read_merge, read_split
from metadata.merging.data import Strategy, lock_data
from metadata.merging.reassign import Change
from metadata.merging.succession import pass_on, remove
from metadata.models import OrganisationUnit
from metadata.rules.org_units import lock_tree, place_units
from sharing.access import require_authority

SPLIT, MERGE = "F_ORGANISATION_UNIT_SPLIT", "F_ORGANISATION_UNIT_MERGE"


@transaction.atomic
def split_unit(body: Any, *, user: Any) -> None:
    """Give the memberships of a unit to all targets; its children, data and the rest to the primary one.

    Errors: 403 without the authority, E1510-E1516 (409).
    """
    require_authority(user.principal, SPLIT)
    wanted = read_split(body)
    units = _locked([wanted.source, *wanted.targets, wanted.primary])
    source, targets = _check_split(wanted, units)
    _succeed([source], targets, Strategy.LAST_UPDATED, user, deletes=wanted.delete_source)


@transaction.atomic
def merge_units(body: Any, *, user: Any) -> None:
    """Give everything of the sources to the target. Errors: 403 without the authority, E1500-E1504 (409)."""
    require_authority(user.principal, MERGE)
    wanted = read_merge(body, strategy_member="dataValueMergeStrategy", deletes=True)
    units = _locked([*wanted.sources, wanted.target])
    sources, target = _check_merge(wanted, units)
    strategy = wanted.strategy or Strategy.LAST_UPDATED
    _succeed(sources, [target], strategy, user, deletes=wanted.delete_sources)


def _locked(uids: Sequence[str | None]) -> dict[str, OrganisationUnit]:
    """The units that exist, as they are once nobody else changes them or refers to them anew."""
    named = [uid for uid in uids if uid]
    lock_tree()
    lock_data("organisationUnit")
    lock_for_update(get_schema("organisationUnit"), named, against_references=True)
    return {unit.uid: unit for unit in OrganisationUnit.objects.filter(uid__in=named)}


def _check_split(
    wanted: SplitBody, units: dict[str, OrganisationUnit]
) -> tuple[OrganisationUnit, list[OrganisationUnit]]:
    """The source, and the targets with the primary one first."""
    source = units.get(wanted.source or "")
    if source is None:
        raise ApiError(errors.E1510)
    if len(wanted.targets) < 2:
        raise ApiError(errors.E1511)
    for uid in wanted.targets:
        if uid not in units:
            raise ApiError(errors.E1515, uid)
    if wanted.source in wanted.targets:
        raise ApiError(errors.E1512, wanted.source)
    primary = wanted.primary or wanted.targets[0]
    if primary not in units:
        raise ApiError(errors.E1513)
    if primary not in wanted.targets:
        raise ApiError(errors.E1514)
    for uid in wanted.targets:
        if _is_below(units[uid], source):
            raise ApiError(errors.E1516, uid)
    return source, [units[primary], *(units[uid] for uid in wanted.targets if uid != primary)]


def _check_merge(
    wanted: MergeBody, units: dict[str, OrganisationUnit]
) -> tuple[list[OrganisationUnit], OrganisationUnit]:
    if len(wanted.sources) < 2:
        raise ApiError(errors.E1500)
    for uid in wanted.sources:
        if uid not in units:
            raise ApiError(errors.E1503, uid)
    target = units.get(wanted.target or "")
    if target is None:
        raise ApiError(errors.E1501)
    if target.uid in wanted.sources:
        raise ApiError(errors.E1502)
    sources = [units[uid] for uid in wanted.sources]
    if any(_is_below(target, source) for source in sources):
        raise ApiError(errors.E1504, target.uid)
    return sources, target


def _is_below(unit: OrganisationUnit, other: OrganisationUnit) -> bool:
    return other.uid in (unit.path or "").split("/")[1:-1]


def _succeed(
    sources: Sequence[OrganisationUnit], targets: Sequence[OrganisationUnit], strategy: Strategy, user: Any,
    *, deletes: bool,
) -> None:  # fmt: skip
    now = to_milliseconds(timezone.now())
    schema = get_schema("organisationUnit")
    change = Change([unit.pk for unit in sources], [unit.pk for unit in targets], user.pk, now)
    children = list(OrganisationUnit.objects.filter(parent_id__in=change.sources).values_list("pk", flat=True))
    pass_on(schema, sources, targets, change, strategy)
    place_units(children, now)
    if deletes:
        remove(schema, sources)
    OrganisationUnit.objects.filter(pk__in=change.targets).update(last_updated=now, last_updated_by=user.pk)
    connection.check_constraints()  # before the note of when this was written
    record_writer(now)
