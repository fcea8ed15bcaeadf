"""Projects: lists, one, changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet

from orgunit_changes.errors import Refused, refuse
from orgunit_changes.models import Form, Instance, Project
from orgunit_changes.registry.references import filtered_project, refuse_used, searched

COLUMNS = ("name", "app_id", "color", "needs_authentication")
APP_ID_TAKEN = "project with this app id already exists."
HOLDS_ALL = "The default project holds all types and forms."


def all_projects() -> QuerySet[Project]:
    """Every project, with what it holds; three queries for any number."""
    forms = Prefetch("forms", Form.objects.filter(deleted_at=None))
    return Project.objects.prefetch_related("org_unit_types", forms).order_by("pk")


def filter_projects(query: Mapping[str, str]) -> QuerySet[Project]:
    """Those that a query string asks for. Errors: 400."""
    found = all_projects()
    if (project := filtered_project(query)) is not None:
        found = found.filter(pk=project.pk)
    if text := searched(query):
        found = found.filter(Q(name__icontains=text) | Q(app_id__icontains=text))
    return found


def show_project(project: Project) -> dict[str, Any]:
    """A project as it is answered."""
    return {
        "id": project.pk, "name": project.name, "app_id": project.app_id, "color": project.color,
        "needs_authentication": project.needs_authentication, "is_default": project.is_default,
        "org_unit_type_ids": sorted(found.pk for found in project.org_unit_types.all()),
        "form_ids": sorted(found.pk for found in project.forms.all()),
    }  # fmt: skip


@transaction.atomic
def save_project(project: Project | None, members: Mapping[str, Any]) -> int:
    """Create or change a project; its id. Errors: 400 for an app id that another has, or a gap in the default one."""
    project = project or Project()
    for name in COLUMNS:
        if name in members:
            setattr(project, name, members[name])
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        raise refuse("app_id", APP_ID_TAKEN) from error
    for member, links in (("org_unit_type_ids", project.org_unit_types), ("form_ids", project.forms)):
        if member in members:
            _refuse_gap(project, member, links, members[member])
            links.set(members[member])
    return project.pk


@transaction.atomic
def delete_project(project: Project) -> None:
    """Errors: 400 for the default project, and for one that holds anything."""
    if project.is_default:
        raise Refused({"detail": "The default project cannot be deleted."})
    if project.org_unit_types.exists():
        raise refuse_used(project, "org unit types")
    if project.forms.filter(deleted_at=None).exists():
        raise refuse_used(project, "forms")
    if Instance.objects.filter(project=project).exists():
        raise refuse_used(project, "instances")
    project.delete()


def _refuse_gap(project: Project, member: str, links: Any, wanted: list[Any]) -> None:
    if project.is_default and links.exclude(pk__in=[row.pk for row in wanted]).exists():
        raise refuse(member, HOLDS_ALL)
