"""Change requests on merged and split org units pass on to the unit that stays.

Phones learn of it, since the requests are stamped. A profile is its unit's own and goes with it; reference submissions
are found by the walk over the models.
"""

from __future__ import annotations

from collections.abc import Sequence

from metadata.merging.data import Strategy, register_lock, register_mover
from orgunit_changes.models import OrgUnitChangeRequest, OrgUnitProfile
from orgunit_changes.stamps import lock_stamps, next_stamps

SHOWN = ("org_unit", "new_parent")


def register() -> None:
    """Have merges and splits of org units move the requests, too."""
    register_mover(_move, OrgUnitProfile, OrgUnitChangeRequest)
    register_lock(_lock)


def _lock(singular: str) -> None:
    if singular == "organisationUnit":
        lock_stamps()


def _move(singular: str, sources: Sequence[int], target: int, strategy: Strategy) -> None:
    if singular != "organisationUnit":
        return
    OrgUnitChangeRequest.objects.filter(old_parent__in=sources).update(old_parent=target)
    for column in SHOWN:
        rows = OrgUnitChangeRequest.objects.filter(**{f"{column}__in": sources})
        rows.update(**{column: target, "updated_at": next_stamps()})
