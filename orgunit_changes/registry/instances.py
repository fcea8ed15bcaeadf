"""Submissions: lists, one, changes. Who sees the org unit may submit; who reviews says what stands for it.

A submission is its author's to change; others' belong to who reviews or manages.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from metadata.models import OrganisationUnit
from orgunit_changes.apps import MANAGE_AUTHORITY, REVIEW_AUTHORITY
from orgunit_changes.dialect.times import as_double
from orgunit_changes.errors import FORBIDDEN, forbid, refuse
from orgunit_changes.identifiers import HEX_UUID
from orgunit_changes.models import Form, Instance, Project, ReferenceInstance
from orgunit_changes.registry.references import filtered_id, filtered_project
from orgunit_changes.stamps import lock_stamps, next_stamp, stamp_requests_with
from orgunit_changes.visibility import sight_of
from users.models import User

FORBIDDEN_UNIT = "The user is trying to create an instance for an unauthorized OrgUnit."
OTHER_FORM = "The form of an instance cannot be changed."
OTHER_UUID = "The uuid of an instance cannot be changed."
VERSION_ELSEWHERE = "This version belongs to another form."
# member of a body: column
COLUMNS = {
    "form_id": "form", "form_version_id": "form_version", "org_unit_id": "org_unit", "project_id": "project",
    "json": "json", "created_at": "device_created_at", "updated_at": "device_updated_at",
}  # fmt: skip


def visible_instances(user: User) -> QuerySet[Instance]:
    """Those about org units that the user sees, of forms that are there; deleted ones are left out."""
    stands = ReferenceInstance.objects.filter(instance=OuterRef("pk"), org_unit=OuterRef("org_unit"))
    found = Instance.objects.filter(sight_of(user).to_q(), deleted=False, form__deleted_at=None)
    return found.select_related("created_by").annotate(is_reference=Exists(stands)).order_by("pk")


def filter_instances(user: User, query: Mapping[str, str]) -> QuerySet[Instance]:
    """Those that a query string asks for. Errors: 400."""
    found = visible_instances(user)
    if (project := filtered_project(query)) is not None:
        found = found.filter(project=project)
    if (form := filtered_id(query, "form_id", Form.objects.filter(deleted_at=None), "Form")) is not None:
        found = found.filter(form_id=form)
    if (unit := filtered_id(query, "org_unit_id", OrganisationUnit.objects.all(), "OrgUnit")) is not None:
        found = found.filter(org_unit_id=unit)
    return found


def show_instance(instance: Instance) -> dict[str, Any]:
    """A submission as it is answered; its times are the device's where that sent them."""
    return {
        "id": instance.pk, "uuid": str(instance.uuid), "form_id": instance.form_id,
        "form_version_id": instance.form_version_id, "org_unit_id": instance.org_unit_id,
        "project_id": instance.project_id, "json": instance.json,
        "created_at": as_double(instance.device_created_at or instance.created_at),
        "updated_at": as_double(instance.device_updated_at or instance.updated_at),
        "created_by": instance.created_by.username if instance.created_by else "",
        "is_reference": instance.is_reference,
    }  # fmt: skip


def find_repeated(given: Any) -> Instance | None:
    """What was submitted before under the uuid of a body: a phone that missed the answer sends it again."""
    if not isinstance(given, str) or not HEX_UUID.fullmatch(given.strip()):
        return None
    return Instance.objects.filter(uuid=uuid.UUID(given.strip())).first()


@transaction.atomic
def create_instance(members: Mapping[str, Any], user: User) -> int:
    """Store a submission; its id, or that of the one which has its uuid already.

    Errors: 400; 403 for an org unit out of the user's sight, and for a reference without the authority.
    """
    lock_stamps()  # whoever sends the same at the same time waits here, and finds it then
    if (known := Instance.objects.filter(uuid=members.get("uuid")).first()) is not None:
        return known.pk
    _require_sight(user, members["org_unit_id"])
    _require_version(members["form_id"], members.get("form_version_id"))
    instance = Instance(created_by=user, **({"uuid": members["uuid"]} if "uuid" in members else {}))
    _set_columns(instance, members)
    instance.created_at = instance.updated_at = next_stamp()
    instance.save()
    _set_reference(instance, members.get("is_reference"), user)
    return instance.pk


@transaction.atomic
def change_instance(pk: int, members: Mapping[str, Any], user: User) -> None:
    """Change a submission that the user sees. Errors: as `create_instance`; 400 for another form or uuid."""
    lock_stamps()
    instance = _locked(pk)
    _require_right_to_change(instance, user)
    if members.get("form_id", instance.form) != instance.form:
        raise refuse("form_id", OTHER_FORM)
    if members.get("uuid", instance.uuid) != instance.uuid:
        raise refuse("uuid", OTHER_UUID)
    if "org_unit_id" in members:
        _require_sight(user, members["org_unit_id"])
    _require_version(instance.form, members.get("form_version_id"))
    _set_columns(instance, members)
    instance.updated_at = next_stamp()
    instance.save()
    stamp_requests_with(Instance.objects.filter(pk=pk))
    _set_reference(instance, members.get("is_reference"), user)


@transaction.atomic
def delete_instance(pk: int, user: User) -> None:
    """Mark a submission as deleted; it stands for nothing any more. Errors: 403 as `change_instance`."""
    lock_stamps()
    instance = _locked(pk)
    _require_right_to_change(instance, user)
    instance.references.all().delete()
    instance.deleted = True
    instance.updated_at = next_stamp()
    instance.save()
    stamp_requests_with(Instance.objects.filter(pk=pk))


def _locked(pk: int) -> Instance:
    return Instance.objects.select_for_update(of=("self",)).select_related("form", "form_version", "project").get(pk=pk)


def _set_columns(instance: Instance, members: Mapping[str, Any]) -> None:
    """What the body names; without a version it is the newest, without a project the default one."""
    for member, column in COLUMNS.items():
        if member in members:
            setattr(instance, column, members[member])
    instance.form_version = instance.form_version or instance.form.versions.order_by("pk").last()
    instance.project = instance.project or Project.objects.filter(is_default=True).first()


def _set_reference(instance: Instance, is_reference: bool | None, user: User) -> None:
    """Make it what stands for its org unit in its form, or no longer. Errors: 403 without the authority."""
    if is_reference is None:
        return
    place = {"org_unit": instance.org_unit, "form": instance.form}
    stands = ReferenceInstance.objects.filter(instance=instance, **place).exists()
    if stands == is_reference:
        return
    _require_reviewer(user)
    if is_reference:
        ReferenceInstance.objects.update_or_create(**place, defaults={"instance": instance})
    else:
        ReferenceInstance.objects.filter(instance=instance, **place).delete()


def _require_right_to_change(instance: Instance, user: User) -> None:
    """Errors: 403."""
    # What stands for an org unit went through a review: changing it behind its back would undo that.
    if instance.created_by_id != user.pk or instance.references.exists():
        _require_reviewer(user)


def _require_reviewer(user: User) -> None:
    if not user.principal.has_any((REVIEW_AUTHORITY, MANAGE_AUTHORITY)):
        raise forbid(FORBIDDEN)


def _require_sight(user: User, unit: OrganisationUnit) -> None:
    if not sight_of(user).covers(unit):
        raise forbid(FORBIDDEN_UNIT)


def _require_version(form: Form, version: Any) -> None:
    if version is not None and version.form_id != form.pk:
        raise refuse("form_version_id", VERSION_ELSEWHERE)
