"""The submissions that stand for an org unit, newest first. Source: the change request API, reference instances."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from orgunit_changes.errors import FORBIDDEN, forbid, not_found
from orgunit_changes.identifiers import Malformed, find_org_unit, parse_reference
from orgunit_changes.models import Instance, Project
from orgunit_changes.visibility import is_in_project, sight_of
from orgunit_changes.visible_requests import live_instances


def reference_instances(user: Any, unit_name: str, app_id: str, since: datetime | None) -> QuerySet[Instance]:
    """Those of one unit that the server stored at `since` or later.

    Errors: 404 for a unit or project that is none, or a unit outside the project; 403 for a unit out of sight.
    """
    try:
        unit = find_org_unit(parse_reference(unit_name))
    except Malformed:
        unit = None
    project = Project.objects.filter(app_id=app_id).first()
    if unit is None or project is None or not is_in_project(project, unit):
        raise not_found()
    if not sight_of(user).covers(unit):
        raise forbid(FORBIDDEN)
    rows = live_instances().filter(references__org_unit=unit)
    if since is not None:
        rows = rows.filter(updated_at__gte=since)
    return rows.order_by(Coalesce("device_created_at", "created_at").desc(), "-id")
