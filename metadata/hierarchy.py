"""A user's places in the org unit hierarchy, and whether a unit lies below them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from metadata.models import CaptureOrganisationUnit, DataViewOrganisationUnit, SearchOrganisationUnit


@dataclass(frozen=True, slots=True)
class Scope:
    """Subtrees of the hierarchy, by the paths of their tops."""

    paths: tuple[str, ...]

    def covers(self, path: str | None) -> bool:
        """Whether the unit at `path` is one of the tops or lies below one."""
        if path is None:
            return False
        return any(path == top or path.startswith(top + "/") for top in self.paths)

    def to_q(self, prefix: str = "") -> Q:
        """The units of the scope, as a predicate on `path`; an empty scope matches nothing."""
        found = Q(pk__in=[])
        for top in self.paths:
            found |= Q(**{f"{prefix}path": top}) | Q(**{f"{prefix}path__startswith": top + "/"})
        return found


def _scope(paths: Iterable[str | None]) -> Scope:
    return Scope(tuple(sorted(path for path in paths if path)))


def capture_scope(user_pk: int) -> Scope:
    """Where the user enters data."""
    return _scope(
        CaptureOrganisationUnit.objects.filter(user_id=user_pk).values_list("organisation_unit__path", flat=True)
    )


def data_view_scope(user_pk: int) -> Scope:
    """Where the user reads data; without units of its own, where data is entered (DHIS2 2.42, data values)."""
    own = _scope(
        DataViewOrganisationUnit.objects.filter(user_id=user_pk).values_list("organisation_unit__path", flat=True)
    )
    return own if own.paths else capture_scope(user_pk)


def search_scope(user_pk: int) -> Scope:
    """Where the user searches; without units of its own, where data is entered (DHIS2 2.42, org units)."""
    own = _scope(
        SearchOrganisationUnit.objects.filter(user_id=user_pk).values_list("organisation_unit__path", flat=True)
    )
    return own if own.paths else capture_scope(user_pk)
