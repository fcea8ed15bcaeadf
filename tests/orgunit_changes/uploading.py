"""How tests send change requests as a phone does."""

from __future__ import annotations

from typing import Any

import pytest

from orgunit_changes.models import OrgUnitChangeRequest
from tests.harness.client import ApiClient
from tests.orgunit_changes.world import (
    CHANGES,
)

NON_FIELD = "non_field_errors"
POINT = {"latitude": 8.1039, "longitude": -11.4197, "altitude": 61.5}
FORBIDDEN = {"detail": "The user is trying to create a change request for an unauthorized OrgUnit."}


def post(api: ApiClient, body: Any, query: str = "", user: str | None = "worker") -> Any:
    return api.post(f"{CHANGES}{query}", body, user=user)


def put(api: ApiClient, body: Any, query: str = "", user: str | None = "worker") -> Any:
    return api.put(f"{CHANGES}{query}", body, user=user)


def the_only() -> OrgUnitChangeRequest:
    return OrgUnitChangeRequest.objects.get()


SENDERS = pytest.mark.parametrize("send", [post, put])
