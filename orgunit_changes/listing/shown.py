"""How the web shows a request: an item of the list, or the whole of it with old and new values side by side.

Both need what `for_list` and `for_detail` load: a number of queries that no list makes larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import orjson
from django.db.models import Prefetch, QuerySet

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.dialect.times import as_double
from orgunit_changes.locations import Location, location_in, location_of
from orgunit_changes.models import Instance, OrgUnitChangeRequest, OrgUnitType, ReferenceInstance
from orgunit_changes.visible_requests import live_instances

KIND = "org_unit_change"  # the only one there is: units are created through DHIS2's own API
VALID = "VALID"
GROUPS = OrganisationUnitGroup.objects.only("id", "name").order_by("name", "id")
INSTANCES = ("new_reference_instances", "old_reference_instances")


def for_list(rows: QuerySet[OrgUnitChangeRequest]) -> QuerySet[OrgUnitChangeRequest]:
    """With what items show; geometries, which may be large, stay where they are."""
    return rows.select_related(
        "org_unit__parent", "org_unit__change_profile__org_unit_type", "created_by", "updated_by"
    ).defer("org_unit__geometry", "org_unit__parent__geometry").prefetch_related(
        Prefetch("org_unit__organisation_unit_groups", GROUPS),
        "org_unit__change_profile__org_unit_type__projects",
    )  # fmt: skip


def for_detail(rows: QuerySet[OrgUnitChangeRequest]) -> QuerySet[OrgUnitChangeRequest]:
    """With what the whole shows."""
    submissions = live_instances().select_related("form", "form_version").order_by("id")
    return rows.select_related(
        "org_unit__parent", "org_unit__change_profile__org_unit_type", "created_by", "updated_by", "new_parent",
        "old_parent", "new_org_unit_type", "old_org_unit_type",
    ).defer("org_unit__parent__geometry", "new_parent__geometry", "old_parent__geometry").prefetch_related(
        Prefetch("org_unit__organisation_unit_groups", GROUPS),
        Prefetch("new_groups", GROUPS), Prefetch("old_groups", GROUPS),
        *(Prefetch(name, submissions) for name in INSTANCES),
        Prefetch("org_unit__reference_instances", _references()),
    )  # fmt: skip


def for_unit(rows: QuerySet[OrganisationUnit]) -> QuerySet[OrganisationUnit]:
    """With what an org unit alone shows."""
    return rows.select_related("parent", "change_profile__org_unit_type").defer("parent__geometry").prefetch_related(
        Prefetch("organisation_unit_groups", GROUPS), Prefetch("reference_instances", _references())
    )  # fmt: skip


def _references() -> QuerySet[ReferenceInstance]:
    return (
        ReferenceInstance.objects.filter(instance__in=live_instances()).order_by("instance_id")
        .select_related("instance__form", "instance__form_version")
    )  # fmt: skip


def show_item(change: OrgUnitChangeRequest) -> dict[str, Any]:
    """One item of the web list; groups and type are the unit's of now."""
    unit = change.org_unit
    type = unit.change_profile.org_unit_type
    projects = [] if type is None else type.projects.all()
    return {
        "id": change.pk, "uuid": str(change.uuid), "org_unit_id": unit.pk,
        "org_unit_uuid": str(unit.change_profile.uuid), "org_unit_name": unit.name,
        "org_unit_parent_id": unit.parent_id, "org_unit_parent_name": unit.parent.name if unit.parent else None,
        "org_unit_type_id": type and type.pk, "org_unit_type_name": type and type.name,
        "org_unit_validation_status": VALID,
        "projects": [{"id": one.pk, "name": one.name, "color": one.color} for one in projects],
        "groups": show_groups(unit.organisation_unit_groups.all()),
        **_course(change),
    }  # fmt: skip


def show_whole(change: OrgUnitChangeRequest) -> dict[str, Any]:
    """A request with its unit as it is, and what it had (`old_…`) and shall have (`new_…`)."""
    asked = change.requested_fields
    new_instances = show_instances(change.new_reference_instances.all())
    return {
        "id": change.pk, "uuid": str(change.uuid), "kind": KIND, **_course(change),
        "org_unit": show_unit(change.org_unit),
        **_side("new", change),
        "new_location_accuracy": None if change.new_location_accuracy is None else float(change.new_location_accuracy),
        "new_reference_instances": new_instances if "new_reference_instances" in asked and new_instances else None,
        **_side("old", change),
        "old_reference_instances": show_instances(change.old_reference_instances.all()),
    }  # fmt: skip


