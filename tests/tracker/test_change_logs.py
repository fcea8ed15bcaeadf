"""Change logs (DHIS2 2.42, tracker export): what was recorded, and the creation of what never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dhis2api.ciphers import encrypt_text
from metadata.models import DataElement, TrackedEntityAttribute
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.tracker.sending import ENTITY, EVENT, make_clinic, send
from tests.tracker.sending import value as sent_value
from tests.tracker.world import (
    BADJIA,
    BAOMA,
    CLOSED_TO_ALL,
    author,
    day,
    enrolled_person,
    make_attribute,
    make_data_element,
    someone_at,
    stored_event,
    stored_value,
)
from tracker.models import AttributeChangeLog, EventChangeLog

pytestmark = pytest.mark.django_db
START = day("2024-05-01T10:00:00")


class World:
    """A tracked entity with three values: one of its type, one confidential, one that only the program asks for."""

    def __init__(self) -> None:
        self.clerk = someone_at("clerk", capture=[BADJIA])
        self.other = someone_at("other", capture=[BADJIA])
        person = enrolled_person(created_at=START, created_by=author(self.clerk))
        self.program, self.stage, self.enrollment = person.program, person.stage, person.enrollment
        self.entity = person.entity
        self.name = make_attribute(of_type=person.type)
        self.secret = make_attribute(of_type=person.type, confidential=True)
        self.of_program = make_attribute(of_program=person.program)
        stored_value(self.entity, self.name, "Ada")
        stored_value(self.entity, self.secret, encrypt_text("hidden"))
        stored_value(self.entity, self.of_program, "7")

    def changed(self, attribute: TrackedEntityAttribute, *texts: str | None, by: Any = None) -> None:
        """Log the creation and the changes of a value, an hour from each other."""
        for number, (previous, current) in enumerate(zip([None, *texts], texts, strict=False)):
            kind = "CREATE" if previous is None else "DELETE" if current is None else "UPDATE"
            AttributeChangeLog.objects.create(
                tracked_entity=self.entity, attribute=attribute, type=kind, previous_value=previous,
                current_value=current, created_at=START + timedelta(hours=number), created_by=author(by or self.clerk),
            )  # fmt: skip

    def log(self, api: ApiClient, query: str = "", user: str = "clerk") -> Answer:
        return api.get(f"/api/tracker/trackedEntities/{self.entity.uid}/changeLogs?{query}", user=user)


def values_of(answer: Answer) -> list[tuple[str, str, str | None, str | None]]:
    """(type, attribute, previous, current) of each change."""
    changes = [(row["type"], row["change"]["attributeValue"]) for row in answer.json["changeLogs"]]
    return [
        (kind, change["attribute"], change.get("previousValue"), change.get("currentValue")) for kind, change in changes
    ]


def test_values_that_never_changed_tell_of_their_creation(api: ApiClient) -> None:
    world = World()

    answer = world.log(api)

    assert answer.status == 200
    assert answer.json["pager"] == {"page": 1, "pageSize": 50}
    assert sorted(values_of(answer)) == sorted([
        ("CREATE", world.name.uid, None, "Ada"), ("CREATE", world.secret.uid, None, "hidden"),
    ])  # fmt: skip
    assert {row["createdAt"] for row in answer.json["changeLogs"]} == {"2024-05-01T10:00:00.000"}


def test_attributes_of_a_program_are_told_of_when_it_is_named(api: ApiClient) -> None:
    world = World()

    answer = world.log(api, f"program={world.program.uid}&filter=attribute:eq:{world.of_program.uid}")

    assert values_of(answer) == [("CREATE", world.of_program.uid, None, "7")]


def test_recorded_changes_come_newest_first_and_their_creation_once(api: ApiClient) -> None:
    world = World()
    world.changed(world.name, "Eve", "Ida", None)

    answer = world.log(api, f"filter=attribute:eq:{world.name.uid}")

    assert values_of(answer) == [
        ("DELETE", world.name.uid, "Ida", None), ("UPDATE", world.name.uid, "Eve", "Ida"),
        ("CREATE", world.name.uid, None, "Eve"),
    ]  # fmt: skip
    assert answer.json["changeLogs"][0] == {
        "createdBy": {"uid": world.clerk.uid, "username": "clerk", "firstName": "Clerk", "surname": "Persona"},
        "createdAt": "2024-05-01T12:00:00.000", "type": "DELETE",
        "change": {"attributeValue": {"attribute": world.name.uid, "previousValue": "Ida"}},
    }  # fmt: skip


def test_changes_are_filtered_by_who_made_them_and_ordered(api: ApiClient) -> None:
    world = World()
    world.changed(world.name, "Eve", "Ida", by=world.other)

    mine = world.log(api, "filter=username:eq:other&order=createdAt:asc")

    assert [kind for kind, *_ in values_of(mine)] == ["CREATE", "UPDATE"]
    assert not world.log(api, "filter=username:eq:nobody").json["changeLogs"]


def test_pages_follow_each_other(api: ApiClient) -> None:
    world = World()
    world.changed(world.name, "Eve", "Ida", "Una")

    first, last = world.log(api, "pageSize=2&paging=false"), world.log(api, "pageSize=2&page=2")

    assert (len(values_of(first)), len(values_of(last))) == (2, 2)
    assert set(first.json["pager"]) == {"page", "pageSize", "nextPage"}
    assert "page=2" in first.json["pager"]["nextPage"] and "pageSize=2" in first.json["pager"]["nextPage"]
    assert set(last.json["pager"]) == {"page", "pageSize", "prevPage"}
    assert not set(values_of(first)) & set(values_of(last))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("page=0", "page must be greater than or equal to 1 if specified"),
        ("pageSize=0", "pageSize must be greater than or equal to 1 if specified"),
        ("order=value", "order parameter is invalid. Cannot order by 'value'."),
        ("order=createdAt:up", "order parameter is invalid. 'up' is not a valid sort direction."),
        ("order=createdAt,username", "order parameter is invalid. Only one of"),
        ("filter=attribute", "Invalid filter => attribute. Expected format is [field]:eq:[value]."),
        ("filter=value:eq:1", "Invalid filter field."),
        ("filter=username:like:a", "Invalid filter operator. The only supported operator is 'eq'."),
        ("filter=attribute:eq:abc", "Incorrect filter value provided as UID: abc."),
    ],
)
def test_what_cannot_be_asked_is_refused(api: ApiClient, query: str, message: str) -> None:
    answer = World().log(api, query)

    assert answer.status == 400
    assert answer.json["message"].startswith(message)


def test_who_cannot_read_the_tracked_entity_sees_no_changes(api: ApiClient) -> None:
    world = World()
    someone_at("stranger", capture=[BAOMA])

    assert world.log(api, user="stranger").status == 404


def test_without_the_setting_nothing_is_made_up(api: ApiClient, settings: Any) -> None:
    settings.TRACKER_CHANGE_LOG = False
    world = World()
    world.changed(world.secret, encrypt_text("hidden"))

    assert [attribute for _, attribute, *_ in values_of(world.log(api))] == [world.secret.uid]


def test_fields_choose_members(api: ApiClient) -> None:
    world = World()

    answer = world.log(api, f"fields=type,change[attributeValue[currentValue]]&filter=attribute:eq:{world.name.uid}")

    assert answer.json["changeLogs"] == [{"type": "CREATE", "change": {"attributeValue": {"currentValue": "Ada"}}}]


def event_log(api: ApiClient, event: Any, query: str = "", user: str = "clerk") -> list[dict[str, Any]]:
    answer = api.get(f"/api/tracker/events/{event.uid}/changeLogs?{query}", user=user)
    assert answer.status == 200, answer
    return answer.json["changeLogs"]


def test_an_event_tells_of_its_values_and_fields(api: ApiClient) -> None:
    world = World()
    element = make_data_element(world.stage)
    event = stored_event(
        world.enrollment, world.stage, BADJIA, {element: "12"}, occurred_at=day("2024-05-01"), created_at=START,
        geometry={"type": "Point", "coordinates": [-11.5, 8.25]}, created_by=author(world.clerk),
    )  # fmt: skip

    changes = [row["change"] for row in event_log(api, event, "order=change")]

    assert {"dataValue": {"dataElement": element.uid, "currentValue": "12"}} in changes
    assert {"eventField": {"field": "occurredAt", "currentValue": "2024-05-01 00:00:00.000"}} in changes
    assert {"eventField": {"field": "geometry", "currentValue": "(-11.500000, 8.250000)"}} in changes
    assert len(changes) == 3


def logged(event: Any, element: DataElement | None, field: str | None, previous: str | None, current: str) -> None:
    EventChangeLog.objects.create(
        event=event, data_element=element, field=field, type="CREATE" if previous is None else "UPDATE",
        previous_value=previous, current_value=current, created_at=timezone.now(),
    )  # fmt: skip


def test_recorded_changes_of_an_event_are_filtered_by_element_and_field(api: ApiClient) -> None:
    world = World()
    element = make_data_element(world.stage)
    event = stored_event(world.enrollment, world.stage, BADJIA, {element: "2"}, created_at=START)
    for previous, current in ((None, "1"), ("1", "2")):
        logged(event, element, None, previous, current)
        logged(event, None, "occurredAt", previous, current)

    by_element = event_log(api, event, f"filter=dataElement:eq:{element.uid}&order=createdAt")
    by_field = event_log(api, event, "filter=field:eq:occurredAt")

    assert [row["change"]["dataValue"] for row in by_element] == [
        {"dataElement": element.uid, "currentValue": "1"},
        {"dataElement": element.uid, "previousValue": "1", "currentValue": "2"},
    ]
    assert [row["type"] for row in by_field] == ["UPDATE", "CREATE"]


def test_values_of_unreadable_data_elements_are_not_told_of(api: ApiClient) -> None:
    world = World()
    hidden = make_data_element(world.stage, sharing=CLOSED_TO_ALL)
    event = stored_event(world.enrollment, world.stage, BADJIA, {hidden: "1"})
    logged(event, hidden, None, "1", "2")

    assert {"eventField"} == {member for row in event_log(api, event) for member in row["change"]}
    assert [row for row in event_log(api, event, user="admin") if "dataValue" in row["change"]]


def test_what_imports_change_is_told_with_its_creation(api: ApiClient) -> None:
    clinic = make_clinic()
    for name, weight, date in (("Ana", "3200", "2024-05-02"), ("Eva", "3300", "2024-05-03"), ("", "", "2024-05-03")):
        event = clinic.event(values={clinic.weight: weight}, occurredAt=date)
        enrollment = clinic.enrollment(events=[event])
        person = clinic.person(attributes=[sent_value(clinic.name, name)], enrollments=[enrollment])
        assert send(api, {"trackedEntities": [person]}).status == 200

    of_person = api.get(f"/api/tracker/trackedEntities/{ENTITY}/changeLogs")
    of_event = api.get(f"/api/tracker/events/{EVENT}/changeLogs?filter=dataElement:eq:{clinic.weight.uid}").json
    of_day = api.get(f"/api/tracker/events/{EVENT}/changeLogs?filter=field:eq:occurredAt").json

    assert values_of(of_person) == [
        ("DELETE", clinic.name.uid, "Eva", None), ("UPDATE", clinic.name.uid, "Ana", "Eva"),
        ("CREATE", clinic.name.uid, None, "Ana"),
    ]  # fmt: skip
    assert [row["type"] for row in of_event["changeLogs"]] == ["DELETE", "UPDATE", "CREATE"]
    assert [row["change"]["eventField"] for row in of_day["changeLogs"]] == [
        {
            "field": "occurredAt", "previousValue": "2024-05-02 00:00:00.000",
            "currentValue": "2024-05-03 00:00:00.000",
        },
        {"field": "occurredAt", "currentValue": "2024-05-02 00:00:00.000"},
    ]  # fmt: skip


def test_more_changes_need_no_more_queries(api: ApiClient) -> None:
    world = World()
    elements = [make_data_element(world.stage) for _ in range(20)]
    few = stored_event(world.enrollment, world.stage, BADJIA, {elements[0]: "1"})
    many = stored_event(world.enrollment, world.stage, BADJIA, dict.fromkeys(elements, "1"))
    event_log(api, few)

    with query_counter() as one:
        event_log(api, few)
    with query_counter() as twenty:
        assert len(event_log(api, many)) == 21

    assert twenty.count == one.count
