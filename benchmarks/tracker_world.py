"""What the tracker benchmarks import: a program of two stages, and bundles of people enrolled in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from dhis2api.objects.uids import generate_uids
from metadata.models import OrganisationUnit
from tests.tracker import world

ATTRIBUTES = 5
VALUES = 10  # of an event
EVENTS = 2  # of an enrollment


@dataclass(frozen=True, slots=True)
class TrackerWorld:
    """The uids that a bundle names."""

    type: str
    program: str
    stages: tuple[str, ...]
    attributes: tuple[str, ...]
    elements: tuple[tuple[str, ...], ...]  # by stage
    org_units: tuple[str, ...]


def build_world() -> TrackerWorld:
    """A type, a program assigned everywhere, two attributes to search by and one that is unique."""
    type = world.make_type(name="Benchmark type")
    program = world.make_program(type, name="Benchmark program", org_units=())
    units = list(OrganisationUnit.objects.all())
    program.organisation_units.add(*units)
    kinds = [{"searchable": True}, {"searchable": True}, {"unique": True}, {"value_type": "DATE"}, {}]
    options = world.make_option_set("Female", "Male")
    kinds[4] = {"option_set": options}
    attributes = [world.make_attribute(of_program=program, of_type=type, **kind) for kind in kinds]
    stages = [world.make_stage(program) for _ in range(EVENTS)]
    types = ("NUMBER", "TEXT", "INTEGER", "BOOLEAN", "DATE")
    elements = [
        tuple(world.make_data_element(stage, value_type=types[number % len(types)]).uid for number in range(VALUES))
        for stage in stages
    ]
    places = [unit.uid for unit in units if unit.hierarchy_level == 4]
    return TrackerWorld(
        type.uid, program.uid, tuple(stage.uid for stage in stages), tuple(one.uid for one in attributes),
        tuple(elements), tuple(places),
    )  # fmt: skip


def bundle(world: TrackerWorld, size: int, *, start: int = 0) -> bytes:
    """`size` people, each with five attributes, an enrollment and two events of ten values. `start` keeps the unique
    numbers of several bundles apart."""
    uids = iter(generate_uids(size * (2 + EVENTS)))
    return orjson.dumps({"trackedEntities": [_person(world, start + number, uids) for number in range(size)]})


def _person(world: TrackerWorld, number: int, uids: Any) -> dict[str, Any]:
    unit = world.org_units[number % len(world.org_units)]
    values = (f"First{number % 997}", f"Last{number % 1009}", f"ID-{number}", f"19{number % 90 + 10}-05-17", "Female")
    day = f"2024-{number % 12 + 1:02}-{number % 28 + 1:02}"
    return {
        "trackedEntity": next(uids), "trackedEntityType": world.type, "orgUnit": unit,
        "attributes": [
            {"attribute": uid, "value": value} for uid, value in zip(world.attributes, values, strict=True)
        ],
        "enrollments": [{
            "enrollment": next(uids), "program": world.program, "orgUnit": unit, "enrolledAt": day, "occurredAt": day,
            "status": "ACTIVE",
            "events": [
                {
                    "event": next(uids), "programStage": stage, "orgUnit": unit, "occurredAt": f"{day}T10:00:00.000",
                    "scheduledAt": day, "status": "COMPLETED",
                    "dataValues": [
                        {"dataElement": uid, "value": _value(place, number)} for place, uid in enumerate(elements)
                    ],
                }
                for stage, elements in zip(world.stages, world.elements, strict=True)
            ],
        }],
    }  # fmt: skip


def _value(place: int, number: int) -> str:
    texts = (f"{number % 100}.5", f"text {number % 1000}", str(number % 50), "true", "2024-05-17")
    return texts[place % len(texts)]
