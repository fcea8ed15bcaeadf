"""Which attributes of a tracked entity a request may ask for: those of its type, and those of the program it names."""

from __future__ import annotations

from metadata.models import ProgramTrackedEntityAttribute, TrackedEntityTypeAttribute
from tracker.models import TrackedEntity


def shown_attributes(entity: int, program: int | None) -> list[int]:
    """Their keys; `entity` and `program` are keys. One query."""
    type = TrackedEntity.objects.filter(pk=entity).values("tracked_entity_type_id")
    rows = TrackedEntityTypeAttribute.objects.filter(tracked_entity_type_id__in=type).order_by()
    keys = rows.values_list("tracked_entity_attribute_id", flat=True)
    if program is not None:
        asked = ProgramTrackedEntityAttribute.objects.filter(program_id=program).order_by()
        keys = keys.union(asked.values_list("tracked_entity_attribute_id", flat=True))
    return list(keys)
