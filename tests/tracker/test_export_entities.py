"""Lists of tracked entities, and single ones."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.db import connection

from dhis2api.ciphers import encrypt_text
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker import world
from tracker.models import Enrollment, TrackedEntity

pytestmark = pytest.mark.django_db
PATH = "/api/tracker/trackedEntities"


class Clinic:
    """A type with a searchable name, a program, a stage, and a clerk at Badjia who sees all of it."""

    def __init__(self) -> None:
        self.clerk = world.someone_at("clerk", [world.BADJIA], [world.BADJIA])
        self.type = world.make_type()
        self.name = world.make_attribute(of_type=self.type, searchable=True)
        self.age = world.make_attribute(of_type=self.type, value_type="INTEGER")
        self.program = world.make_program(self.type)
        self.card = world.make_attribute(of_program=self.program)
        self.stage = world.make_stage(self.program)
        self.weight = world.make_data_element(self.stage, value_type="NUMBER")

    def person(self, name: str = "Mary", **members: Any) -> TrackedEntity:
        age = members.pop("age", "7")
        entity = world.stored_entity(
            self.type, world.BADJIA, {self.name: name, self.age: age, self.card: "C1"},
            created_by=world.author(self.clerk), updated_by=world.author(self.clerk), **members,
        )  # fmt: skip
        enrollment = world.stored_enrollment(
            entity, self.program, world.BADJIA, enrolled_at=world.day("2024-05-01"),
            created_by=world.author(self.clerk),
        )  # fmt: skip
        event = world.stored_event(
            enrollment, self.stage, world.BADJIA, {self.weight: "12"}, occurred_at=world.day("2024-05-02"),
            created_by=world.author(self.clerk),
        )  # fmt: skip
        world.stored_note(event, "well")
        return entity


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic()


def listed(api: ApiClient, clinic: Clinic, query: str, **options: Any) -> list[str]:
    answer = api.get(f"{PATH}?{query}", user=clinic.clerk.username, **options)
    assert answer.status == 200, answer
    return [one["trackedEntity"] for one in answer.json["trackedEntities"]]


def of_type(clinic: Clinic) -> str:
    return f"trackedEntityType={clinic.type.uid}"


def test_everything_of_a_tracked_entity_is_shown_in_the_members_of_2_42(api: ApiClient, clinic: Clinic) -> None:
    person = clinic.person(geometry={"type": "Point", "coordinates": [-11.5, 8.2]}, stored_by="nurse")

    answer = api.get(f"{PATH}?{of_type(clinic)}&fields=*", user="clerk")

    shown = answer.json["trackedEntities"][0]
    user = {"uid": clinic.clerk.uid, "username": "clerk", "firstName": "Clerk", "surname": "Persona"}
    assert shown["trackedEntity"] == person.uid
    assert shown["orgUnit"] == world.BADJIA
    assert shown["geometry"] == {"type": "Point", "coordinates": [-11.5, 8.2]}
    assert shown["createdBy"] == shown["updatedBy"] == user
    assert [one["attribute"] for one in shown["attributes"]] == [clinic.name.uid, clinic.age.uid]
    assert shown["programOwners"] == [
        {"orgUnit": world.BADJIA, "trackedEntity": person.uid, "program": clinic.program.uid}
    ]
    enrollment = shown["enrollments"][0]
    assert enrollment["trackedEntityType"] == clinic.type.uid
    assert [one["attribute"] for one in enrollment["attributes"]] == [clinic.card.uid]
    event = enrollment["events"][0]
    assert event["enrollmentStatus"] == "ACTIVE"
    assert event["dataValues"][0]["value"] == "12"
    assert event["dataValues"][0]["createdBy"] == user
    assert event["notes"][0]["value"] == "well"
    assert api.get(f"{PATH}/{person.uid}?fields=*", user="clerk").json == shown


def test_the_default_members_leave_collections_of_others_out(api: ApiClient, clinic: Clinic) -> None:
    clinic.person()

    shown = api.get(f"{PATH}?{of_type(clinic)}", user="clerk").json["trackedEntities"][0]

    assert not {"relationships", "enrollments", "programOwners"} & shown.keys()
    assert "attributes" in shown


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("trackedEntity", {"trackedEntity"}),
        ("orgUnit,inactive::rename(state)", {"orgUnit", "state"}),
        ("!attributes", set()),
        ("nonsense", set()),
        (":simple,!updatedAt,!createdAt,!trackedEntity,!trackedEntityType", {"orgUnit", "inactive", "deleted",
                                                                             "potentialDuplicate"}),
    ],
)  # fmt: skip
def test_fields_choose_the_members(api: ApiClient, clinic: Clinic, fields: str, expected: set[str]) -> None:
    clinic.person()

    shown = api.get(f"{PATH}?{of_type(clinic)}&fields={fields}", user="clerk").json["trackedEntities"][0]

    assert shown.keys() == expected


def test_a_nested_collection_is_narrowed(api: ApiClient, clinic: Clinic) -> None:
    clinic.person()

    shown = api.get(
        f"{PATH}?{of_type(clinic)}&fields=enrollments[events[!dataValues,!notes,!event,status~rename(s)],status]",
        user="clerk",
    ).json["trackedEntities"][0]

    assert shown == {"enrollments": [{"status": "ACTIVE", "events": [{"s": "ACTIVE"}]}]}


def test_with_a_program_its_attributes_are_shown_too(api: ApiClient, clinic: Clinic) -> None:
    clinic.person()

    shown = api.get(f"{PATH}?program={clinic.program.uid}", user="clerk").json["trackedEntities"][0]

    assert [one["attribute"] for one in shown["attributes"]] == [clinic.name.uid, clinic.age.uid, clinic.card.uid]


def test_confidential_values_are_shown_to_readers(api: ApiClient, clinic: Clinic) -> None:
    secret = world.make_attribute(of_type=clinic.type, confidential=True)
    world.stored_value(clinic.person(), secret, encrypt_text("positive"))

    shown = api.get(f"{PATH}?{of_type(clinic)}", user="clerk").json["trackedEntities"][0]

    assert {one["value"] for one in shown["attributes"]} == {"Mary", "7", "positive"}


def test_the_newest_is_first_and_pages_say_what_follows(api: ApiClient, clinic: Clinic) -> None:
    people = [clinic.person().uid for _ in range(3)]

    first = api.get(f"{PATH}?{of_type(clinic)}&pageSize=2", user="clerk").json
    second = api.get(f"{PATH}?{of_type(clinic)}&pageSize=2&page=2&totalPages=true", user="clerk").json

    assert [one["trackedEntity"] for one in first["trackedEntities"]] == people[:0:-1]
    assert first["pager"].keys() == {"page", "pageSize", "nextPage"}
    assert first["pager"]["nextPage"].endswith(f"{PATH}?{of_type(clinic)}&pageSize=2&page=2")
    assert second["pager"].items() >= {"page": 2, "pageSize": 2, "total": 3, "pageCount": 2}.items()
    assert "nextPage" not in second["pager"]
    assert len(second["trackedEntities"]) == 1


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        (36, {"instances", "page", "pageSize"}),
        (40, {"instances", "page", "pageSize"}),
        (41, {"trackedEntities", "page", "pageSize", "pager"}),
        (42, {"trackedEntities", "pager"}),
    ],
)
def test_the_envelope_is_that_of_the_version(api: ApiClient, clinic: Clinic, version: int, keys: set[str]) -> None:
    answer = api.get(f"/api/{version}/trackedEntities?{of_type(clinic)}", user="clerk")

    assert answer.json.keys() == keys


def test_without_paging_there_is_only_the_list(api: ApiClient, clinic: Clinic) -> None:
    person = clinic.person()

    for off in ("paging=false", "skipPaging=true"):
        answer = api.get(f"{PATH}?{of_type(clinic)}&fields=trackedEntity&{off}", user="clerk")
        assert answer.json == {"trackedEntities": [{"trackedEntity": person.uid}]}


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("", 400, "Either `program`, `trackedEntityType` or `trackedEntities` should be specified"),
        ("program={program}&trackedEntityType={type}", 400,
         "`program` and `trackedEntityType` cannot be specified simultaneously"),
        ("{t}&programStatus=ACTIVE", 400, "`program` must be defined when `programStatus` is defined"),
        ("{t}&enrollmentEnrolledAfter=2024", 400,
         "`program` must be defined when `enrollmentEnrolledAfter` is specified"),
        ("{t}&programStatus=ACTIVE&enrollmentStatus=ACTIVE", 400,
         "Only one parameter of 'programStatus' and 'enrollmentStatus' must be specified. Prefer 'enrollmentStatus' as"
         " 'programStatus' will be removed."),
        ("{t}&updatedWithin=1d&updatedAfter=2024", 400,
         "`updatedAfter` or `updatedBefore` and `updatedWithin` cannot be specified simultaneously"),
        ("{t}&updatedWithin=P7D", 400, "`updatedWithin` is not valid: P7D"),
        ("{t}&eventStatus=ACTIVE", 400, "must be specified together"),
        ("{t}&programStage={stage}", 400, "Program does not contain the specified programStage: {stage}"),
        ("program=Prabcdefgh1", 400, "Program is specified but does not exist: Prabcdefgh1"),
        ("trackedEntityType=Prabcdefgh1", 400, "Tracked entity type is specified but does not exist: Prabcdefgh1"),
        ("trackedEntityType=x", 400, "UID must be an alphanumeric string of 11 characters"),
        ("{t}&assignedUserMode=PROVIDED", 409,
         "Assigned User uid(s) must be specified if selectionMode is PROVIDED"),
        ("{t}&page=0", 400, "page must be greater than or equal to 1 if specified"),
        ("{t}&paging=false&page=1", 400, "Paging cannot be disabled with paging=false"),
        ("{t}&pageSize=50001", 400, "It must not exceed the system limit of KeyTrackedEntityMaxLimit 50000."),
        ("{t}&order=nonsense", 400, "order parameter is invalid. Cannot order by 'nonsense'."),
        ("{t}&order=inactive,inactive:desc", 400, "order parameter is invalid. 'inactive' are repeated."),
        ("{t}&order=inactive:up", 400, "'up' is not a valid sort direction. Valid values are: [ASC, DESC]."),
        ("{t}&order=enrolledAt", 400, "`program` must be defined when `order=enrolledAt` is used"),
        ("{t}&order=Prabcdefgh1", 400, "Cannot order by 'Prabcdefgh1'"),
        ("{t}&orgUnitMode=NONSENSE", 400, "Valid values are: [SELECTED, CHILDREN, DESCENDANTS, ACCESSIBLE"),
        ("{t}&orgUnitMode=SELECTED", 400, "At least one org unit or tracked entity is required"),
        ("{t}&orgUnitMode=CAPTURE&orgUnits=YuQRtpLP10I", 400, "orgUnitMode CAPTURE cannot be used with orgUnits."),
        ("{t}&orgUnitMode=ALL", 403, "User is not authorized to query across all organisation units"),
        ("{t}&orgUnits=O6uvpzGd5pu", 403, "Organisation unit is not part of the search scope: O6uvpzGd5pu"),
        ("{t}&orgUnits=Prabcdefgh1", 400, "Organisation unit does not exist: Prabcdefgh1"),
        ("{t}&orgUnits=O6uvpzGd5pu&ou=O6uvpzGd5pu", 400, "Only one parameter of 'ou' (deprecated; semicolon"),
        ("{t}&idScheme=", 400, "idScheme cannot be empty. Valid values are: [UID, CODE, NAME, ATTRIBUTE:attr"),
        ("{t}&idScheme=uid", 400, "Valid values are: [UID, CODE, NAME, ATTRIBUTE:attributeUid]"),
        ("{t}&filter={name}:eq", 400, "filter={name}:eq is invalid. Binary operator 'eq' must have a value."),
        ("{t}&filter={name}:almost:x", 400, "'almost' is not a valid operator."),
        ("{t}&filter={name}:null:x", 400, "Unary operator 'null' cannot have a value."),
        ("{t}&filter={name}:gt:1:lt:9:ne:5,{name}:eq:3", 400, "A maximum of three operators can be used in a filter."),
        ("{t}&filter={name}::", 400, "UID '{name}' is missing an operator (or has too many ':')."),
        ("{t}&filter={age}:gt:x", 400, "The attribute value type is INTEGER but the value `x` is not."),
        ("{t}&filter=Prabcdefgh1:eq:x", 400, "Prabcdefgh1"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    api: ApiClient, clinic: Clinic, query: str, status: int, message: str
) -> None:
    names = {
        "t": of_type(clinic), "type": clinic.type.uid, "program": clinic.program.uid, "stage": clinic.stage.uid,
        "name": clinic.name.uid, "age": clinic.age.uid,
    }  # fmt: skip

    answer = api.get(f"{PATH}?{query.format(**names)}", user="clerk")

    assert (answer.status, message.format(**names) in answer.json["message"]) == (status, True), answer


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("{name}:eq:mary", "M"), ("{name}:ieq:MARY", "M"), ("{name}:ne:mary", "AX"), ("{name}:sw:an", "A"),
        ("{name}:ew:ry", "M"), ("{name}:ew:ary", "M"), ("{name}:like:ar", "M"), ("{name}:like:mar", "M"),
        ("{name}:nlike:ar", "AX"), ("{name}:!like:ar", "AX"), ("{name}:in:mary;ann", "AM"), ("{name}:null", "N"),
        ("{name}:!null", "AMX"), ("{name}", "AMNX"), ("{name}:like:%25", "X"), ("{name}:eq:5%25_/,x", "X"),
        ("{age}:gt:9", "A"), ("{age}:lt:9.5", "MNX"), ("{age}:in:07;10", "AMNX"), ("{age}:eq:7,{name}:eq:mary", "M"),
        ("{age}:ge:7:le:9", "MNX"), ("{name}:like:%25_/,x", "X"),
    ],
)  # fmt: skip
def test_filters_find_values_whatever_their_case(api: ApiClient, clinic: Clinic, condition: str, found: str) -> None:
    people = {
        clinic.person("Ann", age="10").uid: "A", clinic.person("Mary").uid: "M", clinic.person("5%_,X").uid: "X",
        world.stored_entity(clinic.type, world.BADJIA, {clinic.age: "7"}).uid: "N",
    }  # fmt: skip

    uids = listed(api, clinic, f"{of_type(clinic)}&filter={condition}".format(
        name=clinic.name.uid, age=clinic.age.uid))  # fmt: skip

    assert sorted(people[uid] for uid in uids) == sorted(found)


@pytest.mark.parametrize(
    ("condition", "is_found"),
    [
        ("enrollmentStatus=ACTIVE", True), ("programStatus=COMPLETED", False), ("followUp=true", False),
        ("enrollmentEnrolledAfter=2024-05-01&enrollmentEnrolledBefore=2024-05-01", True),
        ("programEnrollmentStartDate=2024-05-02", False), ("enrollmentEnrolledBefore=2024-04-30", False),
        ("eventStatus=ACTIVE&eventOccurredAfter=2024-05-02&eventOccurredBefore=2024-05-02", True),
        ("eventStatus=COMPLETED&eventStartDate=2024-05-02&eventEndDate=2024-05-02", False),
        ("programStage={stage}", True), ("assignedUserMode=ANY", False), ("assignedUserMode=NONE", True),
        ("assignedUser=Prabcdefgh1", False), ("updatedWithin=1h", True), ("updatedBefore=2020", False),
        ("potentialDuplicate=true", False), ("trackedEntity=Prabcdefgh1;Prabcdefgh2", False),
    ],
)  # fmt: skip
def test_enrollments_and_events_are_asked_for(api: ApiClient, clinic: Clinic, condition: str, is_found: bool) -> None:
    person = clinic.person()

    uids = listed(api, clinic, f"program={clinic.program.uid}&{condition.format(stage=clinic.stage.uid)}")

    assert uids == ([person.uid] if is_found else [])


def test_the_order_is_by_members_attributes_and_the_enrollment(api: ApiClient, clinic: Clinic) -> None:
    ann, mary = clinic.person("Ann", inactive=True), clinic.person("Mary")
    world.stored_enrollment(ann, clinic.program, world.BADJIA, enrolled_at=world.day("2025-01-01"))
    asked = f"program={clinic.program.uid}&order="

    assert listed(api, clinic, asked + "inactive:desc") == [ann.uid, mary.uid]
    assert listed(api, clinic, asked + "inactive") == [mary.uid, ann.uid]
    assert listed(api, clinic, f"{asked}{clinic.name.uid}:DESC") == [mary.uid, ann.uid]
    assert listed(api, clinic, asked + "enrolledAt:desc") == [ann.uid, mary.uid]


def test_a_program_whose_type_is_closed_says_so(api: ApiClient, clinic: Clinic) -> None:
    type = world.make_type(sharing=world.NO_DATA)
    named = world.make_program(type)

    answer = api.get(f"{PATH}?program={named.uid}", user="clerk")

    message = f"User is not authorized to read data from selected program's tracked entity type: {type.uid}"
    assert (answer.status, answer.json["message"]) == (403, message)


def test_deleted_ones_are_shown_on_demand_alone(api: ApiClient, clinic: Clinic) -> None:
    person = clinic.person(deleted=True)

    assert listed(api, clinic, of_type(clinic)) == []
    assert listed(api, clinic, f"{of_type(clinic)}&includeDeleted=true") == [person.uid]
    assert api.get(f"{PATH}/{person.uid}", user="clerk").json["errorCode"] == "E1005"


def test_who_follows_deletions_learns_of_a_deleted_enrollment(api: ApiClient, clinic: Clinic) -> None:
    person = clinic.person()
    Enrollment.objects.filter(tracked_entity=person).update(deleted=True)
    asked = f"{PATH}?program={clinic.program.uid}&fields=enrollments[deleted]"

    without, with_deleted = (
        api.get(f"{asked}&includeDeleted={flag}", user="clerk").json["trackedEntities"] for flag in ("false", "true")
    )

    assert (without, with_deleted) == ([], [{"enrollments": [{"deleted": True}]}])


def test_the_number_of_queries_does_not_depend_on_the_rows(api: ApiClient, clinic: Clinic) -> None:
    counts = []
    for _ in range(2):
        clinic.person()
        clinic.person()
        with query_counter() as few:
            api.get(f"{PATH}?{of_type(clinic)}&fields=*", user="clerk")
        with query_counter() as fewer:
            api.get(f"{PATH}?{of_type(clinic)}", user="clerk")
        counts.append((few.count, fewer.count))

    assert counts[0] == counts[1]
    assert counts[0][1] <= 12


def test_csv_has_a_row_for_each_attribute(api: ApiClient, clinic: Clinic) -> None:
    person = clinic.person("rainy day", geometry={"type": "Point", "coordinates": [-11.5, 8]},
                           created_at=world.day("2024-05-01T10:00:00"))  # fmt: skip

    answer = api.get(f"{PATH}.csv?{of_type(clinic)}", user="clerk")

    names, first, second = answer.text.splitlines()
    assert names.startswith("trackedEntity,trackedEntityType,createdAt,createdAtClient")
    assert first.startswith(f"{person.uid},{clinic.type.uid},2024-05-01T")
    assert ',"POINT (-11.5 8)",8,-11.5,' in first
    assert first.endswith(f'{clinic.name.uid},"{clinic.name.name}","rainy day",TEXT')
    assert second.endswith(",7,INTEGER")
    assert answer.headers["Content-Type"] == "application/csv; charset=UTF-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=trackedEntities.csv"
    packed = api.get(f"{PATH}.csv.gz?{of_type(clinic)}&skipHeader=true", user="clerk")
    assert gzip.decompress(packed.content).decode().splitlines() == [first, second]
    accepted = api.get(f"{PATH}?{of_type(clinic)}", user="clerk", headers={"Accept": "application/csv+gzip"})
    assert accepted.headers["Content-Type"] == "application/csv+gzip"


def test_identifiers_are_codes_or_names_on_demand(api: ApiClient, clinic: Clinic) -> None:
    clinic.person()

    named = api.get(f"{PATH}?{of_type(clinic)}&idScheme=NAME", user="clerk").json["trackedEntities"][0]
    refused = api.get(f"{PATH}?{of_type(clinic)}&idScheme=CODE", user="clerk")

    assert (named["trackedEntityType"], named["orgUnit"]) == (clinic.type.name, "Badjia")
    assert named["attributes"][0]["attribute"] == clinic.name.name
    assert refused.status == 422
    assert api.get(f"{PATH}.csv?{of_type(clinic)}&idScheme=CODE", user="clerk").status == 422
    assert f"TrackedEntityType[CODE]={clinic.type.uid}" in refused.json["devMessage"]


def test_csv_that_cannot_name_its_metadata_is_an_error_and_not_half_a_file(api: ApiClient, clinic: Clinic) -> None:
    clinic.person()

    assert api.get(f"{PATH}.csv?{of_type(clinic)}&idScheme=CODE", user="clerk").status == 422


def test_a_change_that_became_visible_late_is_still_pulled(api: ApiClient, clinic: Clinic) -> None:
    person = clinic.person(updated_at=world.day("2024-05-01T10:00:00"))
    asked = f"{of_type(clinic)}&updatedAfter=2024-05-01T10:00:01"

    before = listed(api, clinic, asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO writer (started, closed) VALUES (%s, %s)",
            [world.day("2024-05-01T10:00:00"), world.day("2024-05-01T10:00:02")],
        )

    assert (before, listed(api, clinic, asked)) == ([], [person.uid])
