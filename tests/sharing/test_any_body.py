"""Whatever is sent to the sharing endpoints, the answer is no fault of the server, and what is stored is whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadata.models import DataElement
from sharing.access import is_access_string
from tests.harness.client import ApiClient
from tests.sharing.shared import stored_element
from users.models import User

pytestmark = pytest.mark.django_db

KNOWN = ["sharedRow01", "zzzzzzzzzz1", "rw------", "r-r-----", "--------", "", "/sharing/users/zzzzzzzzzz1",
         "/sharing/public", "/sharing", "/sharing/users", "add", "remove", "replace", "remove-by-id"]  # fmt: skip
NAMES = st.sampled_from([
    "object", "publicAccess", "externalAccess", "userAccesses", "userGroupAccesses", "id", "access", "public", "users",
    "userGroups", "owner", "external", "dataElements", "patch", "op", "path", "value", *KNOWN,
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from(KNOWN) | st.text(max_size=12)
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
GRANTS = st.dictionaries(st.sampled_from(KNOWN), st.dictionaries(NAMES, LEAVES, max_size=2), max_size=2) | BODIES
SHARINGS = st.fixed_dictionaries(
    {}, optional={"public": LEAVES, "owner": LEAVES, "external": LEAVES, "users": GRANTS, "userGroups": GRANTS}
)
OPERATIONS = st.lists(
    st.fixed_dictionaries({}, optional={
        "op": st.sampled_from(KNOWN), "path": st.sampled_from(KNOWN), "value": SHARINGS | BODIES, "id": LEAVES,
    }), max_size=3,
)  # fmt: skip
REQUESTS = st.one_of(
    st.tuples(st.just("POST"), st.just("/api/sharing?type=dataElement&id=sharedRow01"), BODIES),
    st.tuples(st.just("POST"), st.just("/api/sharing?type=dataElement&id=sharedRow01"),
              st.fixed_dictionaries({"object": st.dictionaries(NAMES, BODIES, max_size=4)})),
    st.tuples(st.just("PUT"), st.just("/api/dataElements/sharedRow01/sharing"), SHARINGS | BODIES),
    st.tuples(st.just("PATCH"), st.just("/api/dataElements/sharedRow01"), OPERATIONS),
    st.tuples(st.just("PATCH"), st.just("/api/dataElements/sharing"),
              st.fixed_dictionaries({"dataElements": st.just(["sharedRow01"]), "patch": OPERATIONS}) | BODIES),
    st.tuples(st.just("PATCH"), st.just("/api/metadata/sharing"),
              st.fixed_dictionaries({"dataElements": st.just({"sharedRow01": []})}) | BODIES),
)  # fmt: skip


@pytest.fixture
def row(admin: User) -> DataElement:
    found = stored_element("Row", public="r-------", owner=admin.uid)
    DataElement.objects.filter(pk=found.pk).update(uid="sharedRow01")
    return DataElement.objects.get(pk=found.pk)


@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)  # fmt: skip
@given(request=REQUESTS)
def test_no_body_is_a_fault_of_the_server(api: ApiClient, row: DataElement, request: tuple[str, str, Any]) -> None:
    method, path, body = request
    content_type = "application/json-patch+json" if method == "PATCH" else "application/json"

    answer = api.request(method, path, body, content_type=content_type)

    assert answer.status < 500, answer
    stored = DataElement.objects.get(pk=row.pk).sharing
    assert stored["owner"] and is_access_string(stored["public"])
    for member in ("users", "userGroups"):
        for uid, grant in stored[member].items():
            assert grant.keys() == {"id", "access"}
            assert grant["id"] == uid
            assert is_access_string(grant["access"])
