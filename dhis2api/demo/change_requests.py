"""Change requests of the demo through the services that phones use, and before them what they need.

Whatever is there already under its uuid stays as it is, so that loading again keeps what was reviewed meanwhile.
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from metadata.models import OrganisationUnit
from orgunit_changes.models import Form, FormVersion, OrgUnitChangeRequest, OrgUnitType, Project, Status
from orgunit_changes.registry.instances import create_instance
from orgunit_changes.review.reading import Review
from orgunit_changes.review.reviewing import review_change
from orgunit_changes.uploads.storing import create_change
from users.models import User

from .facility_profiles import APP_ID, FORM, PROPOSALS, QUESTIONS, REFERENCES, TYPES, VERSION, Proposal
from .identifiers import DISTRICT_OFFICER, SEED, demo_uid


@transaction.atomic
def load_requests() -> None:
    """Everything, in one transaction. Needs the metadata."""
    types = name_types()
    form = make_form()
    defaults = {"name": "Facility registry", "color": "#00695c"}
    project, _ = Project.objects.get_or_create(app_id=APP_ID, defaults=defaults)
    project.org_unit_types.add(*types)
    project.forms.add(form)
    types[-1].reference_forms.add(form)
    officer = User.objects.get(uid=DISTRICT_OFFICER)
    for uid, given in REFERENCES.items():
        submit(f"reference/{uid}", form, project, uid, given, officer, is_reference=True)
    for proposal in PROPOSALS:
        author = User.objects.get(username=proposal.username)
        if proposal.answers:
            submit(proposal.key, form, project, proposal.org_unit, proposal.answers, author)
        change = create_change(body_of(proposal), APP_ID, author)
        if proposal.rejection:
            reject(change, proposal.rejection, officer)


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
    key: str, form: Form, project: Project, org_unit: str, answers: dict[str, str], by: User, **members: bool
) -> None:
    """A submission about an org unit."""
    create_instance(
        {
            "uuid": _uuid("instance", key), "form_id": form, "org_unit_id": OrganisationUnit.objects.get(uid=org_unit),
            "project_id": project, "json": answers, **members,
        },
        by,
    )  # fmt: skip


def body_of(proposal: Proposal) -> dict[str, Any]:
    """The body that a phone would send."""
    body = {
        "uuid": str(_uuid("request", proposal.key)), "org_unit_id": proposal.org_unit, "new_name": proposal.name,
        "new_parent_id": proposal.parent, "new_location_accuracy": proposal.accuracy,
        "new_closed_date": proposal.closed,
    }  # fmt: skip
    if proposal.groups is not None:
        body["new_groups"] = [demo_uid("organisationUnitGroup", name) for name in proposal.groups]
    if proposal.location is not None:
        body["new_location"] = dict(zip(("latitude", "longitude", "altitude"), proposal.location, strict=True))
    if proposal.answers is not None:
        body["new_reference_instances"] = [str(_uuid("instance", proposal.key))]
    return body


def reject(change: OrgUnitChangeRequest, comment: str, by: User) -> None:
    """Unless it was reviewed before."""
    if change.status == Status.NEW:
        review_change(str(change.pk), Review(Status.REJECTED, None, comment), APP_ID, by)


def _uuid(kind: str, key: str) -> UUID:
    """The same on every machine, as uids of the demo are."""
    return uuid5(NAMESPACE_URL, f"{SEED}/{kind}/{key}")
