"""What tracker tests stand on, as rows: metadata with the settings that a test names, people at places, stored objects.

Rows, not imports: a test of reading must not need the import, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection
from django.utils import timezone

from dhis2api.objects.uids import generate_uid
from metadata.models import (
    CaptureOrganisationUnit,
    Category,
    CategoryCombo,
    CategoryOption,
    CategoryOptionCombo,
    DataElement,
    Option,
    OptionSet,
    OrganisationUnit,
    Program,
    ProgramStage,
    ProgramStageDataElement,
    ProgramTrackedEntityAttribute,
    RelationshipConstraint,
    RelationshipType,
    SearchOrganisationUnit,
    TrackedEntityAttribute,
    TrackedEntityType,
    TrackedEntityTypeAttribute,
)
from tests.personas import persona
from tracker.models import (
    Author,
    Enrollment,
    Event,
    Note,
    ProgramOwner,
    Relationship,
    TrackedEntity,
)
from tracker.pieces import pieces_of
from users.models import User

# Org units of the demo: Badjia and Baoma are chiefdoms of Bo, Ngelehun lies in Badjia.
ROOT, BO, BADJIA, BAOMA, NGELEHUN = "ImspTQPwCqd", "O6uvpzGd5pu", "YuQRtpLP10I", "vWbkYPRmKyS", "DiszpKrYNg8"
OPEN_TO_ALL = {"public": "rwrw----", "users": {}, "userGroups": {}}
NO_DATA = {"public": "rw------", "users": {}, "userGroups": {}}
READ_ONLY = {"public": "rwr-----", "users": {}, "userGroups": {}}
CLOSED_TO_ALL = {"public": "--------", "users": {}, "userGroups": {}}
_numbers = count(1)


def place(uid: str) -> OrganisationUnit:
    """An org unit of the demo."""
    return OrganisationUnit.objects.get(uid=uid)


def someone_at(
    username: str, capture: Sequence[str] = (), search: Sequence[str] = (), authorities: Sequence[str] = ()
) -> User:
    """A user with these org units and authorities."""
    user = persona(username, authorities)
    CaptureOrganisationUnit.objects.bulk_create(
        CaptureOrganisationUnit(user=user, organisation_unit=place(uid)) for uid in capture
    )
    SearchOrganisationUnit.objects.bulk_create(
        SearchOrganisationUnit(user=user, organisation_unit=place(uid)) for uid in search
    )
    return user


def _called(kind: str, members: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{kind} {next(_numbers)} {generate_uid()}"
    return {"name": name, **members}


def make_type(**members: Any) -> TrackedEntityType:
    """A tracked entity type that everybody writes data of."""
    return TrackedEntityType.objects.create(
        **_called("Type", {"short_name": generate_uid(), "sharing": OPEN_TO_ALL, **members})
    )


def make_attribute(
    *, of_type: TrackedEntityType | None = None, of_program: Program | None = None, mandatory: bool = False,
    searchable: bool = False, **members: Any,
) -> TrackedEntityAttribute:  # fmt: skip
    """An attribute, of TEXT unless said otherwise, and part of a type or a program."""
    attribute = TrackedEntityAttribute.objects.create(
        **_called("Attribute", {
            "short_name": generate_uid(), "aggregation_type": "NONE", "value_type": "TEXT", "sharing": OPEN_TO_ALL,
            **members,
        })
    )  # fmt: skip
    if of_type is not None:
        TrackedEntityTypeAttribute.objects.create(
            tracked_entity_type=of_type, tracked_entity_attribute=attribute, mandatory=mandatory,
            searchable=searchable, sort_order=next(_numbers),
        )  # fmt: skip
    if of_program is not None:
        ProgramTrackedEntityAttribute.objects.create(
            program=of_program, tracked_entity_attribute=attribute, mandatory=mandatory, searchable=searchable,
            sort_order=next(_numbers),
        )  # fmt: skip
    return attribute


def make_program(
    type: TrackedEntityType | None = None, *, org_units: Sequence[str] = (ROOT, BO, BADJIA, BAOMA, NGELEHUN),
    **members: Any,
) -> Program:  # fmt: skip
    """A program: of a type with registration, without one an event program. Assigned to the named org units."""
    members = {
        "short_name": generate_uid(), "sharing": OPEN_TO_ALL, "tracked_entity_type": type,
        "program_type": "WITHOUT_REGISTRATION" if type is None else "WITH_REGISTRATION",
        "category_combo": members.pop("category_combo", None) or CategoryCombo.objects.get(name="default"),
        "display_incident_date": False, **members,
    }  # fmt: skip
    program = Program.objects.create(**_called("Program", members))
    program.organisation_units.add(*OrganisationUnit.objects.filter(uid__in=org_units))
    return program


def make_stage(program: Program, **members: Any) -> ProgramStage:
    """A repeatable stage of a program."""
    members = {"sharing": OPEN_TO_ALL, "repeatable": True, "sort_order": next(_numbers), **members}
    return ProgramStage.objects.create(program=program, **_called("Stage", members))


def make_data_element(stage: ProgramStage | None = None, *, compulsory: bool = False, **members: Any) -> DataElement:
    """A data element, of TEXT unless said otherwise, and part of a stage."""
    element = DataElement.objects.create(
        **_called("Element", {
            "short_name": generate_uid(), "aggregation_type": "NONE", "value_type": "TEXT", "domain_type": "TRACKER",
            "category_combo": CategoryCombo.objects.get(name="default"), "sharing": OPEN_TO_ALL, **members,
        })
    )  # fmt: skip
    if stage is not None:
        ProgramStageDataElement.objects.create(
            program_stage=stage, data_element=element, compulsory=compulsory, sort_order=next(_numbers)
        )
    return element


def make_option_set(*codes: str, value_type: str = "TEXT") -> OptionSet:
    """An option set with these codes."""
    options = OptionSet.objects.create(**_called("Options", {"value_type": value_type, "sharing": OPEN_TO_ALL}))
    Option.objects.bulk_create(
        Option(
            uid=generate_uid(), name=code, code=code, option_set=options, sort_order=place,
            created=timezone.now(), last_updated=timezone.now(),
        ) for place, code in enumerate(codes, 1)
    )  # fmt: skip
    return options


def make_relationship_type(
    from_type: TrackedEntityType | None = None, to_type: TrackedEntityType | None = None, *,
    from_kind: str = "TRACKED_ENTITY_INSTANCE", to_kind: str = "TRACKED_ENTITY_INSTANCE", **members: Any,
) -> RelationshipType:  # fmt: skip
    """A relationship type; kinds are TRACKED_ENTITY_INSTANCE, PROGRAM_INSTANCE, PROGRAM_STAGE_INSTANCE."""
    made = RelationshipType.objects.create(
        **_called("Relation", {
            "from_to_name": "from to", "bidirectional": False, "referral": False, "sharing": OPEN_TO_ALL, **members,
        })
    )  # fmt: skip
    for role, kind, type in (("from", from_kind, from_type), ("to", to_kind, to_type)):
        RelationshipConstraint.objects.create(
            relationship_type=made, role=role, relationship_entity=kind, tracked_entity_type=type,
            sort_order=next(_numbers),
        )  # fmt: skip
    return made


def default_combo() -> CategoryOptionCombo:
    """The default attribute option combo."""
    return CategoryOptionCombo.objects.get(uid="HllvX50cXC0")


def author(user: User) -> Author:
    """The snapshot of a user."""
    return Author.objects.get_or_create(
        uid=user.uid, username=user.username, first_name=user.first_name, surname=user.surname
    )[0]


def _stamped(members: Mapping[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    return {"uid": generate_uid(), "created_at": now, "updated_at": now, **members}


def stored_entity(
    type: TrackedEntityType, org_unit: str, values: Mapping[TrackedEntityAttribute, str] | None = None, **members: Any
) -> TrackedEntity:
    """A tracked entity with attribute values."""
    entity = TrackedEntity.objects.create(
        tracked_entity_type=type, organisation_unit=place(org_unit), **_stamped(members)
    )
    for attribute, value in (values or {}).items():
        stored_value(entity, attribute, value)
    return entity


def stored_value(entity: TrackedEntity, attribute: TrackedEntityAttribute, value: str) -> None:
    """An attribute value, found by search where a program or type searches by it."""
    searchable = (
        TrackedEntityTypeAttribute.objects.filter(tracked_entity_attribute=attribute, searchable=True).exists()
        or ProgramTrackedEntityAttribute.objects.filter(tracked_entity_attribute=attribute, searchable=True).exists()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracked_entity_attribute_value (tracked_entity_id, attribute_id, pieces, created_at,"
            " updated_at, value, unique_key) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                entity.pk, attribute.pk, pieces_of(attribute.pk, value) if searchable else None, entity.created_at,
                entity.updated_at, value, value.lower() if attribute.unique and not attribute.orgunit_scope else None,
            ],
        )  # fmt: skip


def stored_enrollment(
    entity: TrackedEntity, program: Program, org_unit: str, *, owner: str | None = "", **members: Any
) -> Enrollment:
    """An enrollment, and the owner that its first one makes (`owner`: another org unit; None: no owner)."""
    enrollment = Enrollment.objects.create(
        tracked_entity=entity, program=program, organisation_unit=place(org_unit),
        **_stamped({"enrolled_at": timezone.now(), "occurred_at": timezone.now(), **members}),
    )  # fmt: skip
    if owner is not None and not ProgramOwner.objects.filter(tracked_entity=entity, program=program).exists():
        ProgramOwner.objects.create(
            tracked_entity=entity, program=program, organisation_unit=place(owner or org_unit),
            created_at=enrollment.created_at,
        )  # fmt: skip
    return enrollment


def stored_event(
    parent: Enrollment | Program, stage: ProgramStage, org_unit: str, values: Mapping[DataElement, str] | None = None,
    **members: Any,
) -> Event:  # fmt: skip
    """An event of an enrollment, or of an event program."""
    if isinstance(parent, Program):
        parent, _ = Enrollment.objects.get_or_create(
            program=parent, tracked_entity=None, defaults=_stamped({"enrolled_at": timezone.now()})
        )
    members = {"occurred_at": timezone.now(), "attribute_option_combo": default_combo(), **members}
    return Event.objects.create(
        enrollment=parent, tracked_entity_id=parent.tracked_entity_id, program_id=parent.program_id,
        program_stage=stage, organisation_unit=place(org_unit),
        data_values={element.uid: {"value": value} for element, value in (values or {}).items()},
        **_stamped(members),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody who is enrolled at Badjia: in a program of his type, which has one stage."""

    type: TrackedEntityType
    program: Program
    stage: ProgramStage
    entity: TrackedEntity
    enrollment: Enrollment


