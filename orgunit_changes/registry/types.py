"""Org unit types: lists, one, changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet

from orgunit_changes.models import Form, OrgUnitChangeRequest, OrgUnitType, Project, Status
from orgunit_changes.registry.references import filtered_project, refuse_used, searched


def all_types() -> QuerySet[OrgUnitType]:
    """Every type with its links and the number of its units; three queries for any number."""
    forms = Prefetch("reference_forms", Form.objects.filter(deleted_at=None))
    found = OrgUnitType.objects.annotate(units_count=Count("profiles"))
    return found.prefetch_related("projects", forms).order_by("pk")


def filter_types(query: Mapping[str, str]) -> QuerySet[OrgUnitType]:
    """Those that a query string asks for. Errors: 400."""
    found = all_types()
    if (project := filtered_project(query)) is not None:
        found = found.filter(pk__in=project.org_unit_types.values("pk"))
    if text := searched(query):
        found = found.filter(Q(name__icontains=text) | Q(short_name__icontains=text))
    return found


def show_type(kind: OrgUnitType) -> dict[str, Any]:
    """A type as it is answered."""
    return {
        "id": kind.pk, "name": kind.name, "short_name": kind.short_name, "depth": kind.depth,
        "project_ids": sorted(found.pk for found in kind.projects.all()),
        "reference_form_ids": sorted(found.pk for found in kind.reference_forms.all()),
        "units_count": kind.units_count,
    }  # fmt: skip


@transaction.atomic
def save_type(kind: OrgUnitType | None, members: Mapping[str, Any]) -> int:
    """Create or change a type; its id. It is in the default project whatever is asked for."""
    kind = kind or OrgUnitType(short_name=members["name"])
    for name in ("name", "short_name", "depth"):
        if name in members:
            setattr(kind, name, members[name])
    kind.save()
    if "project_ids" in members:
        kind.projects.set({*members["project_ids"], *Project.objects.filter(is_default=True)})
    if "reference_form_ids" in members:
        kind.reference_forms.set(members["reference_form_ids"])
    return kind.pk


@transaction.atomic
def delete_type(kind: OrgUnitType) -> None:
    """Errors: 400 for one that org units are of, or that somebody waits for."""
    if kind.profiles.exists():
        raise refuse_used(kind, "org units")
    if OrgUnitChangeRequest.objects.filter(new_org_unit_type=kind, status=Status.NEW).exists():
        raise refuse_used(kind, "change requests")
    kind.delete()
