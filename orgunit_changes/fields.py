"""The nine things that a request may ask for, by the names that answers use, in the order they are listed."""

from __future__ import annotations

REQUESTABLE = (
    "new_parent", "new_name", "new_org_unit_type", "new_groups", "new_location", "new_location_accuracy",
    "new_opening_date", "new_closed_date", "new_reference_instances",
)  # fmt: skip
# What uploads call the two that are references; reviews may use these names as well.
SENT_NAMES = {"new_parent": "new_parent_id", "new_org_unit_type": "new_org_unit_type_id"}
FIELD_OF = {sent: name for name, sent in SENT_NAMES.items()}
