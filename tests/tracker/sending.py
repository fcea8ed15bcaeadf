"""A small program, and what tests send of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from files.models import FileResource
from metadata.models import DataElement, Program, ProgramStage, TrackedEntityAttribute, TrackedEntityType
from tests.harness.client import Answer, ApiClient
from tests.harness.forms import file_part, post_form
from tests.tracker import world
from tracker.models import Event

ENTITY, ENROLLMENT, EVENT = "TeSending01", "EnSending01", "EvSending01"


@dataclass(frozen=True, slots=True)
class Clinic:
    """A tracker program with one repeatable stage, an attribute of the type, one of the program, two data elements."""

    type: TrackedEntityType
    program: Program
    stage: ProgramStage
    name: TrackedEntityAttribute
    card: TrackedEntityAttribute
    weight: DataElement
    remark: DataElement

    def person(self, uid: str = ENTITY, **members: Any) -> dict[str, Any]:
        """A tracked entity at Ngelehun."""
        return {
            "trackedEntity": uid, "trackedEntityType": self.type.uid, "orgUnit": world.NGELEHUN, **members,
        }  # fmt: skip

    def enrollment(self, uid: str = ENROLLMENT, **members: Any) -> dict[str, Any]:
        """An enrollment of the person at Ngelehun."""
        return {
            "enrollment": uid, "program": self.program.uid, "orgUnit": world.NGELEHUN, "trackedEntity": ENTITY,
            "enrolledAt": "2024-05-01", "occurredAt": "2024-05-01", **members,
        }  # fmt: skip

    def event(self, uid: str = EVENT, values: dict[DataElement, Any] | None = None, **members: Any) -> dict[str, Any]:
        """An event of the enrollment at Ngelehun."""
        sent = [{"dataElement": element.uid, "value": value} for element, value in (values or {}).items()]
        return {
            "event": uid, "programStage": self.stage.uid, "orgUnit": world.NGELEHUN, "enrollment": ENROLLMENT,
            "occurredAt": "2024-05-02", "dataValues": sent, **members,
        }  # fmt: skip

    def visit(self, **members: Any) -> dict[str, Any]:
        """All of it, nested."""
        event = self.event(values={self.weight: "3200", self.remark: "well"}, **members)
        enrollment = self.enrollment(attributes=[value(self.card, "77")], events=[event])
        return {"trackedEntities": [self.person(attributes=[value(self.name, "Ana")], enrollments=[enrollment])]}


def make_clinic(**members: Any) -> Clinic:
    """The program and what belongs to it; `members` are the program's."""
    type = world.make_type()
    program = world.make_program(type, **members)
    stage = world.make_stage(program)
    return Clinic(
        type, program, stage, world.make_attribute(of_type=type), world.make_attribute(of_program=program),
        world.make_data_element(stage), world.make_data_element(stage),
    )  # fmt: skip


def value(attribute: TrackedEntityAttribute, text: Any) -> dict[str, Any]:
    """An entry of `attributes`."""
    return {"attribute": attribute.uid, "value": text}


def send(api: ApiClient, body: dict[str, Any], query: str = "", *, user: str = "admin") -> Answer:
    """Import at once."""
    return api.post(f"/api/tracker?async=false{query}", body, user=user)


def upload(api: ApiClient, content: bytes, name: str) -> FileResource:
    """Store a file that no value has yet."""
    answer = post_form(api, "/api/fileResources", file=file_part(content, name), domain="DATA_VALUE")
    return FileResource.objects.get(uid=answer.json["response"]["fileResource"]["id"])


def codes(answer: Answer) -> set[tuple[str, str, str]]:
    """Code, type and uid of each error of a report."""
    errors = answer.json["validationReport"]["errorReports"]
    return {(error["errorCode"], error["trackerType"], error["uid"]) for error in errors}


def stored_values(uid: str = ENTITY) -> dict[str, str]:
    """The attribute values of a tracked entity, by attribute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attribute.uid, value FROM tracked_entity_attribute_value JOIN tracked_entity entity"
            " ON entity.id = tracked_entity_id JOIN metadata_trackedentityattribute attribute"
            " ON attribute.id = attribute_id WHERE entity.uid = %s", [uid],
        )  # fmt: skip
        return dict(cursor.fetchall())


def values_of(uid: str = EVENT) -> dict[str, str]:
    """The data values of an event, by data element."""
    return {name: entry["value"] for name, entry in Event.objects.get(uid=uid).data_values.items()}
