"""Relationship types: what each end needs, and what a tracker data view may show of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from dhis2api.objects.errors import E4000
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.enums import RelationshipEntity
from metadata.errors import E4023, E4024, E4314
from metadata.models import (
    ProgramStage,
    ProgramStageDataElement,
    ProgramTrackedEntityAttribute,
    RelationshipConstraint,
    RelationshipType,
    TrackedEntityTypeAttribute,
)

# DHIS2's historic names of the sides, which its messages still carry.
SIDES = (("fromConstraint", "leftConstraint"), ("toConstraint", "rightConstraint"))

# What one end of a relationship type needs, and what it must not have.
NEEDS = {
    RelationshipEntity.TRACKED_ENTITY_INSTANCE: (("tracked_entity_type",), ("program_stage",)),
    RelationshipEntity.PROGRAM_INSTANCE: (("program",), ("tracked_entity_type", "program_stage")),
    RelationshipEntity.PROGRAM_STAGE_INSTANCE: (("program_stage",), ("tracked_entity_type",)),
}
_WIRE = {"tracked_entity_type": "trackedEntityType", "program": "program", "program_stage": "programStage"}


def sides_are_complete(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
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


def delete_types_of_programs(keys: Sequence[int]) -> None:
    """Relationship types that name a deleted program go with it."""
    stages = ProgramStage.objects.filter(program_id__in=keys).values("pk")
    naming = RelationshipConstraint.objects.filter(program_id__in=keys) | RelationshipConstraint.objects.filter(
        program_stage_id__in=stages
    )
    RelationshipType.objects.filter(pk__in=naming.values("relationship_type_id")).delete()


def data_views_belong_to_sides(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4314: a data view shows attributes and data elements of its side's type, program or stage."""
    sides = [
        (item, name, row.values)
        for item in objects for name, _ in SIDES for row in item.embedded.get(name) or ()
        if isinstance(row.values.get("tracker_data_view"), dict)
    ]  # fmt: skip
    if not sides:
        return
    shown = _Shown(bundle, [values for _, _, values in sides])
    for item, name, values in sides:
        view = values["tracker_data_view"]
        for member, allowed in (("attributes", shown.attributes(values)), ("dataElements", shown.elements(values))):
            for uid in _uids(view.get(member)):
                if uid not in allowed:
                    item.faults.append(Fault(E4314, (name, uid), name, main_id=item.uid))


def _uids(given: Any) -> list[str]:
    """The ids of a list of texts or of references."""
    items = given if isinstance(given, list) else []
    return [str(item.get("id")) if isinstance(item, dict) else str(item) for item in items]


class _Shown:
    """Uids of what programs, stages and types consist of, by their primary keys; the payload's own included."""

    def __init__(self, bundle: Bundle, sides: list[dict[str, Any]]) -> None:
        self._by: dict[tuple[str, int], set[str]] = defaultdict(set)
        keys = {c: {side.get(f"{c}_id") for side in sides} - {None} for c in _WIRE}
        self._load(ProgramTrackedEntityAttribute, "program", keys["program"], "tracked_entity_attribute__uid")
        self._load(
            TrackedEntityTypeAttribute, "tracked_entity_type", keys["tracked_entity_type"],
            "tracked_entity_attribute__uid",
        )  # fmt: skip
        self._load(ProgramStageDataElement, "program_stage", keys["program_stage"], "data_element__uid")
        self._programs = dict(ProgramStage.objects.filter(pk__in=keys["program_stage"]).values_list("pk", "program_id"))
        self._add(bundle, "program", "programTrackedEntityAttributes", "program", "tracked_entity_attribute_id")
        self._add(
            bundle, "trackedEntityType", "trackedEntityTypeAttributes", "tracked_entity_type",
            "tracked_entity_attribute_id",
        )  # fmt: skip
        self._add(bundle, "programStage", "programStageDataElements", "program_stage", "data_element_id")

    def attributes(self, side: dict[str, Any]) -> set[str]:
        program = side.get("program_id") or self._programs.get(side.get("program_stage_id"))
        of_type = self._by["tracked_entity_type", side.get("tracked_entity_type_id") or 0]
        return self._by["program", program or 0] | of_type

    def elements(self, side: dict[str, Any]) -> set[str]:
        return self._by["program_stage", side.get("program_stage_id") or 0]

    def _load(self, model: Any, owner: str, keys: set[int], member: str) -> None:
        for key, uid in model.objects.filter(**{f"{owner}_id__in": keys}).values_list(f"{owner}_id", member):
            self._by[owner, key].add(uid)

    def _add(self, bundle: Bundle, singular: str, rows: str, owner: str, column: str) -> None:
        target = "dataElement" if column == "data_element_id" else "trackedEntityAttribute"
        for item in bundle.of(singular):
            for raw in item.raw.get(rows) or ():
                found = raw.get(target) if isinstance(raw, dict) else None
                if isinstance(found, dict) and isinstance(found.get("id"), str):
                    self._by[owner, item.pk].add(found["id"])
