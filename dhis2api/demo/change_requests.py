"""Change requests of the demo, and what they need: types, a project, a form, submissions.

Rows of what is there already stay as they are, so that loading again keeps what was reviewed meanwhile.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.fields import REQUESTABLE
from orgunit_changes.models import (
    Form,
    FormVersion,
    Instance,
    OrgUnitChangeRequest,
    OrgUnitType,
    Project,
    ReferenceInstance,
    Status,
)
from orgunit_changes.stamps import lock_stamps, next_stamp
from users.models import User

from .facility_profiles import APP_ID, FORM, PROPOSALS, QUESTIONS, REFERENCES, TYPES, VERSION, Proposal
from .identifiers import DISTRICT_OFFICER, SEED


@transaction.atomic
def load_requests() -> None:
    """Everything, in one transaction. Needs the metadata."""
    lock_stamps()
    types = name_types()
    form = make_form()
    project, _ = Project.objects.get_or_create(
        app_id=APP_ID, defaults={"name": "Facility registry", "color": "#00695c"}
    )
    project.org_unit_types.add(*types)
    project.forms.add(form)
    types[-1].reference_forms.add(form)
    for uid, given in REFERENCES.items():
        place = OrganisationUnit.objects.get(uid=uid)
        instance = submit(f"reference/{uid}", form, project, place, given, User.objects.get(uid=DISTRICT_OFFICER))
        ReferenceInstance.objects.get_or_create(org_unit=place, form=form, defaults={"instance": instance})
    for proposal in PROPOSALS:
        propose(proposal, form, project)


def name_types() -> list[OrgUnitType]:
    """The types of the four levels, which came with the levels, under the names that mobile apps use."""
    types = []
    for depth, name in enumerate(TYPES, 1):
        found = OrgUnitType.objects.filter(depth=depth).order_by("pk").first() or OrgUnitType(depth=depth)
        found.name = found.short_name = name
        found.save()
        types.append(found)
    return types


def make_form() -> Form:
    """The form with its one version."""
    form = Form.objects.filter(name=FORM, projects__app_id=APP_ID).first() or Form.objects.create(name=FORM)
    FormVersion.objects.get_or_create(form=form, version_id=VERSION, defaults={"questions": QUESTIONS})
    return form


def submit(
    key: str, form: Form, project: Project, place: OrganisationUnit, given: dict[str, str], by: User
) -> Instance:
    """A submission about an org unit."""
    now = next_stamp()
    instance, _ = Instance.objects.get_or_create(
        uuid=_uuid("instance", key),
        defaults={
            "form": form, "form_version": form.versions.get(version_id=VERSION), "org_unit": place, "project": project,
            "json": given, "created_by": by, "created_at": now, "updated_at": now,
        },
    )  # fmt: skip
    return instance


def propose(proposal: Proposal, form: Form, project: Project) -> None:
    """A request, unless it is there already; a rejected one was rejected by the district's officer."""
    uuid = _uuid("request", proposal.key)
    if OrgUnitChangeRequest.objects.filter(uuid=uuid).exists():
        return
    place = OrganisationUnit.objects.select_related("parent", "change_profile").get(uid=proposal.org_unit)
    author = User.objects.get(username=proposal.username)
    columns = _asked(proposal) | _old(place)
    groups = OrganisationUnitGroup.objects.filter(name__in=proposal.groups or ())
    instances = [submit(proposal.key, form, project, place, proposal.answers, author)] if proposal.answers else []
    asked = {name for name, value in columns.items() if value is not None}
    asked |= {"new_location"} if proposal.location else set()
    asked |= {"new_groups"} if proposal.groups is not None else set()
    asked |= {"new_reference_instances"} if instances else set()
    stamp = next_stamp()
    request = OrgUnitChangeRequest.objects.create(
        uuid=uuid, org_unit=place, created_by=author, created_at=stamp, updated_at=stamp,
        requested_fields=[name for name in REQUESTABLE if name in asked], new_group_count=len(groups), **columns,
    )  # fmt: skip
    request.new_groups.set(groups)
    request.old_groups.set(place.organisation_unit_groups.all())
    request.new_reference_instances.set(instances)
    request.old_reference_instances.set(reference.instance_id for reference in place.reference_instances.all())


def _asked(proposal: Proposal) -> dict[str, Any]:
    """The columns of what is asked for, and of its rejection."""
    latitude, longitude, altitude = proposal.location or (None, None, None)
    columns: dict[str, Any] = {
        "new_name": proposal.name,
        "new_parent": OrganisationUnit.objects.get(uid=proposal.parent) if proposal.parent else None,
        "new_latitude": latitude, "new_longitude": longitude, "new_altitude": altitude,
        "new_location_accuracy": Decimal(proposal.accuracy) if proposal.accuracy else None,
        "new_closed_date": date.fromisoformat(proposal.closed) if proposal.closed else None,
    }  # fmt: skip
    if proposal.rejection:
        columns |= {
            "status": Status.REJECTED, "rejection_comment": proposal.rejection,
            "updated_by": User.objects.get(uid=DISTRICT_OFFICER),
        }  # fmt: skip
    return columns


def _old(place: OrganisationUnit) -> dict[str, Any]:
    """The columns of what the unit is today. Facilities of the demo are points."""
    longitude, latitude = place.geometry["coordinates"]
    return {
        "old_parent": place.parent, "old_name": place.name, "old_org_unit_type": place.change_profile.org_unit_type,
        "old_latitude": latitude, "old_longitude": longitude, "old_altitude": 0.0,
        "old_opening_date": place.opening_date, "old_closed_date": place.closed_date,
    }  # fmt: skip


def _uuid(kind: str, key: str) -> UUID:
    """The same on every machine, as uids of the demo are."""
    return uuid5(NAMESPACE_URL, f"{SEED}/{kind}/{key}")
