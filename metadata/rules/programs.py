"""Programs and their stages, relationship types: what belongs together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dhis2api.objects.errors import E4000
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.value_types import ValueType
from metadata.enums import ProgramType, RelationshipEntity
from metadata.errors import E4010, E4023, E4024, E4053, E6022_PROGRAM
from metadata.models import ProgramStage, RelationshipConstraint, RelationshipType

# DHIS2's historic names of the sides, which its messages still carry.
SIDES = (("fromConstraint", "leftConstraint"), ("toConstraint", "rightConstraint"))

# What one end of a relationship type needs, and what it must not have.
NEEDS = {
    RelationshipEntity.TRACKED_ENTITY_INSTANCE: (("tracked_entity_type",), ("program_stage",)),
    RelationshipEntity.PROGRAM_INSTANCE: (("program",), ("tracked_entity_type", "program_stage")),
    RelationshipEntity.PROGRAM_STAGE_INSTANCE: (("program_stage",), ("tracked_entity_type",)),
}
_WIRE = {"tracked_entity_type": "trackedEntityType", "program": "program", "program_stage": "programStage"}


def program_is_related_to_another(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E6022: no program is related to itself; E4023: an event program to none."""
    related = item.values.get("related_program_id")
    if related is None:
        return
    if related == item.pk:
        yield Fault(E6022_PROGRAM, (item.uid,), "relatedProgram", main_id=item.uid)
    if item.values.get("program_type") == ProgramType.WITHOUT_REGISTRATION:
        yield Fault(E4023, ("relatedProgram", item.raw.get("relatedProgram")), "relatedProgram", main_id=item.uid)


def stages_have_programs(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4053: a stage names its program, or a program of the payload lists it."""
    listed = {pk for program in bundle.of("program") for pk in program.members.get("programStages", ())}
    for item in objects:
        if item.values.get("program_id") is None and item.pk not in listed:
            item.faults.append(Fault(E4053, (item.uid,), "program", main_id=item.uid))


def relationship_sides_are_complete(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4000 for a missing side; E4024 and E4023 for what a side lacks or has too much."""
    for name, historic in SIDES:
        rows = item.embedded.get(name)
        if not rows:
            yield Fault(E4000, (historic,), historic, main_id=item.uid)
            continue
        values = rows[0].values
        entity = values.get("relationship_entity")
        needed, forbidden = NEEDS.get(entity, ((), ()))
        for column in needed:
            if values.get(f"{column}_id") is None:
                yield Fault(E4024, (_WIRE[column], "relationshipEntity", entity), name, main_id=item.uid)
        for column in forbidden:
            if values.get(f"{column}_id") is not None:
                yield Fault(E4023, (_WIRE[column], "set"), name, main_id=item.uid)


def delete_relationship_types(keys: Sequence[int]) -> None:
    """Relationship types that name a deleted program go with it."""
    stages = ProgramStage.objects.filter(program_id__in=keys).values("pk")
    naming = RelationshipConstraint.objects.filter(program_id__in=keys) | RelationshipConstraint.objects.filter(
        program_stage_id__in=stages
    )
    RelationshipType.objects.filter(pk__in=naming.values("relationship_type_id")).delete()


def generated_values_are_texts(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4010: only texts are generated."""
    if item.values.get("generated") and item.values.get("value_type") != ValueType.TEXT:
        yield Fault(E4010, ("generated", item.values.get("value_type")), "generated", main_id=item.uid)
