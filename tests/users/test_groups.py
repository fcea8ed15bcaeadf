"""Members of user groups (DHIS2 2.42, users, groups)."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient
from tests.personas import persona, private
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(db: None) -> UserGroup:
    """One that everybody may read and nobody but its owner change."""
    return UserGroup.objects.create(name="Readers", sharing=private() | {"public": "r-------"})


def test_members_come_and_go_by_an_authority_of_their_own(api: ApiClient, outsider: User, group: UserGroup) -> None:
    persona("usher", ["F_USER_GROUPS_READ_ONLY_ADD_MEMBERS", "F_USER_VIEW"])
    path = f"/api/userGroups/{group.uid}/users/{outsider.uid}"
    assert api.post(path, user="usher").status == 200
    assert list(group.users.all()) == [outsider]
    assert api.delete(path, user="usher").status == 200
    assert not group.users.exists()
    body = {"additions": [{"id": outsider.uid}], "deletions": []}
    assert api.post(f"/api/userGroups/{group.uid}/users", body, user="usher").status == 200


def test_that_authority_changes_nothing_else(api: ApiClient, outsider: User, group: UserGroup) -> None:
    persona("usher", ["F_USER_GROUPS_READ_ONLY_ADD_MEMBERS", "F_USER_VIEW"])
    path = f"/api/userGroups/{group.uid}"
    assert api.put(path, {"name": "Mine"}, user="usher").status == 403
    assert api.patch(path, [{"op": "add", "path": "/name", "value": "Mine"}], user="usher").status == 403
    assert api.post(f"{path}/managedGroups/{group.uid}", user="usher").status == 403
    group.sharing = private()
    group.save()
    assert api.post(f"{path}/users/{outsider.uid}", user="usher").status == 404


def test_without_it_the_group_must_be_the_callers_to_change(api: ApiClient, outsider: User, group: UserGroup) -> None:
    assert api.post(f"/api/userGroups/{group.uid}/users/{outsider.uid}", user="outsider").status == 403
    assert not group.users.exists()
