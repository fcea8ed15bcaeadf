"""A user as tracker sees him: his rights, and his places in the org unit hierarchy.

Source: DHIS2 2.42, tracker access control: reads and writes lie in the capture scope, or in the effective search scope,
which is the union of search and capture org units. Nobody is exempt from the scopes, superusers included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metadata.hierarchy import Scope, capture_scope
from metadata.models import SearchOrganisationUnit
from sharing.access import Principal


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
    """A user with his scopes. Two queries."""
    capture = capture_scope(user.pk)
    paths = SearchOrganisationUnit.objects.filter(user_id=user.pk).values_list("organisation_unit__path", flat=True)
    own = Scope(tuple(sorted(path for path in paths if path)))
    return Viewer(user.pk, user.principal, capture, Scope(tuple(sorted({*capture.paths, *own.paths}))), own)
