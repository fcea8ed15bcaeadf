"""What an upload is answered: the request as it is stored, by the names that it was sent with."""

from __future__ import annotations

from typing import Any

from orgunit_changes.listing.shown import show_date, show_location
from orgunit_changes.locations import location_in
from orgunit_changes.models import OrgUnitChangeRequest


def show_stored(change: OrgUnitChangeRequest) -> dict[str, Any]:
    """The members of the body with ids for UUIDs; what was not asked for is null. Two queries."""
    asked, accuracy = change.requested_fields, change.new_location_accuracy
    groups = list(change.new_groups.order_by("id").values_list("id", flat=True))
    instances = list(change.new_reference_instances.order_by("id").values_list("id", flat=True))
    return {
        "id": change.pk, "uuid": str(change.uuid), "org_unit_id": change.org_unit_id,
        "new_parent_id": change.new_parent_id, "new_name": change.new_name,
        "new_org_unit_type_id": change.new_org_unit_type_id, "new_groups": groups if "new_groups" in asked else None,
        "new_location": show_location(location_in(change, "new")),
        "new_location_accuracy": None if accuracy is None else float(accuracy),
        "new_opening_date": show_date(change.new_opening_date),
        "new_closed_date": show_date(change.new_closed_date),
        "new_reference_instances": instances if "new_reference_instances" in asked else None,
    }  # fmt: skip
