"""What must hold of a change, when it is proposed and again when it is approved: the hierarchy may have moved on.

Source: the change request API, bad requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from metadata.models import OrganisationUnit
from orgunit_changes.errors import NON_FIELD, Refused, refuse
from orgunit_changes.models import Instance, OrgUnitChangeRequest, OrgUnitType, Status

CLOSED_TOO_EARLY = "`new_closed_date` must be later than `new_opening_date`."
OPENED_TOO_LATE = "`new_opening_date` must be before the current org_unit closed date."
OTHER_VERSION = "`new_parent_id` and `org_unit_id` must have the same version."
CIRCLE = "`new_parent_id` is already a child of `org_unit_id`."
FOREIGN_TYPE = "`new_org_unit_type_id` is not part of the user account."
REVIEWED = "Status must be `new` but current status is `{}`."
DELETED = "The change request was deleted."
SAME_FORM = "Only one reference instance can exist by org_unit/form pair."


def check_open(change: OrgUnitChangeRequest) -> None:
    """Errors: 400 once it was reviewed, and while it is deleted."""
    if change.status != Status.NEW:
        raise Refused([REVIEWED.format(change.status)])
    if change.deleted_at is not None:
        raise Refused([DELETED])


def check_parent(unit: OrganisationUnit, parent: OrganisationUnit) -> None:
    """Errors: 400 for a parent of another version, and for the unit itself or one below it."""
    if unit.change_profile.version_id != parent.change_profile.version_id:
        raise Refused({NON_FIELD: [OTHER_VERSION]})
    if parent.pk == unit.pk or f"{parent.path}/".startswith(f"{unit.path}/"):
        raise Refused({NON_FIELD: [CIRCLE]})


def check_dates(unit: OrganisationUnit, opening: date | None, closed: date | None) -> None:
    """A unit closes after it opened: each new date is held against the other one, new or as it is. Errors: 400."""
    if closed is not None:
        opened = opening or unit.opening_date
        if opened is not None and closed <= opened:
            raise Refused({NON_FIELD: [CLOSED_TOO_EARLY]})
    elif opening is not None and unit.closed_date is not None and opening >= unit.closed_date:
        raise Refused({NON_FIELD: [OPENED_TOO_LATE]})


def check_type(type: OrgUnitType) -> None:
    """Errors: 400 for a type that is in no project; one query."""
    if not type.projects.exists():
        raise refuse("new_org_unit_type_id", FOREIGN_TYPE)


def check_instances(instances: Iterable[Instance]) -> None:
    """Errors: 400 for two submissions of one form."""
    if any(times > 1 for times in Counter(one.form_id for one in instances).values()):
        raise refuse("new_reference_instances", SAME_FORM)
