"""A country's users: pages and the current user cost the same whatever their number."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from users.models import User

pytestmark = pytest.mark.django_db
MANY = 60_000  # `python -m benchmarks --only users` takes 300,000

MAKE_USERS = """
    INSERT INTO users_user (
        uid, username, first_name, surname, created, last_updated, attribute_values, external_auth, self_registered,
        invitation, disabled, settings, failed_logins, two_factor_type, two_factor_step, two_factor_failures
    )
    SELECT 'u' || lpad(number::text, 10, '0'), 'clerk' || number, 'Clerk', 'Number ' || number, now(), now(), '{}',
        false, false, false, false, '{}', 0, 'NOT_ENABLED', 0, 0
    FROM generate_series(1, %s) number
"""
GIVE_ROLES = """
    INSERT INTO users_user_user_roles (user_id, userrole_id)
    SELECT id, %s FROM users_user WHERE username LIKE 'clerk%%'
"""
JOIN_GROUP = """
    INSERT INTO users_usergroup_users (user_id, usergroup_id)
    SELECT id, %s FROM users_user WHERE username LIKE 'clerk%%'
"""
PATHS = (
    "/api/users?pageSize=50",
    "/api/users?fields=id,username,userRoles[id,name],userGroups[id,name]&pageSize=50",
    "/api/users?query=Number 5999&pageSize=50",
    "/api/me",
    "/api/userLookup?query=clerk1234",
)


def plan_of(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_pages_and_the_current_user_keep_their_budget(api: ApiClient, admin: User, editor: User) -> None:
    group, role = editor.user_groups.get(), editor.user_roles.get()

    def costs() -> dict[str, int]:
        found = {}
        for path in PATHS:
            with query_counter() as counter:
                assert api.get(path, user="editor").status == 200
            found[path] = counter.count
        return found

    api.get("/api/me", user="editor")  # the password is verified
    few = costs()
    with connection.cursor() as cursor:
        cursor.execute(MAKE_USERS, [MANY])
        cursor.execute(GIVE_ROLES, [role.pk])
        cursor.execute(JOIN_GROUP, [group.pk])
        cursor.execute("ANALYZE users_user, users_user_user_roles, users_usergroup_users")

    assert costs() == few
    assert max(few.values()) <= 25
    answer = api.get("/api/users?pageSize=1", user="editor").json
    assert answer["pager"]["total"] > MANY
    with query_counter() as counter:
        api.get(PATHS[0], user="editor")
    (page,) = [s for s in counter.count.statements if "LIMIT 50" in s]
    assert "users_user_by_name" in plan_of(page)
