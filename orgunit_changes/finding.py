"""One request by the id of an address."""

from __future__ import annotations

from django.db.models import QuerySet

from orgunit_changes.errors import FORBIDDEN, forbid, not_found
from orgunit_changes.identifiers import Malformed, parse_id
from orgunit_changes.models import OrgUnitChangeRequest
from orgunit_changes.visibility import Sight


def find_change(rows: QuerySet[OrgUnitChangeRequest], id: str, sight: Sight) -> OrgUnitChangeRequest:
    """The request with this id among `rows`, which load its unit.

    Errors: 404 where there is none, 403 where its unit is out of sight.
    """
    try:
        change = rows.filter(pk=parse_id(id)).first()
    except Malformed:
        change = None
    if change is None:
        raise not_found()
    if not sight.covers(change.org_unit):
        raise forbid(FORBIDDEN)
    return change
