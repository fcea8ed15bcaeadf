"""What tests of change requests stand on, as rows: people at places, forms, submissions, stored requests.

Rows, not requests: a test of reading must not need the upload, nor the other way round.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.utils import timezone

from metadata.models import OrganisationUnitGroup
from orgunit_changes.apps import REVIEW_AUTHORITY
from orgunit_changes.fields import REQUESTABLE
from orgunit_changes.models import (
    Form,
    FormVersion,
    Instance,
    OrgUnitChangeRequest,
    OrgUnitProfile,
    OrgUnitType,
    Project,
    ReferenceInstance,
    SourceVersion,
)
from tests.tracker.world import BADJIA, BAOMA, BO, NGELEHUN, ROOT, place, someone_at
from users.models import User

__all__ = ["BADJIA", "BAOMA", "BO", "NGELEHUN", "ROOT", "place", "someone_at"]

CHANGES = "/api/orgunits/changes/"
MOBILE = "/api/mobile/orgunits/changes/"
_numbers = count(1)


def worker(username: str = "worker", at: str = BO) -> User:
    """A field worker of one org unit, with no authority at all."""
    return someone_at(username, capture=[at])


def reviewer(username: str = "reviewer", at: str = ROOT) -> User:
    """Somebody who may review what is below one org unit."""
    return someone_at(username, capture=[at], authorities=[REVIEW_AUTHORITY])


def profile(uid: str) -> OrgUnitProfile:
    """The companion of an org unit of the demo."""
    return OrgUnitProfile.objects.get(org_unit__uid=uid)


def make_project(app_id: str, types: Sequence[OrgUnitType] = (), forms: Sequence[Form] = ()) -> Project:
    """A project with nothing but these types and forms."""
    project = Project.objects.create(name=f"Project {app_id}", app_id=app_id)
    project.org_unit_types.set(types)
    project.forms.set(forms)
    return project


def make_type(name: str = "", **columns: Any) -> OrgUnitType:
    """An org unit type; the default project gets it."""
    name = name or f"Type {next(_numbers)}"
    return OrgUnitType.objects.create(name=name, short_name=name, **columns)


def make_version(number: int = 0) -> SourceVersion:
    """A version of the hierarchy beside the default one."""
    return SourceVersion.objects.create(number=number or 100 + next(_numbers))


def make_group(name: str = "", members: Sequence[str] = ()) -> OrganisationUnitGroup:
    """A group of these org units."""
    name = name or f"Group {next(_numbers)}"
    group = OrganisationUnitGroup.objects.create(name=name, short_name=name)
    group.organisation_units.set([place(uid) for uid in members])
    return group


def make_form(name: str = "", questions: Sequence[dict[str, Any]] = ()) -> Form:
    """A form with one version; the default project gets it."""
    form = Form.objects.create(name=name or f"Form {next(_numbers)}")
    FormVersion.objects.create(form=form, version_id="1", questions=list(questions))
    return form


def submission(form: Form, unit: str = NGELEHUN, answers: Any = None, **columns: Any) -> Instance:
    """What somebody submitted about an org unit."""
    now = timezone.now()
    defaults = {
        "form": form, "form_version": form.versions.first(), "org_unit": place(unit),
        "json": {"beds": "12"} if answers is None else answers, "created_at": now, "updated_at": now,
    }  # fmt: skip
    return Instance.objects.create(**(defaults | columns))


def make_reference(instance: Instance, unit: str = NGELEHUN) -> ReferenceInstance:
    """A submission that stands for an org unit."""
    return ReferenceInstance.objects.create(org_unit=place(unit), form=instance.form, instance=instance)


def stored_change(
    unit: str = NGELEHUN, *, by: User | None = None, groups: Sequence[OrganisationUnitGroup] | None = None,
    instances: Sequence[Instance] = (), location: tuple[float, float, float] | None = None, **columns: Any,
) -> OrgUnitChangeRequest:  # fmt: skip
    """A stored request; what it asks for follows from what is given (`new_name="X"`), unless that is said."""
    now = timezone.now()
    if location is not None:
        columns |= dict(zip(("new_latitude", "new_longitude", "new_altitude"), location, strict=True))
    asked = {name for name in REQUESTABLE if columns.get(name) is not None}
    asked |= {"new_groups"} if groups is not None else set()
    asked |= {"new_location"} if location is not None else set()
    asked |= {"new_reference_instances"} if instances else set()
    defaults = {
        "uuid": uuid.uuid4(), "org_unit": place(unit), "created_by": by, "created_at": now, "updated_at": now,
        "requested_fields": [name for name in REQUESTABLE if name in asked],
        "new_group_count": len(groups or ()), "old_name": place(unit).name,
    }  # fmt: skip
    change = OrgUnitChangeRequest.objects.create(**(defaults | columns))
    change.new_groups.set(groups or ())
    change.new_reference_instances.set(instances)
    return change


def change_body(unit: str = NGELEHUN, **members: Any) -> dict[str, Any]:
    """The body of an upload."""
    return {"uuid": str(uuid.uuid4()), "org_unit_id": str(place(unit).pk)} | members
