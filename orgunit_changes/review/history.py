"""What approvals did to an org unit, by whom and when."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from orgunit_changes.dialect.times import as_double
from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest


def history_of(change: OrgUnitChangeRequest) -> QuerySet[AppliedChange]:
    """Everything that was applied to the unit of a request, by it and by others, newest first."""
    rows = AppliedChange.objects.filter(org_unit_uid=change.org_unit.uid)
    return rows.select_related("applied_by").order_by("-applied_at", "-id")


def show_applied(applied: AppliedChange) -> dict[str, Any]:
    """One approval with the unit before and after it."""
    return {
        "id": applied.pk, "request_id": applied.request_id, "request_uuid": str(applied.request_uuid),
        "fields": applied.fields, "before": applied.before, "after": applied.after,
        "applied_by": applied.applied_by.username if applied.applied_by else "",
        "applied_at": as_double(applied.applied_at),
    }  # fmt: skip
