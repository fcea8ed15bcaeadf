"""Objects that are shared, as rows and as the wire shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metadata.models import DataElement
from tests.harness.client import Answer, ApiClient
from tests.objects.elements import element, store
from tests.personas import private
from users.models import User, UserGroup


def grants(**access: str) -> dict[str, dict[str, str]]:
    """`grants(**{uid: "rw------"})` in the stored shape."""
    return {uid: {"id": uid, "access": text} for uid, text in access.items()}


def shared(
    public: str = "--------", owner: str | None = None, users: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A stored `sharing`."""
    return private(owner) | {"public": public, "users": grants(**users or {}), "userGroups": grants(**groups or {})}


def stored_element(name: str = "Shared", **sharing: Any) -> DataElement:
    """A data element with this sharing."""
    return store([element(name, sharing=shared(**sharing))])[0]


def user_group(name: str, *members: User, **columns: Any) -> UserGroup:
    """A group that everybody may read."""
    group = UserGroup.objects.create(name=name, **{"sharing": shared("r-------")} | columns)
    group.users.set(members)
    return group


def dialog(public: str | None = None, users: Any = (), groups: Any = (), **members: Any) -> dict[str, Any]:
    """What the dialog sends; grants are pairs of uid and access string."""
    sent = {
        "userAccesses": [{"id": uid, "access": text} for uid, text in users],
        "userGroupAccesses": [{"id": uid, "access": text} for uid, text in groups],
    }  # fmt: skip
    return {"object": sent | ({"publicAccess": public} if public is not None else {}) | members}


def save(api: ApiClient, row: Any, body: Any, user: str = "admin", type_name: str = "dataElement") -> Answer:
    """POST the dialog of a row."""
    return api.post(f"/api/sharing?type={type_name}&id={row.uid}", body, user=user)


def sharing_of(row: Any) -> dict[str, Any]:
    """What is stored now."""
    return type(row)._base_manager.values_list("sharing", flat=True).get(pk=row.pk)
