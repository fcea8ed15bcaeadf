"""What the filters of the review page offer: the names that occur in requests which its user sees."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.models import OrgUnitType, Project
from orgunit_changes.visibility import sight_of
from orgunit_changes.visible_requests import requests_in_sight

MOST = 500  # of one filter; more is no choice any longer


def filter_choices(user: Any) -> dict[str, list[tuple[int, str]]]:
    """Ids and names of projects, types, parents and groups; a fixed number of queries."""
    requests = requests_in_sight(sight_of(user))
    parents = Q(pk__in=requests.values("org_unit__parent")) | Q(pk__in=requests.values("new_parent"))
    groups = Q(organisation_units__in=requests.values("org_unit")) | Q(pk__in=requests.values("new_groups"))
    return {
        "projects": _named(Project.objects.all()),
        "types": _named(OrgUnitType.objects.all()),
        "parents": _named(OrganisationUnit.objects.filter(parents)),
        "groups": _named(OrganisationUnitGroup.objects.filter(groups).distinct()),
    }


def _named(rows: QuerySet[Any]) -> list[tuple[int, str]]:
    return list(rows.order_by("name", "pk").values_list("pk", "name")[:MOST])
