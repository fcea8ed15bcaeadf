"""Forms and their versions: lists, one, changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from orgunit_changes.dialect.times import as_double
from orgunit_changes.models import Form, FormVersion, Project
from orgunit_changes.registry.references import filtered_project, searched
from orgunit_changes.stamps import lock_stamps, stamp_requests_with


def all_forms() -> QuerySet[Form]:
    """Every form that was not deleted, with its versions and projects; three queries for any number."""
    versions = Prefetch("versions", FormVersion.objects.order_by("pk"))
    return Form.objects.filter(deleted_at=None).prefetch_related(versions, "projects").order_by("pk")


def filter_forms(query: Mapping[str, str]) -> QuerySet[Form]:
    """Those that a query string asks for. Errors: 400."""
    found = all_forms()
    if (project := filtered_project(query)) is not None:
        found = found.filter(pk__in=project.forms.values("pk"))
    if text := searched(query):
        found = found.filter(name__icontains=text)
    return found


def show_form(form: Form) -> dict[str, Any]:
    """A form as it is answered, with all its versions."""
    return {
        "id": form.pk, "name": form.name, "project_ids": sorted(found.pk for found in form.projects.all()),
        "versions": [
            {
                "id": version.pk, "version_id": version.version_id, "questions": version.questions,
                "created_at": as_double(version.created_at),
            }
            for version in form.versions.all()
        ],
        "created_at": as_double(form.created_at), "updated_at": as_double(form.updated_at),
    }  # fmt: skip


@transaction.atomic
def save_form(form: Form | None, members: Mapping[str, Any]) -> int:
    """Create or change a form; its id. It is in the default project whatever is asked for.

    A version is found by its `version_id`; those that are not named stay.
    """
    form = form or Form()
    form.name = members.get("name", form.name)
    form.save()
    if "project_ids" in members:
        form.projects.set({*members["project_ids"], *Project.objects.filter(is_default=True)})
    for version in members.get("versions", ()):
        FormVersion.objects.update_or_create(
            form=form, version_id=version["version_id"],
            defaults={"questions": version["questions"]} if "questions" in version else {},
        )  # fmt: skip
    return form.pk


@transaction.atomic
def delete_form(form: Form) -> None:
    """It is gone, its submissions with it; the rows stay."""
    lock_stamps()
    form.deleted_at = timezone.now()
    form.save()
    stamp_requests_with(form.instances.all())
