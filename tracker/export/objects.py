"""Objects of a kind by their keys, ready to be shown: rows, then relationships, then authors, then `fields`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.access.statements import Values
from tracker.export import shapes
from tracker.export.fields import Plan, Shape, plan_of
from tracker.export.rendering.enrollments import load_enrollments
from tracker.export.rendering.entities import load_entities
from tracker.export.rendering.events import load_events
from tracker.export.rendering.relationships import fill, load_relationships
from tracker.export.rendering.session import Session

Load = Callable[[Session, Sequence[int], Plan], dict[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the lists: their name, the shape of an object, the default `fields`, how to load."""

    plural: str
    shape: Shape
    default_fields: str
    load: Load

    def plan(self, fields: Sequence[str]) -> Plan:
        """What is shown of each object."""
        return plan_of(fields, self.default_fields, self.shape)


def _enrollments(session: Session, keys: Sequence[int], plan: Plan) -> dict[int, dict[str, Any]]:
    values = Values()
    condition = f"en.id = ANY({values.bind(list(keys))})"
    return {key: shown for key, _, shown in load_enrollments(session, condition, values, plan, are_readable=True)}


def _events(session: Session, keys: Sequence[int], plan: Plan) -> dict[int, dict[str, Any]]:
    values = Values()
    condition = f"ev.id = ANY({values.bind(list(keys))})"
    return {key: shown for key, _, shown in load_events(session, condition, values, plan, are_readable=True)}


ENTITIES = Kind("trackedEntities", shapes.ENTITY, shapes.ENTITY_DEFAULT, load_entities)
ENROLLMENTS = Kind("enrollments", shapes.ENROLLMENT, shapes.ENROLLMENT_DEFAULT, _enrollments)
EVENTS = Kind("events", shapes.EVENT, shapes.EVENT_DEFAULT, _events)
RELATIONSHIPS = Kind("relationships", shapes.RELATIONSHIP, shapes.RELATIONSHIP_DEFAULT, load_relationships)


def load_objects(kind: Kind, session: Session, keys: Sequence[int], plan: Plan) -> list[dict[str, Any]]:
    """The objects in the order of their keys, with all members of what the plan shows."""
    if not keys:
        return []
    found = kind.load(session, keys, plan)
    fill(session)
    session.name_authors()
    return [found[key] for key in keys if key in found]