def show_unit(unit: OrganisationUnit) -> dict[str, Any]:
    """An org unit as it is now."""
    references = [held.instance for held in unit.reference_instances.all()]
    return {
        "id": unit.pk, "uuid": str(unit.change_profile.uuid), "parent": unit.parent.name if unit.parent else "",
        "parent_id": unit.parent_id, "name": unit.name, **_type("", unit.change_profile.org_unit_type),
        "groups": show_groups(unit.organisation_unit_groups.all()), "location": show_location(location_of(unit)),
        "opening_date": show_date(unit.opening_date), "closed_date": show_date(unit.closed_date),
        "reference_instances": show_instances(references),
    }  # fmt: skip


def show_groups(groups: Iterable[OrganisationUnitGroup]) -> list[dict[str, Any]]:
    """Groups by id and name."""
    return [{"id": group.pk, "name": group.name} for group in groups]


def show_instances(instances: Iterable[Instance]) -> list[dict[str, Any]]:
    """Submissions with an entry for each answer, labelled as the version of the form says."""
    return [
        {"id": one.pk, "form_id": one.form_id, "form_name": one.form.name, "values": show_answers(one)}
        for one in instances
    ]  # fmt: skip


def show_answers(instance: Instance) -> list[dict[str, Any]]:
    """The answers of a submission; a question that the version does not know is its own label."""
    questions = instance.form_version.questions if instance.form_version else []
    labels = {one.get("name"): one.get("label") for one in questions if isinstance(one, Mapping)}
    answers = instance.json if isinstance(instance.json, Mapping) else {}
    return [
        {"key": key, "label": labels.get(key) or key, "value": _text(value)} for key, value in answers.items()
    ]  # fmt: skip


def show_location(location: Location | None) -> dict[str, float] | None:
    """A point, or null."""
    return None if location is None else location.to_dict()


def show_date(day: date | None) -> str | None:
    """An ISO date, or null."""
    return None if day is None else day.isoformat()


def _course(change: OrgUnitChangeRequest) -> dict[str, Any]:
    """Where the request is, who made and who reviewed it. `update_by` is the contract's word, `updated_by` phones'."""
    updated_by = change.updated_by.username if change.updated_by else None
    return {
        "status": change.status, "requested_fields": change.requested_fields,
        "approved_fields": change.approved_fields, "rejection_comment": change.rejection_comment,
        "created_by": change.created_by.username if change.created_by else "",
        "created_at": as_double(change.created_at), "update_by": updated_by, "updated_by": updated_by,
        "updated_at": as_double(change.updated_at),
    }  # fmt: skip


def _side(side: str, change: OrgUnitChangeRequest) -> dict[str, Any]:
    """The members of one side; what was not asked for is null."""

    def held(name: str) -> Any:
        return getattr(change, f"{side}_{name}")

    parent = held("parent")
    return {
        f"{side}_parent": None if parent is None else parent.name, f"{side}_parent_id": held("parent_id"),
        f"{side}_name": held("name"), **_type(f"{side}_", held("org_unit_type")),
        f"{side}_groups": show_groups(held("groups").all()),
        f"{side}_location": show_location(location_in(change, side)),
        f"{side}_opening_date": show_date(held("opening_date")), f"{side}_closed_date": show_date(held("closed_date")),
    }  # fmt: skip


def _type(prefix: str, type: OrgUnitType | None) -> dict[str, Any]:
    whole = None if type is None else {"id": type.pk, "name": type.name, "short_name": type.short_name}
    return {
        f"{prefix}org_unit_type_id": None if type is None else type.pk,
        f"{prefix}org_unit_type_name": None if type is None else type.name,
        f"{prefix}org_unit_type": whole,
    }  # fmt: skip


def _text(value: Any) -> str | None:
    """Answers are shown as text; what is nested keeps its JSON."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
