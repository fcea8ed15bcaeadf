"""People of fixed rights: a test's argument names what its caller may do. All have `PERSONA_PASSWORD`.

Beside them stands `admin`, the superuser of the template database. They are rows, not imports: a test of the
import must not need it for its own set-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from django.contrib.auth.hashers import make_password

from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.uids import generate_uid
from tests.harness.client import PERSONA_PASSWORD
from users.models import User, UserGroup, UserRole


@cache
def _hashed() -> str:
    return make_password(PERSONA_PASSWORD)


def persona(username: str, authorities: Sequence[str] = (), groups: Sequence[str] = ()) -> User:
    """A user with exactly these authorities, in new groups of these names; no org units."""
    user = User(username=username, first_name=username.title(), surname="Persona", password=_hashed())
    user.save()
    role = UserRole(name=f"Role of {username}", authorities=list(authorities), sharing=private(user.uid))
    role.save()
    user.user_roles.add(role)
    for name in groups:
        group = UserGroup(name=name, sharing=private(user.uid))
        group.save()
        group.users.add(user)
    return user


def private(owner: str | None = None) -> dict[str, object]:
    """Sharing that nobody but its owner has a part in."""
    return {"owner": owner or generate_uid(), "public": "--------", "users": {}, "userGroups": {}}


@pytest.fixture
def admin(db: None) -> User:
    """The superuser."""
    return User.objects.get(username="admin")


@pytest.fixture
def outsider(db: None) -> User:
    """Logs in, and that is all: no authorities, no org units, no groups."""
    return persona("outsider")


@pytest.fixture
def editor(db: None) -> User:
    """May create, change and delete objects of every type, as far as their sharing allows; reads users."""
    found = {"F_USER_VIEW", "F_METADATA_EXPORT"}
    for schema in endpoint_schemas():
        rules = schema.rules
        found.update(rules.create_public, rules.create_private, rules.create, rules.update, rules.delete)
    return persona("editor", sorted(found), ["Editors"])


@pytest.fixture
def private_author(db: None) -> User:
    """May create private data elements, and nothing else."""
    return persona("private_author", ["F_DATAELEMENT_PRIVATE_ADD"])


@pytest.fixture
def user_keeper(db: None) -> User:
    """Keeps users without being a superuser."""
    return persona("user_keeper", ["F_USER_ADD", "F_USER_DELETE", "F_USER_VIEW", "F_DATAVALUE_ADD"])
