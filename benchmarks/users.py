"""Users: pages of a long list, a search, the current user; among n and 10 n users."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson
from django.db import connection

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, list_objects
from dhis2api.objects.registry import get_schema
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from users.current import current_user
from users.models import User

FILL = """
    INSERT INTO users_user (
        uid, username, first_name, surname, created, last_updated, attribute_values, external_auth, self_registered,
        invitation, disabled, settings, failed_logins, two_factor_type, two_factor_step, two_factor_failures
    )
    SELECT 'u' || lpad(number::text, 10, '0'), 'clerk' || number, 'Clerk', 'Number ' || number, now(), now(), '{}',
        false, false, false, false, '{}', 0, 'NOT_ENABLED', 0, 0
    FROM generate_series(1, %s) number
"""
CLERKS = "SELECT id, %s FROM users_user WHERE username ~ '^clerk'"
GIVE = f"INSERT INTO users_user_user_roles (user_id, userrole_id) {CLERKS}"
JOIN = f"INSERT INTO users_usergroup_users (user_id, usergroup_id) {CLERKS}"
FIELDS = "id,username,name,userRoles[id],userGroups[id]"
PAGE = """
    SELECT u.uid, u.username, u.first_name, u.surname,
        (SELECT array_agg(r.uid) FROM users_userrole r JOIN users_user_user_roles l ON l.userrole_id = r.id
         WHERE l.user_id = u.id),
        (SELECT array_agg(g.uid) FROM users_usergroup g JOIN users_usergroup_users l ON l.usergroup_id = g.id
         WHERE l.user_id = u.id)
    FROM users_user u {} ORDER BY lower(u.first_name), lower(u.surname), u.uid, u.id LIMIT 50
"""
SEARCH = "WHERE upper(u.first_name || ' ' || u.surname) LIKE '%NUMBER 777%'"
ME = "SELECT * FROM users_user WHERE username = 'admin'"
PAGES, SEARCHES, CALLS = 20, 3, 100


def run(cluster: Cluster, sizes: tuple[int, ...]) -> None:
    """Measure all cases, each size in a database of its own, and print them."""
    print_cases("users", [case for size in sizes for case in _cases(cluster, size)])


def _cases(cluster: Cluster, size: int) -> Iterator[Case]:
    with OwnDatabase(cluster):
        admin = User.objects.get(username="admin")
        with connection.cursor() as cursor:
            cursor.execute(FILL, [size])
            cursor.execute(GIVE, [admin.user_roles.get().pk])
            cursor.execute(JOIN, [admin.user_groups.first().pk])
            cursor.execute("ANALYZE users_user, users_user_user_roles, users_usergroup_users")
        yield _case("pages of 50", size, PAGES, _page, PAGE.format(""), count=True)
        yield _case("search, a page", size, SEARCHES, lambda: _page("Number 777"), PAGE.format(SEARCH), count=True)
        yield _case("the current user", size, CALLS, _me, ME)


def _case(name: str, size: int, times: int, ours: Callable[[], int], raw: str, *, count: bool = False) -> Case:
    shown = measure(lambda: sum(ours() for _ in range(times)), prepare=_me)
    floor = measure(lambda: sum(_raw(raw, count=count) for _ in range(times)), prepare=_me)
    return Case(f"{name} ({times} times)", size, shown, floor)


def _page(query: str = "") -> int:
    """A page with its total, as `GET /api/users` reads it."""
    context = ReadingContext(User.objects.get(username="admin").principal, "http://localhost/api")
    page = list_objects(get_schema("user"), Selection(FIELDS, query=query), context, limit=50)
    return len(orjson.dumps(list(page.objects)))


def _me() -> int:
    user = User.objects.get(username="admin")
    return len(current_user(user, "id,username,authorities,userGroups[id],settings", ReadingContext(user.principal)))


def _raw(statement: str, *, count: bool) -> int:
    with connection.cursor() as cursor:
        if count:
            cursor.execute(f"SELECT count(*) FROM users_user u {SEARCH if SEARCH in statement else ''}")
        cursor.execute(statement)
        return sum(len(orjson.dumps([str(cell) for cell in row])) for row in cursor)
