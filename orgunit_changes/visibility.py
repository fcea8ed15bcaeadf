"""Which org units somebody's requests may be about: the subtrees of his own; a superuser's are all.

A user without org units sees nothing. Source: the change request API, permissions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from metadata.hierarchy import Scope, capture_scope
from metadata.models import OrganisationUnit
from orgunit_changes.models import Project


@dataclass(frozen=True, slots=True)
class Sight:
    """What one user sees. `scope` is None for a superuser."""

    user: Any
    scope: Scope | None

    def covers(self, unit: OrganisationUnit) -> bool:
        """Whether the user sees this unit."""
        return self.scope is None or self.scope.covers(unit.path)

    def to_q(self, prefix: str = "org_unit__") -> Q:
        """The same as a condition on rows that refer to a unit."""
        return Q() if self.scope is None else self.scope.to_q(prefix)


def sight_of(user: Any) -> Sight:
    """What a user sees; one query."""
    return Sight(user, None if user.is_superuser else capture_scope(user.pk))


def in_project(project: Project, prefix: str = "org_unit__") -> Q:
    """Rows whose unit is in a project: its type is linked to it, and it is of the default version."""
    return Q(**{
        f"{prefix}change_profile__org_unit_type__projects": project,
        f"{prefix}change_profile__version__is_default": True,
    })  # fmt: skip


def is_in_project(project: Project, unit: OrganisationUnit) -> bool:
    """The same of one unit; one query."""
    return OrganisationUnit.objects.filter(in_project(project, ""), pk=unit.pk).exists()
