"""A phone's own requests in one project, in the order they changed. Source: the change request API, mobile list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from metadata.models import OrganisationUnitGroup
from orgunit_changes.dialect.times import as_double, date_as_double
from orgunit_changes.listing.shown import show_location
from orgunit_changes.locations import location_in
from orgunit_changes.models import Form, Instance, OrgUnitChangeRequest, Project
from orgunit_changes.visibility import in_project, sight_of
from orgunit_changes.visible_requests import live_instances, requests_in_sight


def own_requests(user: Any, app_id: str, since: datetime | None) -> QuerySet[OrgUnitChangeRequest]:
    """The user's requests on units of a project, changed at `since` or later; none where there is no such project.

    One with a submission that the project does not hold, or of a form that it does not, stays hidden.
    """
    project = Project.objects.filter(app_id=app_id).first()
    if project is None:
        return OrgUnitChangeRequest.objects.none()
    rows = requests_in_sight(sight_of(user)).filter(in_project(project), created_by=user)
    rows = rows.exclude(Exists(_foreign_instances(project)))
    if since is not None:
        rows = rows.filter(updated_at__gte=since)
    return rows.order_by("updated_at", "id")


def for_mobile(rows: QuerySet[OrgUnitChangeRequest]) -> QuerySet[OrgUnitChangeRequest]:
    """With what `show_mobile` shows."""
    return rows.select_related("org_unit__change_profile").defer("org_unit__geometry").prefetch_related(
        Prefetch("new_groups", OrganisationUnitGroup.objects.only("id").order_by("id")),
        Prefetch("new_reference_instances", live_instances().only("id").order_by("id")),
    )  # fmt: skip


def show_mobile(change: OrgUnitChangeRequest) -> dict[str, Any]:
    """One request; `requested_fields` is not among its members, so null says "not requested"."""
    asked, accuracy = change.requested_fields, change.new_location_accuracy
    groups = [group.pk for group in change.new_groups.all()]
    instances = [instance.pk for instance in change.new_reference_instances.all()]
    return {
        "id": change.pk, "uuid": str(change.uuid), "org_unit_id": change.org_unit_id,
        "org_unit_uuid": str(change.org_unit.change_profile.uuid), "status": change.status,
        "approved_fields": change.approved_fields, "rejection_comment": change.rejection_comment,
        "created_at": as_double(change.created_at), "updated_at": as_double(change.updated_at),
        "new_parent_id": None if change.new_parent_id is None else str(change.new_parent_id),
        "new_name": change.new_name, "new_org_unit_type_id": change.new_org_unit_type_id,
        # Groups that were asked for and are gone by now do not ask for none.
        "new_groups": groups if "new_groups" in asked and (groups or not change.new_group_count) else None,
        "new_location": show_location(location_in(change, "new")),
        "new_location_accuracy": None if accuracy is None else float(accuracy),
        "new_opening_date": date_as_double(change.new_opening_date),
        "new_closed_date": date_as_double(change.new_closed_date),
        "new_reference_instances": instances or None,
    }  # fmt: skip


def _foreign_instances(project: Project) -> QuerySet[Any]:
    """Submissions of a request that its phone would not know: of another project, or of a form of others."""
    through = OrgUnitChangeRequest.new_reference_instances.through.objects
    forms = Form.objects.filter(projects=project).values("pk")
    elsewhere = Q(instance__project__isnull=False) & ~Q(instance__project=project)
    return through.filter(
        Q(elsewhere | ~Q(instance__form__in=forms)), orgunitchangerequest_id=OuterRef("pk"),
    )  # fmt: skip


def show_submission(instance: Instance) -> dict[str, Any]:
    """One reference submission; its times are the phone's, where that sent some."""
    return {
        "id": instance.pk, "uuid": str(instance.uuid), "form_id": instance.form_id,
        "form_version_id": instance.form_version_id,
        "created_at": as_double(instance.device_created_at or instance.created_at),
        "updated_at": as_double(instance.device_updated_at or instance.updated_at),
        "json": instance.json, "instance_files": [],
    }  # fmt: skip
