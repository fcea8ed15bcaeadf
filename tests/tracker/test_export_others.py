"""Enrollments and relationships: lists, single ones, embedded ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker import world
from tracker.models import Enrollment, TrackedEntity

pytestmark = pytest.mark.django_db
ENROLLMENTS, RELATIONSHIPS, ENTITIES = (
    f"/api/tracker/{name}" for name in ("enrollments", "relationships", "trackedEntities")
)


class Ward:
    """Mary and Ann, enrolled at Badjia, and a clerk there."""

    def __init__(self) -> None:
        self.clerk = world.someone_at("clerk", [world.BADJIA], [world.BADJIA])
        self.type = world.make_type()
        self.name = world.make_attribute(of_type=self.type, searchable=True)
        self.program = world.make_program(self.type)
        self.card = world.make_attribute(of_program=self.program)
        self.stage = world.make_stage(self.program)
        self.weight = world.make_data_element(self.stage)
        self.mary, self.enrollment = self.person("Mary")
        self.ann, self.enrollment_of_ann = self.person("Ann")
        self.event = world.stored_event(self.enrollment, self.stage, world.BADJIA, {self.weight: "3"})

    def person(self, name: str, **members: Any) -> tuple[TrackedEntity, Enrollment]:
        entity = world.stored_entity(self.type, world.BADJIA, {self.name: name, self.card: "C"}, **members)
        return entity, world.stored_enrollment(
            entity, self.program, world.BADJIA, enrolled_at=world.day("2024-05-01"), **members
        )

    def related(self, **members: Any) -> str:
        return world.stored_relationship(
            world.make_relationship_type(self.type, self.type, **members), self.mary, self.ann
        ).uid


@pytest.fixture
def ward(db: None) -> Ward:
    return Ward()


def get(api: ApiClient, path: str, user: str = "clerk") -> Any:
    answer = api.get(path, user=user)
    assert answer.status == 200, answer
    return answer.json


def test_an_enrollment_shows_the_attributes_of_its_program_and_its_notes(api: ApiClient, ward: Ward) -> None:
    world.stored_note(ward.enrollment, "called back", created_by=world.author(ward.clerk), stored_by="nurse")

    shown = get(api, f"{ENROLLMENTS}/{ward.enrollment.uid}?fields=*")

    assert [one["attribute"] for one in shown["attributes"]] == [ward.card.uid]
    assert shown["notes"][0]["value"] == "called back"
    assert shown["notes"][0]["updatedAt"] == shown["notes"][0]["storedAt"]
    assert [one["event"] for one in shown["events"]] == [ward.event.uid]
    assert shown["orgUnitName"] == "Badjia"
    assert shown == get(api, f"{ENROLLMENTS}?enrollments={ward.enrollment.uid}&fields=*")["enrollments"][0]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("program={program}", 2), ("trackedEntity={mary}", 1), ("trackedEntityType={type}", 2), ("", 2),
        ("program={program}&status=ACTIVE", 2), ("program={program}&programStatus=COMPLETED", 0),
        ("program={program}&followUp=false", 2), ("program={program}&enrolledAfter=2024-05-01", 2),
        ("program={program}&programEndDate=2024-04-30", 0), ("ou=YuQRtpLP10I", 2), ("updatedWithin=1h", 2),
        ("orgUnits=DiszpKrYNg8", 0), ("enrollments={en};Prabcdefgh1", 1), ("order=enrolledAt:desc", 2),
    ],
)  # fmt: skip
def test_enrollments_are_asked_for(api: ApiClient, ward: Ward, query: str, count: int) -> None:
    names = {
        "program": ward.program.uid, "mary": ward.mary.uid, "type": ward.type.uid, "en": ward.enrollment.uid,
    }  # fmt: skip

    shown = get(api, f"{ENROLLMENTS}?{query.format(**names)}")["enrollments"]

    assert len([one for one in shown if one["program"] == ward.program.uid]) == count


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("status=ACTIVE", 400, "`program` must be defined when `status` is defined"),
        ("followUp=true", 400, "`program` must be defined when `followUp` status is defined"),
        ("enrolledAfter=2024", 400, "`program` must be defined when `enrolledAfter` is specified"),
        ("updatedWithin=1d&updatedAfter=2024", 400,
         "`updatedAfter` and `updatedWithin` cannot be specified simultaneously"),
        ("trackedEntity=Prabcdefgh1", 400, "Tracked entity is specified but does not exist: Prabcdefgh1"),
        ("program={event_program}", 400, "Program specified is not a tracker program: {event_program}"),
        ("order=program", 400, "order parameter is invalid. Cannot order by 'program'."),
        ("trackedEntityType={closed}", 403,
         "User is not authorized to read data from selected tracked entity type: {closed}"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    api: ApiClient, ward: Ward, query: str, status: int, message: str
) -> None:
    names = {"event_program": world.make_program().uid, "closed": world.make_type(sharing=world.NO_DATA).uid}

    answer = api.get(f"{ENROLLMENTS}?{query.format(**names)}", user="clerk")

    assert (answer.status, message.format(**names)) == (status, answer.json["message"][: len(message.format(**names))])


def test_event_programs_enroll_nobody(api: ApiClient, ward: Ward) -> None:
    program = world.make_program()
    event = world.stored_event(program, world.make_stage(program), world.BADJIA)

    assert api.get(f"{ENROLLMENTS}/{event.enrollment.uid}", user="clerk").status == 404


def test_a_relationship_shows_its_sides_by_uid_unless_asked_for_more(api: ApiClient, ward: Ward) -> None:
    uid = ward.related()

    short = get(api, f"{RELATIONSHIPS}?trackedEntity={ward.ann.uid}")["relationships"]
    whole = get(api, f"{RELATIONSHIPS}/{uid}?fields=relationshipName,to[trackedEntity[attributes[value],enrollments]]")

    assert short[0]["from"] == {"trackedEntity": {"trackedEntity": ward.mary.uid}}
    assert short[0].keys() == {"relationship", "relationshipType", "from", "to"}
    assert whole["to"]["trackedEntity"]["attributes"] == [{"value": "Ann"}]
    assert "relationships" not in whole["to"]["trackedEntity"]["enrollments"][0]


def test_old_versions_show_items_flat(api: ApiClient, ward: Ward) -> None:
    ward.related()

    shown = get(api, f"/api/36/relationships?tei={ward.mary.uid}")["instances"][0]

    assert (shown["from"], shown["to"]) == ({"trackedEntity": ward.mary.uid}, {"trackedEntity": ward.ann.uid})


@pytest.mark.parametrize(("bidirectional", "expected"), [(False, (1, 0)), (True, (1, 1))])
def test_an_object_embeds_what_starts_from_it(
    api: ApiClient, ward: Ward, bidirectional: bool, expected: tuple[int, int]
) -> None:
    ward.related(bidirectional=bidirectional)

    counts = tuple(
        len(get(api, f"{ENTITIES}/{one.uid}?fields=relationships")["relationships"]) for one in (ward.mary, ward.ann)
    )

    assert counts == expected


def test_the_view_of_a_type_limits_what_its_items_show(api: ApiClient, ward: Ward) -> None:
    kind = world.make_relationship_type(ward.type, to_kind="PROGRAM_STAGE_INSTANCE")
    kind.constraint_rows.filter(role="from").update(tracker_data_view={"attributes": [], "dataElements": []})
    uid = world.stored_relationship(kind, ward.mary, ward.event).uid

    shown = get(api, f"{RELATIONSHIPS}/{uid}?fields=*")

    assert shown["from"]["trackedEntity"]["attributes"] == []
    assert shown["to"]["event"]["dataValues"][0]["value"] == "3"


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("", 400, "Missing required parameter 'trackedEntity', 'enrollment' or 'event'."),
        ("trackedEntity={mary}&event={event}", 400,
         "Only one of parameters 'trackedEntity', 'enrollment' or 'event' is allowed."),
        ("event=Prabcdefgh1", 404, "Event with id Prabcdefgh1 could not be found."),
        ("trackedEntity={hidden}", 403, "User has no access to TrackedEntity:{hidden}"),
    ],
)  # fmt: skip
def test_relationships_are_those_of_one_object(
    api: ApiClient, ward: Ward, query: str, status: int, message: str
) -> None:
    hidden = world.stored_entity(ward.type, world.BAOMA)
    names = {"mary": ward.mary.uid, "event": ward.event.uid, "hidden": hidden.uid}

    answer = api.get(f"{RELATIONSHIPS}?{query.format(**names)}", user="clerk")

    assert (answer.status, answer.json["message"]) == (status, message.format(**names))


def test_pages_of_relationships_are_full(api: ApiClient, ward: Ward) -> None:
    uids = [ward.related() for _ in range(3)]
    hidden = world.stored_entity(ward.type, world.BAOMA)
    world.stored_relationship(world.make_relationship_type(ward.type, ward.type), ward.mary, hidden)

    page = get(api, f"{RELATIONSHIPS}?trackedEntity={ward.mary.uid}&pageSize=2&totalPages=true")

    assert [one["relationship"] for one in page["relationships"]] == uids[:0:-1]
    assert page["pager"].items() >= {"total": 3, "pageCount": 2}.items()


def test_the_number_of_queries_does_not_depend_on_the_rows(api: ApiClient, ward: Ward) -> None:
    counts = []
    for _ in range(2):
        world.stored_relationship(world.make_relationship_type(ward.type), ward.mary, ward.event)
        world.stored_relationship(world.make_relationship_type(ward.type), ward.event, ward.mary)
        ward.related(bidirectional=True)
        ward.person("Sue")
        with query_counter() as few:
            get(api, f"{ENROLLMENTS}?fields=*&order=createdAt&pageSize=10")
        counts.append(few.count)

    assert counts[0] == counts[1]