def enrolled_person(sharing: Mapping[str, Any] = OPEN_TO_ALL, **members: Any) -> Enrolled:
    """With metadata of that sharing; `members` are the tracked entity's."""
    type = make_type(sharing=sharing)
    program = make_program(type, sharing=sharing)
    stage = make_stage(program, sharing=sharing)
    entity = stored_entity(type, BADJIA, **members)
    return Enrolled(type, program, stage, entity, stored_enrollment(entity, program, BADJIA))


def stored_note(on: Enrollment | Event, value: str, **members: Any) -> Note:
    """A note on an enrollment or event."""
    side = {"enrollment": on} if isinstance(on, Enrollment) else {"event": on}
    return Note.objects.create(value=value, **{"uid": generate_uid(), "stored_at": timezone.now(), **side, **members})


def stored_relationship(
    type: RelationshipType, from_: TrackedEntity | Enrollment | Event, to: TrackedEntity | Enrollment | Event,
    **members: Any,
) -> Relationship:  # fmt: skip
    """A relationship."""
    columns = {TrackedEntity: "tracked_entity", Enrollment: "enrollment", Event: "event"}
    sides = {f"from_{columns[from_.__class__]}": from_, f"to_{columns[to.__class__]}": to}
    kinds = {TrackedEntity: "trackedEntity", Enrollment: "enrollment", Event: "event"}
    ends = [f"{kinds[end.__class__]}:{end.uid}" for end in (from_, to)]
    key = ":".join([type.uid, *(sorted(ends) if type.bidirectional else ends)])
    return Relationship.objects.create(relationship_type=type, key=key, **sides, **_stamped(members))


def day(text: str) -> datetime:
    """`2024-05-01` or `2024-05-01T10:00:00` in the server's time zone."""
    return timezone.make_aware(datetime.fromisoformat(text))


def make_category_combo(*options: CategoryOption) -> tuple[CategoryCombo, list[CategoryOptionCombo]]:
    """A combo of one category with these options, and its option combos."""
    category = Category.objects.create(
        **_called("Category", {
            "short_name": generate_uid(), "data_dimension_type": "ATTRIBUTE", "sharing": OPEN_TO_ALL,
        })
    )  # fmt: skip
    category.category_options.set(options)
    combo = CategoryCombo.objects.create(
        **_called("Combo", {"data_dimension_type": "ATTRIBUTE", "skip_total": False, "sharing": OPEN_TO_ALL})
    )
    combo.categories.set([category])
    combos = []
    for option in options:
        made = CategoryOptionCombo.objects.create(name=option.name, category_combo=combo)
        made.category_options.set([option])
        combos.append(made)
    return combo, combos


def make_category_option(**members: Any) -> CategoryOption:
    """A category option that everybody writes data of."""
    return CategoryOption.objects.create(
        **_called("Option", {"short_name": generate_uid(), "sharing": OPEN_TO_ALL, **members})
    )
