"""Who reads which tracker data: one table against a reference that is written from the rules alone."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from tests.harness.client import ApiClient
from tests.tracker import world
from tracker.access.reader import reader_of
from tracker.access.reading import (
    find_readable_enrollment,
    find_readable_entity,
    find_readable_event,
    find_readable_relationship,
)
from tracker.models import TemporaryOwner, TrackedEntity

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

    def expected(self, place: str, level: str, closed: str, *, is_granted: bool = False) -> dict[str, bool]:
        found = {
            kind: may_read(kind, place, level, closed, is_granted=is_granted)
            for kind in ("entity", "enrollment", "event", "single event")
        }
        return found | {"relationship": found["event"] and found["entity"]}

    def listed(self, api: ApiClient) -> dict[str, bool]:
        """What lists show, and where there are several ways to the same, that these agree."""

        def uids(path: str, member: str) -> list[str]:
            answer = api.get(f"/api/tracker/{path}&totalPages=true", user="reader")
            if answer.status == 403:  # something is named that is closed
                return []
            assert answer.status == 200, answer
            body = answer.json
            (found,) = (value for name, value in body.items() if name != "pager")
            assert body["pager"].get("total", 0) == len(found)
            return [one[member] for one in found]

        def rows(path: str) -> list[str]:
            answer = api.get(f"/api/tracker/{path}&skipHeader=true", user="reader")
            return answer.text.splitlines() if answer.status == 200 else []

        entities = f"trackedEntities={self.entity.uid}"
        events = f"events={self.event.uid},{self.single_event.uid}"
        found = uids(f"events?{events}", "event")
        assert len(rows(f"events.csv?{events}")) == len(found)
        assert len(rows(f"trackedEntities.csv?{entities}")) == len(uids(f"trackedEntities?{entities}", "trackedEntity"))
        with_program = f"program={self.program.uid}&{entities}"
        assert uids(f"trackedEntities?{with_program}", "trackedEntity") == uids(
            f"trackedEntities?{entities}", "trackedEntity"
        )
        return {
            "entity": bool(uids(f"trackedEntities?{entities}", "trackedEntity")),
            "enrollment": bool(uids(f"enrollments?enrollments={self.enrollment.uid}", "enrollment")),
            "event": self.event.uid in found,
            "single event": self.single_event.uid in found,
            "relationship": bool(uids(f"relationships?event={self.event.uid}", "relationship")),
        }

    def nested(self, api: ApiClient) -> dict[str, bool]:
        """What the tracked entity shows of the others, and what other objects show of it."""
        answer = api.get(f"/api/tracker/trackedEntities/{self.entity.uid}?fields=*", user="reader")
        shown = answer.json if answer.status == 200 else {}
        enrollments = shown.get("enrollments", [])
        events = [event for enrollment in enrollments for event in enrollment["events"]]
        return {
            "entity": bool(shown),
            "enrollment": bool(enrollments),
            "event": bool(events),
            "relationship": any(event["relationships"] for event in events),
        }


@pytest.mark.parametrize(("place", "level"), list(product(PLACES, LEVELS)))
def test_every_way_to_an_object_asks_the_same(api: ApiClient, place: str, level: str) -> None:
    case = Case(place, level, "nothing")

    expected = case.expected(place, level, "nothing")
    assert case.read() == expected
    assert case.listed(api) == expected
    assert case.nested(api).items() <= expected.items()


@pytest.mark.parametrize("closed", CLOSED_PARTS[1:])
def test_a_part_without_data_read_hides_what_belongs_to_it(api: ApiClient, closed: str) -> None:
    case = Case("capture", "OPEN", closed)

    expected = case.expected("capture", "OPEN", closed)
    assert case.read() == expected
    assert case.listed(api) == expected
    assert case.nested(api).items() <= (expected | {"enrollment": expected["entity"]}).items()


@pytest.mark.parametrize("level", LEVELS)
def test_who_broke_the_glass_reads_what_is_protected(api: ApiClient, level: str) -> None:
    case = Case("search", level, "nothing", is_granted=True)

    expected = case.expected("search", level, "nothing", is_granted=True)
    assert case.read() == expected
    assert case.listed(api) == expected
    assert case.nested(api).items() <= expected.items()


def test_an_entity_without_enrollment_is_read_by_where_it_was_registered(api: ApiClient) -> None:
    world.someone_at("reader", [world.BADJIA])
    type = world.make_type()
    world.make_program(type)
    near, far = world.stored_entity(type, world.NGELEHUN), world.stored_entity(type, world.BAOMA)

    statuses = [api.get(f"/api/tracker/trackedEntities/{one.uid}", user="reader").status for one in (near, far)]

    assert statuses == [200, 404]


def test_an_entity_of_a_type_without_program_is_shown_to_nobody(api: ApiClient) -> None:
    entity = world.stored_entity(world.make_type(), world.BADJIA)

    assert api.get(f"/api/tracker/trackedEntities/{entity.uid}").status == 404


def test_one_open_program_shows_the_entity_but_not_its_closed_enrollment(api: ApiClient) -> None:
    case = Case("search", "CLOSED", "nothing")
    world.stored_enrollment(case.entity, world.make_program(case.type), world.BAOMA)

    shown = api.get(f"/api/tracker/trackedEntities/{case.entity.uid}?fields=enrollments[program]", user="reader").json
    named = api.get(f"/api/tracker/trackedEntities/{case.entity.uid}?program={case.program.uid}", user="reader")

    assert case.program.uid not in [one["program"] for one in shown["enrollments"]]
    assert len(shown["enrollments"]) == 1
    assert named.status == 404


@pytest.mark.parametrize(
    ("level", "message"), [("PROTECTED", "OWNERSHIP_ACCESS_DENIED"), ("CLOSED", "PROGRAM_ACCESS_CLOSED")]
)
def test_up_to_41_clients_are_told_that_somebody_else_owns_an_entity(api: ApiClient, level: str, message: str) -> None:
    case = Case("search", level, "nothing")
    path = f"trackedEntities/{case.entity.uid}?program={case.program.uid}"

    old, new = (api.get(f"/api/{version}/tracker/{path}", user="reader") for version in (41, 42))

    assert (old.status, old.json["message"], new.status) == (403, message, 404)


@pytest.mark.parametrize("path", ["trackedEntities", "enrollments", "events", "relationships"])
def test_somebody_without_org_units_reads_nothing(api: ApiClient, path: str) -> None:
    world.someone_at("nobody")

    answer = api.get(f"/api/tracker/{path}/Prabcdefgh1", user="nobody")

    assert answer.status == 403


def test_a_superuser_is_bound_to_his_org_units_unless_he_asks_for_all(api: ApiClient) -> None:
    case = Case("search", "CLOSED", "nothing")
    world.someone_at("chief", [world.BADJIA], [], ["ALL"])
    asked = f"/api/tracker/enrollments?program={case.program.uid}"

    own = api.get(asked, user="chief").json["enrollments"]
    every = api.get(f"{asked}&orgUnitMode=ALL", user="chief").json["enrollments"]

    assert (len(own), len(every)) == (0, 1)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "At least 2 attributes should be mentioned in the search criteria."),
        ("&filter={hidden}:eq:x", "{hidden}"),
        ("&filter={name}:sw:a,{other}:sw:b", "maxteicountreached"),
        ("&filter={unique}:eq:nobody", None),
        ("&trackedEntities=Prabcdefgh1", None),
        ("&orgUnitMode=CAPTURE", None),
        ("&orgUnits=YuQRtpLP10I", None),
    ],
)  # fmt: skip
def test_beyond_the_capture_scope_only_careful_searches_are_answered(
    api: ApiClient, query: str, message: str | None
) -> None:
    world.someone_at("reader", [world.BADJIA], [world.BO])
    type = world.make_type(min_attributes_required_to_search=2, max_tei_count_to_return=1)
    world.make_program(type)
    attributes = {
        "name": world.make_attribute(of_type=type, searchable=True),
        "other": world.make_attribute(of_type=type, searchable=True),
        "unique": world.make_attribute(of_type=type, searchable=True, unique=True),
        "hidden": world.make_attribute(of_type=type),
    }
    for _ in range(2):
        world.stored_entity(type, world.BAOMA, {attributes["name"]: "Ann", attributes["other"]: "Bo"})
    names = {name: one.uid for name, one in attributes.items()}

    answer = api.get(
        f"/api/tracker/trackedEntities?trackedEntityType={type.uid}{query.format(**names)}", user="reader"
    )  # fmt: skip

    if message is None:
        assert answer.status == 200, answer
    else:
        assert (answer.status, message.format(**names) in answer.json["message"]) == (409, True), answer


class Secret:
    """Two people with a value of an attribute of a program that the reader may not read, seen by another program."""

    def __init__(self) -> None:
        world.someone_at("reader", [world.BADJIA])
        self.type = world.make_type()
        self.open = world.make_program(self.type)
        closed = world.make_program(self.type, sharing=world.NO_DATA)
        self.secret = world.make_attribute(of_program=closed, searchable=True)
        stage = world.make_stage(self.open)
        self.entities, self.events = [], []
        for value in ("positive", "negative"):
            entity = world.stored_entity(self.type, world.BADJIA, {self.secret: value})
            world.stored_enrollment(entity, closed, world.BADJIA)
            self.entities.append(entity.uid)
            self.events.append(
                world.stored_event(world.stored_enrollment(entity, self.open, world.BADJIA), stage, world.BADJIA).uid
            )


@pytest.mark.parametrize("condition", ["eq:positive", "like:posit", "!null", "ne:x"])
def test_nobody_learns_by_filters_what_answers_do_not_show(api: ApiClient, condition: str) -> None:
    case = Secret()
    attribute = case.secret.uid

    people = api.get(
        f"/api/tracker/trackedEntities?trackedEntityType={case.type.uid}&filter={attribute}:{condition}", user="reader"
    )
    events = api.get(
        f"/api/tracker/events?program={case.open.uid}&filterAttributes={attribute}:{condition}", user="reader"
    )  # fmt: skip

    assert (people.json["trackedEntities"], events.json["events"]) == ([], [])


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_nor_by_the_order_of_answers(api: ApiClient, direction: str) -> None:
    case = Secret()
    order = f"order={case.secret.uid}:{direction}"

    people = api.get(f"/api/tracker/trackedEntities?program={case.open.uid}&{order}", user="reader").json
    events = api.get(f"/api/tracker/events?program={case.open.uid}&{order}", user="reader").json

    assert [one["trackedEntity"] for one in people["trackedEntities"]] == case.entities[::-1]  # newest first
    assert [one["event"] for one in events["events"]] == case.events[::-1]


def test_a_value_that_a_readable_program_shows_is_found_without_naming_it(api: ApiClient) -> None:
    case = Secret()
    shown = world.make_attribute(of_program=case.open)
    world.stored_value(TrackedEntity.objects.get(uid=case.entities[0]), shown, "yes")

    people = api.get(
        f"/api/tracker/trackedEntities?trackedEntityType={case.type.uid}&filter={shown.uid}:eq:YES", user="reader"
    ).json

    assert [one["trackedEntity"] for one in people["trackedEntities"]] == case.entities[:1]
