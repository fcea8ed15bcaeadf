"""How tests approve requests, and look at what became of the org unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from metadata.models import OrganisationUnit
from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest
from tests.harness.client import Answer, ApiClient
from tests.orgunit_changes.world import (
    CHANGES,
    NGELEHUN,
)

NON_FIELD = "non_field_errors"
GONE = "What was requested does not exist any more."
AREA = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def approve(api: ApiClient, change: OrgUnitChangeRequest, *fields: str, user: str = "reviewer") -> Answer:
    """Approve these fields, or all that were requested."""
    body = {"status": "validated", "approved_fields": list(fields) or change.requested_fields}
    return api.patch(f"{CHANGES}{change.pk}/", body, user=user)


def as_dhis2_shows(api: ApiClient, uid: str = NGELEHUN, fields: str = "*") -> dict[str, Any]:
    answer = api.get(f"/api/organisationUnits/{uid}?fields={fields}")
    assert answer.status == 200, answer
    return answer.json


def changed_since(uids: Sequence[str]) -> set[str]:
    """Those of these units that an incremental sync would bring."""
    rows = OrganisationUnit.objects.filter(uid__in=uids, last_updated__gt=LONG_AGO)
    return set(rows.values_list("uid", flat=True))


def refused(answer: Answer, status: int, body: Any, change: OrgUnitChangeRequest) -> bool:
    """Whether nothing became of a review."""
    assert (answer.status, answer.json) == (status, body)
    change.refresh_from_db()
    unwritten = not AppliedChange.objects.filter(request=change).exists()
    return (change.status, change.approved_fields, unwritten) == ("new", [], True)
