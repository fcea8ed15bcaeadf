"""A user as tracker sees him: his rights, and his places in the org unit hierarchy.

Source: DHIS2 2.42, tracker access control: reads and writes lie in the capture scope, or in the effective search scope,
which is the union of search and capture org units. Nobody is exempt from the scopes, superusers included.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from metadata.hierarchy import Scope
from sharing.access import Principal

ORG_UNITS = """
    -- the paths of both kinds of org units in one round trip: every request of tracker data begins with this
    SELECT 'capture', place.path FROM metadata_captureorganisationunit own
    JOIN metadata_organisationunit place ON place.id = own.organisation_unit_id WHERE own.user_id = %(user)s
    UNION ALL
    SELECT 'search', place.path FROM metadata_searchorganisationunit own
    JOIN metadata_organisationunit place ON place.id = own.organisation_unit_id WHERE own.user_id = %(user)s
"""


@dataclass(frozen=True, slots=True)
class Viewer:
    """`search` is the effective search scope; `own_search` are the search org units alone, maybe none."""

    pk: int
    principal: Principal
    capture: Scope
    search: Scope
    own_search: Scope

    @property
    def is_superuser(self) -> bool:
        return self.principal.is_superuser


def viewer_of(user: Any) -> Viewer:
    """A user with his scopes. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ORG_UNITS, {"user": user.pk})
        found = [(kind, path) for kind, path in cursor.fetchall() if path]
    capture, own = (_scope(path for kind, path in found if kind == wanted) for wanted in ("capture", "search"))
    return Viewer(user.pk, user.principal, capture, _scope({*capture.paths, *own.paths}), own)


def _scope(paths: Iterable[str]) -> Scope:
    return Scope(tuple(sorted(paths)))
