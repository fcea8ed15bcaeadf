"""What checks need of metadata and of stored objects. Metadata that the user may not read is not known at all."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from tracker.rules.known import ProgramRules


@dataclass(frozen=True, slots=True, eq=False)
class OrgUnit:
    """An org unit; `shown` is how the payload names it."""

    pk: int
    uid: str
    path: str
    shown: str


@dataclass(frozen=True, slots=True, eq=False)
class OptionSet:
    """`codes` are exact."""

    uid: str
    codes: frozenset[str]


@dataclass(slots=True, eq=False)
class TrackedEntityType:
    """`attributes` maps attribute keys to whether they are mandatory; `searchable` are those it is searched by."""

    pk: int
    uid: str
    shown: str
    feature_type: str
    allow_audit_log: bool
    data_read: bool
    data_write: bool
    attributes: dict[int, bool] = field(default_factory=dict)
    searchable: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class Attribute:
    """A tracked entity attribute."""

    pk: int
    uid: str
    shown: str
    value_type: str
    unique: bool
    orgunit_scope: bool
    confidential: bool
    generated: bool
    pattern: str | None
    option_set: OptionSet | None
    searchable: bool = False  # by any program or type


@dataclass(slots=True, eq=False)
class Program:
    """`attributes` maps attribute keys to whether they are mandatory. `org_units` are the keys of those assigned among
    the ones that the payload names. `stages` are its stages, in their order, those included that nobody may read."""

    pk: int
    uid: str
    shown: str
    name: str
    has_registration: bool
    access_level: str
    tracked_entity_type: int | None  # a key; the type itself is in `types_by_pk`
    category_combo: int
    category_combo_uid: str
    has_default_combo: bool
    feature_type: str | None
    display_incident_date: bool
    only_enroll_once: bool
    enrollment_dates_in_future: bool
    incident_dates_in_future: bool
    expiry_days: int
    expiry_period_type: str | None
    complete_events_expiry_days: int
    open_days_after_co_end_date: int
    data_read: bool
    data_write: bool
    attributes: dict[int, bool] = field(default_factory=dict)
    org_units: frozenset[int] = frozenset()
    stages: tuple[int, ...] = ()
    placeholder: int | None = None  # of an event program: the enrollment that holds its events
    placeholder_uid: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class DataElement:
    """A data element. It is asked for by uid in rows, by `shown` in the payload."""

    pk: int
    uid: str
    shown: str
    value_type: str
    option_set: OptionSet | None


@dataclass(slots=True, eq=False)
class ProgramStage:
    """`elements` maps data element keys to whether they are compulsory."""

    pk: int
    uid: str
    shown: str
    program: int | None
    repeatable: bool
    feature_type: str | None
    validation_strategy: str
    block_entry_form: bool
    enable_user_assignment: bool
    data_read: bool
    data_write: bool
    elements: dict[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class CategoryOption:
    """A category option, with what the user may do with its data."""

    pk: int
    uid: str
    shown: str
    name: str
    data_read: bool
    data_write: bool
    start_date: datetime.date | None
    end_date: datetime.date | None


@dataclass(frozen=True, slots=True, eq=False)
class OptionCombo:
    """An attribute option combo; `options` are keys of category options."""

    pk: int
    uid: str
    shown: str
    category_combo: int
    options: tuple[int, ...]
    is_default: bool


@dataclass(frozen=True, slots=True, eq=False)
class End:
    """What may stand at a side of a relationship: kind is `trackedEntity`, `enrollment` or `event`."""

    kind: str
    tracked_entity_type: int | None


@dataclass(frozen=True, slots=True, eq=False)
class RelationshipType:
    """A relationship type."""

    pk: int
    uid: str
    shown: str
    bidirectional: bool
    data_write: bool
    from_end: End
    to_end: End


@dataclass(frozen=True, slots=True, eq=False)
class AssignedUser:
    """A user that events can be assigned to."""

    pk: int
    uid: str
    username: str


@dataclass(slots=True, eq=False)
class StoredTrackedEntity:
    """A row as it was when this import locked it. `attributes` maps keys to (value, stored text) of those it has."""

    pk: int
    uid: str
    type: int
    org_unit: int
    org_unit_path: str
    deleted: bool
    attributes: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class StoredEnrollment:
    """A row as it was when this import locked it; the placeholder of an event program has no tracked entity."""

    pk: int
    uid: str
    tracked_entity: int | None
    tracked_entity_uid: str | None
    program: int
    org_unit: int | None
    org_unit_path: str | None
    status: str
    completed_at: datetime.datetime | None
    completed_by: str | None
    deleted: bool


@dataclass(slots=True, eq=False)
class StoredEvent:
    """A row as it was when this import locked it."""

    pk: int
    uid: str
    enrollment: int
    enrollment_uid: str
    tracked_entity: int | None
    tracked_entity_uid: str | None
    program: int
    program_stage: int
    org_unit: int
    org_unit_path: str
    status: str
    occurred_at: datetime.datetime | None
    scheduled_at: datetime.datetime | None
    completed_at: datetime.datetime | None
    completed_by: str | None
    attribute_option_combo: int
    geometry: Any
    deleted: bool
    data_values: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class StoredRelationship:
    """A row; sides are (kind, key, uid)."""

    pk: int
    uid: str
    type: int
    deleted: bool
    from_side: tuple[str, int, str]
    to_side: tuple[str, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """Which org unit owns a tracked entity in a program."""

    org_unit: int
    path: str


@dataclass(slots=True, eq=False)
class File:
    """A file resource. `owner` is the kind and key of the object whose value it is, and the key of the field;
    `claimed_by` the uids of object and field that take it in this payload."""

    pk: int
    uid: str
    content_type: str
    owner: tuple[str, int, int] | None
    claimed_by: tuple[str, str] | None = None


@dataclass(slots=True)
class Known:
    """Everything that was loaded. Metadata by the texts of the payload (None: not there, or not readable) and, where a
    stored row or another object names it, by key. Objects by uid."""

    org_units: dict[str, OrgUnit | None] = field(default_factory=dict)
    types: dict[str, TrackedEntityType | None] = field(default_factory=dict)
    types_by_pk: dict[int, TrackedEntityType] = field(default_factory=dict)
    attributes: dict[str, Attribute | None] = field(default_factory=dict)
    attributes_by_pk: dict[int, Attribute] = field(default_factory=dict)
    programs: dict[str, Program | None] = field(default_factory=dict)
    programs_by_pk: dict[int, Program] = field(default_factory=dict)
    programs_of_type: dict[int, list[Program]] = field(default_factory=dict)  # tracker programs, for E1003
    rules: dict[int, ProgramRules] = field(default_factory=dict)  # by program; of those that have any
    stages: dict[str, ProgramStage | None] = field(default_factory=dict)
    stages_by_pk: dict[int, ProgramStage] = field(default_factory=dict)
    data_elements: dict[str, DataElement | None] = field(default_factory=dict)
    data_elements_by_pk: dict[int, DataElement] = field(default_factory=dict)
    option_combos: dict[str, OptionCombo | None] = field(default_factory=dict)
    option_combos_by_pk: dict[int, OptionCombo] = field(default_factory=dict)
    # (category combo, the options) → the combo made of exactly these
    combos_of_options: dict[tuple[int, frozenset[int]], OptionCombo] = field(default_factory=dict)
    default_combo: OptionCombo | None = None
    category_options: dict[str, CategoryOption | None] = field(default_factory=dict)
    category_options_by_pk: dict[int, CategoryOption] = field(default_factory=dict)
    relationship_types: dict[str, RelationshipType | None] = field(default_factory=dict)
    relationship_types_by_pk: dict[int, RelationshipType] = field(default_factory=dict)
    users: dict[str, AssignedUser] = field(default_factory=dict)  # by username and by uid

    tracked_entities: dict[str, StoredTrackedEntity] = field(default_factory=dict)
    tracked_entities_by_pk: dict[int, StoredTrackedEntity] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)  # keys of tracked entities that the payload writes, or below
    enrollments: dict[str, StoredEnrollment] = field(default_factory=dict)
    # of the pairs of tracked entity and program that the payload enrolls: all stored ones that are not deleted
    enrollments_of: dict[tuple[int, int], list[StoredEnrollment]] = field(default_factory=dict)
    events: dict[str, StoredEvent] = field(default_factory=dict)
    # (enrollment, stage) of non-repeatable stages → keys of stored events that are neither deleted nor skipped
    events_of: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    relationships: dict[str, StoredRelationship] = field(default_factory=dict)
    relationship_keys: set[str] = field(default_factory=set)  # of stored ones that the payload's would repeat
    note_uids: set[str] = field(default_factory=set)  # of stored notes
    owners: dict[tuple[int, int], Owner] = field(default_factory=dict)  # (tracked entity, program)
    temporary: set[tuple[int, int]] = field(default_factory=set)  # pairs to which the user has temporary access
    # on DELETE: keys of stored parents that still have children
    with_enrollments: set[int] = field(default_factory=set)
    with_events: set[int] = field(default_factory=set)
    # unique attribute values of the payload that stored tracked entities have: (attribute, unique key) → their keys;
    # several where the attribute was not unique once
    unique_values: dict[tuple[int, str], set[int]] = field(default_factory=dict)
    repeated_values: set[tuple[int, str]] = field(default_factory=set)  # that two tracked entities of the payload have
    files: dict[str, File] = field(default_factory=dict)  # file resources that values name
    org_unit_uids: set[str] = field(default_factory=set)  # that ORGANISATION_UNIT values name and that exist
    usernames: set[str] = field(default_factory=set)  # that USERNAME values name and that exist
