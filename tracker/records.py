"""What a payload says, as it says it: one struct a type of object, the same for JSON and CSV.

Values of attributes and events stay undecoded until a stage needs them (`attributes`, `data_values`): a bundle of
forty thousand enrolled people has more than a million of them, and decoding them twice is cheaper than keeping them.
Unknown members are ignored, so what the export answers can be imported unchanged.
"""

from __future__ import annotations

from typing import Any

import msgspec

# Members that clients send as text, but not only: a number or a boolean is taken as its text, as Jackson does.
Text = str | int | float | bool | None


class ValueRecord(msgspec.Struct, gc=False, rename="camel"):
    """An entry of `dataValues`."""

    data_element: Text = None
    value: Any = None
    provided_elsewhere: bool | None = False
    stored_by: Text = None


class AttributeRecord(msgspec.Struct, gc=False, rename="camel"):
    """An entry of `attributes`."""

    attribute: Text = None
    value: Any = None
    stored_by: Text = None


class NoteRecord(msgspec.Struct, gc=False, rename="camel"):
    """An entry of `notes`."""

    note: Text = None
    value: Text = None
    stored_by: Text = None


class RelationshipRecord(
    msgspec.Struct,
    rename={"from_": "from", "relationship_type": "relationshipType", "created_at_client": "createdAtClient"},
):
    """An entry of `relationships`; a side is `{"event": uid}` or, from 2.38 on, `{"event": {"event": uid}}`."""

    relationship: Text = None
    relationship_type: Text = None
    from_: Any = None
    to: Any = None
    created_at_client: Any = None


class EventRecord(msgspec.Struct, rename="camel"):
    """An entry of `events`. `assigned_user` is a uid or an object with `uid` and `username`."""

    event: Text = None
    program: Text = None
    program_stage: Text = None
    enrollment: Text = None
    org_unit: Text = None
    status: Text = None
    occurred_at: Any = None
    scheduled_at: Any = None
    completed_at: Any = None
    completed_by: Text = None
    stored_by: Text = None
    follow_up: bool | None = False
    attribute_option_combo: Text = None
    attribute_category_options: Text = None
    geometry: Any = None
    assigned_user: Any = None
    created_at_client: Any = None
    updated_at_client: Any = None
    data_values: msgspec.Raw = msgspec.Raw(b"")
    notes: list[NoteRecord] | None = None
    relationships: list[RelationshipRecord] | None = None


class EnrollmentRecord(msgspec.Struct, rename="camel"):
    """An entry of `enrollments`."""

    enrollment: Text = None
    tracked_entity: Text = None
    program: Text = None
    org_unit: Text = None
    status: Text = None
    enrolled_at: Any = None
    occurred_at: Any = None
    completed_at: Any = None
    completed_by: Text = None
    stored_by: Text = None
    follow_up: bool | None = False
    geometry: Any = None
    created_at_client: Any = None
    updated_at_client: Any = None
    attributes: msgspec.Raw = msgspec.Raw(b"")
    notes: list[NoteRecord] | None = None
    events: list[EventRecord] | None = None
    relationships: list[RelationshipRecord] | None = None


class TrackedEntityRecord(msgspec.Struct, rename="camel"):
    """An entry of `trackedEntities`."""

    tracked_entity: Text = None
    tracked_entity_type: Text = None
    org_unit: Text = None
    inactive: bool | None = False
    potential_duplicate: bool | None = False
    stored_by: Text = None
    geometry: Any = None
    created_at_client: Any = None
    updated_at_client: Any = None
    attributes: msgspec.Raw = msgspec.Raw(b"")
    enrollments: list[EnrollmentRecord] | None = None
    relationships: list[RelationshipRecord] | None = None


class Payload(msgspec.Struct, rename="camel"):
    """A whole body, nested, flat or mixed."""

    tracked_entities: list[TrackedEntityRecord] | None = None
    enrollments: list[EnrollmentRecord] | None = None
    events: list[EventRecord] | None = None
    relationships: list[RelationshipRecord] | None = None
