"""Who reads which tracker data: one table against a reference that is written from the rules alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from tests.tracker import world
from tracker.access.reader import reader_of
from tracker.access.reading import (
    find_readable_enrollment,
    find_readable_entity,
    find_readable_event,
    find_readable_relationship,
)
from tracker.models import TemporaryOwner

pytestmark = pytest.mark.django_db

PLACES = {"capture": world.BADJIA, "search": world.BAOMA, "elsewhere": world.BO}
LEVELS = ("OPEN", "AUDITED", "PROTECTED", "CLOSED")
CLOSED_PARTS = ("nothing", "program", "type", "stage")


def may_read(kind: str, place: str, level: str, closed: str, *, is_granted: bool = False) -> bool:
    """The reference: sharing first, then the scope that the access level asks for."""
    if closed == "program" or (closed == "type" and kind != "single event"):
        return False
    if closed == "stage" and kind.endswith("event"):
        return False
    if level in ("OPEN", "AUDITED"):
        return place in ("capture", "search")
    return place == "capture" or (is_granted and level == "PROTECTED" and kind != "single event")


class Case:
    """A tracked entity with an enrollment, an event and a relationship, an event of an event program, and a reader."""

    def __init__(self, place: str, level: str, closed: str, *, is_granted: bool = False) -> None:
        def sharing(part: str) -> dict[str, Any]:
            return world.NO_DATA if part == closed else world.READ_ONLY

        org_unit = PLACES[place]
        self.user = world.someone_at("reader", [world.BADJIA], [world.BAOMA])
        self.type = world.make_type(sharing=sharing("type"))
        self.program = world.make_program(self.type, access_level=level, sharing=sharing("program"))
        stage = world.make_stage(self.program, sharing=sharing("stage"))
        single = world.make_program(access_level=level, sharing=sharing("program"))
        self.entity = world.stored_entity(self.type, world.BADJIA)
        self.enrollment = world.stored_enrollment(self.entity, self.program, world.BADJIA, owner=org_unit)
        self.event = world.stored_event(self.enrollment, stage, world.BADJIA)
        self.single_event = world.stored_event(single, world.make_stage(single, sharing=sharing("stage")), org_unit)
        self.relationship = world.stored_relationship(
            world.make_relationship_type(self.type, from_kind="PROGRAM_STAGE_INSTANCE"), self.event, self.entity
        )
        if is_granted:
            now = timezone.now()
            TemporaryOwner.objects.create(
                tracked_entity=self.entity, program=self.program, user=self.user, reason="x", created_at=now,
                valid_till=now + timedelta(hours=3),
            )  # fmt: skip

    def read(self) -> dict[str, bool]:
        reader = reader_of(self.user)
        return {
            "entity": find_readable_entity(reader, self.entity.uid) is not None,
            "enrollment": find_readable_enrollment(reader, self.enrollment.uid) is not None,
            "event": find_readable_event(reader, self.event.uid) is not None,
            "single event": find_readable_event(reader, self.single_event.uid) is not None,
            "relationship": find_readable_relationship(reader, self.relationship.uid) is not None,
        }


@pytest.mark.parametrize(("place", "level"), list(product(PLACES, LEVELS)))
def test_single_objects_are_read_as_the_reference_says(place: str, level: str) -> None:
    case = Case(place, level, "nothing")

    expected = {
        kind: may_read(kind, place, level, "nothing") for kind in ("entity", "enrollment", "event", "single event")
    }
    expected["relationship"] = expected["event"] and expected["entity"]
    assert case.read() == expected


@pytest.mark.parametrize("closed", CLOSED_PARTS[1:])
def test_a_part_without_data_read_hides_what_belongs_to_it(closed: str) -> None:
    case = Case("capture", "OPEN", closed)

    expected = {
        kind: may_read(kind, "capture", "OPEN", closed) for kind in ("entity", "enrollment", "event", "single event")
    }
    expected["relationship"] = expected["event"] and expected["entity"]
    assert case.read() == expected
