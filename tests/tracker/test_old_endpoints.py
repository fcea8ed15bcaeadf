"""The endpoints of before 2.36: old names in, old names and import summaries out."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import TrackedEntityType
from tests.harness.client import Answer, ApiClient
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, Clinic, make_clinic, send
from tests.tracker.world import (
    BADJIA,
    CLOSED_TO_ALL,
    NGELEHUN,
    NO_DATA,
    make_attribute,
    make_program,
    make_relationship_type,
    make_stage,
    someone_at,
    stored_entity,
    stored_relationship,
)
from tracker.models import Enrollment, Event, TrackedEntity

pytestmark = pytest.mark.django_db
INSTANCES = "/api/trackedEntityInstances"


def instance(clinic: Clinic, **members: Any) -> dict[str, Any]:
    """A tracked entity instance with an enrollment and an event, in old names."""
    event = {
        "event": EVENT, "program": clinic.program.uid, "programStage": clinic.stage.uid, "orgUnit": NGELEHUN,
        "eventDate": "2024-05-02", "dueDate": "2024-05-03", "status": "ACTIVE",
        "dataValues": [{"dataElement": clinic.weight.uid, "value": "3200"}],
        "notes": [{"value": "was well"}],
    }  # fmt: skip
    enrollment = {
        "enrollment": ENROLLMENT, "program": clinic.program.uid, "orgUnit": NGELEHUN,
        "enrollmentDate": "2024-05-01", "incidentDate": "2024-04-30", "events": [event],
    }  # fmt: skip
    return {
        "trackedEntityInstance": ENTITY, "trackedEntityType": clinic.type.uid, "orgUnit": NGELEHUN,
        "attributes": [{"attribute": clinic.name.uid, "value": "Ana"}], "enrollments": [enrollment], **members,
    }  # fmt: skip


@pytest.fixture
def clinic(db: None) -> Clinic:
    return make_clinic()


def summary(answer: Answer) -> dict[str, Any]:
    return answer.json["response"]


def counts(row: dict[str, Any]) -> tuple[int, int, int, int]:
    found = row.get("importCount", row)
    return found["imported"], found["updated"], found["deleted"], found["ignored"]


@pytest.mark.parametrize("is_listed", [False, True], ids=["one", "listed"])
def test_an_instance_goes_in_with_what_lies_below(api: ApiClient, clinic: Clinic, is_listed: bool) -> None:
    body = instance(clinic)

    answer = api.post(INSTANCES, {"trackedEntityInstances": [body]} if is_listed else body)

    assert (answer.status, answer.json["message"]) == (200, "Import was successful."), answer
    response = summary(answer)
    assert (response["responseType"], response["status"], counts(response)) == (
        "ImportSummaries", "SUCCESS", (1, 0, 0, 0),
    )  # fmt: skip
    (row,) = response["importSummaries"]
    assert (row["reference"], counts(row)) == (ENTITY, (1, 0, 0, 0))
    assert row["href"].endswith(f"/api/trackedEntityInstances/{ENTITY}") and row["href"] == answer.headers["Location"]
    (enrollment,) = row["enrollments"]["importSummaries"]
    assert enrollment["events"]["importSummaries"][0]["reference"] == EVENT
    stored = Event.objects.get(uid=EVENT)
    assert stored.scheduled_at.isoformat().startswith("2024-05-0") and stored.data_values[clinic.weight.uid]
    assert Enrollment.objects.get(uid=ENROLLMENT).occurred_at is not None


def test_what_is_sent_again_is_updated_and_errors_are_conflicts(api: ApiClient, clinic: Clinic) -> None:
    api.post(INSTANCES, instance(clinic))
    bad = instance(clinic, trackedEntityInstance="TeSending02", orgUnit="nOsuchUnit1", enrollments=[])

    answer = api.post(INSTANCES, {"trackedEntityInstances": [instance(clinic), bad]})

    assert (answer.status, answer.json["message"]) == (409, "An error occurred, please check import summary.")
    assert counts(summary(answer)) == (0, 1, 0, 1)
    good, refused = summary(answer)["importSummaries"]
    assert (good["status"], refused["status"], refused["reference"]) == ("SUCCESS", "ERROR", "TeSending02")
    assert [conflict["errorCode"] for conflict in refused["conflicts"]] == ["E1049"]
    assert not TrackedEntity.objects.filter(uid="TeSending02").exists()


def test_a_dry_run_writes_nothing(api: ApiClient, clinic: Clinic) -> None:
    answer = api.post(f"{INSTANCES}?dryRun=true", instance(clinic))

    assert counts(summary(answer)) == (1, 0, 0, 0)
    assert not TrackedEntity.objects.filter(uid=ENTITY).exists()


def test_an_instance_is_read_with_old_names(api: ApiClient, clinic: Clinic) -> None:
    TrackedEntityType.objects.filter(pk=clinic.type.pk).update(feature_type="POINT")
    posted = api.post(INSTANCES, instance(clinic, featureType="POINT", coordinates="[-11.5,8.2]"))
    assert posted.status == 200, posted

    shown = api.get(f"{INSTANCES}/{ENTITY}?fields=*").json

    assert (shown["trackedEntityInstance"], shown["trackedEntityType"]) == (ENTITY, clinic.type.uid)
    assert {"created", "lastUpdated", "createdByUserInfo"} <= set(shown)
    assert (shown["featureType"], shown["coordinates"]) == ("POINT", "[-11.5,8.2]")
    assert shown["attributes"][0]["value"] == "Ana" and "lastUpdated" in shown["attributes"][0]
    (enrollment,) = shown["enrollments"]
    assert enrollment["enrollmentDate"] == "2024-05-01T00:00:00.000"
    assert (enrollment["incidentDate"], enrollment["followup"]) == ("2024-04-30T00:00:00.000", False)
    (event,) = enrollment["events"]
    assert (event["eventDate"], event["dueDate"]) == ("2024-05-02T00:00:00.000", "2024-05-03T00:00:00.000")
    assert event["trackedEntityInstance"] == ENTITY and "storedDate" in event["notes"][0]
    (owner,) = shown["programOwners"]
    assert owner == {
        "ownerOrgUnit": NGELEHUN, "trackedEntityInstance": ENTITY, "program": clinic.program.uid,
    }  # fmt: skip


def test_instances_are_listed_by_old_parameters(api: ApiClient, clinic: Clinic) -> None:
    api.post(INSTANCES, instance(clinic))
    query = f"ou={BADJIA}&ouMode=DESCENDANTS&program={clinic.program.uid}&fields=trackedEntityInstance,lastUpdated"

    page, everything = (
        api.get(f"{INSTANCES}?{query}&totalPages=true").json,
        api.get(f"{INSTANCES}?{query}&skipPaging=true"),
    )

    assert page["pager"] == {"page": 1, "pageCount": 1, "total": 1, "pageSize": 50}
    assert [set(row) for row in page["trackedEntityInstances"]] == [{"trackedEntityInstance", "lastUpdated"}]
    assert everything.json == {"trackedEntityInstances": page["trackedEntityInstances"]}
    assert "pager" not in api.get(f"{INSTANCES}?{query}").json


def test_relationships_have_objects_at_their_sides(api: ApiClient, clinic: Clinic) -> None:
    api.post(INSTANCES, instance(clinic))
    entity = TrackedEntity.objects.get(uid=ENTITY)
    other = stored_entity(clinic.type, NGELEHUN)
    stored_relationship(make_relationship_type(clinic.type, clinic.type), entity, other)

    shown = api.get(f"{INSTANCES}/{ENTITY}?fields=relationships").json

    (relationship,) = shown["relationships"]
    assert relationship["to"]["trackedEntityInstance"]["trackedEntityInstance"] == other.uid


def test_putting_an_instance_takes_unsent_attributes_of_its_type_away(api: ApiClient, clinic: Clinic) -> None:
    second = make_attribute(of_type=clinic.type)
    api.post(INSTANCES, instance(clinic))
    sent = [{"attribute": second.uid, "value": "Eva"}, {"attribute": clinic.card.uid, "value": "7"}]
    api.post(INSTANCES, instance(clinic, attributes=sent))

    answer = api.put(f"{INSTANCES}/{ENTITY}", instance(clinic, enrollments=[]))

    assert (answer.status, summary(answer)["responseType"], counts(summary(answer))) == (
        200, "ImportSummary", (0, 1, 0, 0),
    ), answer  # fmt: skip
    shown = api.get(f"{INSTANCES}/{ENTITY}?program={clinic.program.uid}&fields=attributes[attribute]").json
    assert {row["attribute"] for row in shown["attributes"]} == {clinic.name.uid, clinic.card.uid}


def test_an_instance_is_deleted(api: ApiClient, clinic: Clinic) -> None:
    api.post(INSTANCES, instance(clinic))

    answer = api.delete(f"{INSTANCES}/{ENTITY}")

    assert (answer.status, counts(summary(answer))) == (200, (0, 0, 1, 0)), answer
    assert api.get(f"{INSTANCES}/{ENTITY}").status == 404
    assert api.delete(f"{INSTANCES}/TeSending09").status == 409


def test_an_old_event_finds_its_active_enrollment(api: ApiClient, clinic: Clinic) -> None:
    stage = make_stage(clinic.program)
    api.post(INSTANCES, instance(clinic))
    event = {
        "program": clinic.program.uid, "programStage": stage.uid, "orgUnit": NGELEHUN, "eventDate": "2024-05-09",
        "trackedEntityInstance": ENTITY, "completedDate": "2024-05-09",
    }  # fmt: skip

    answer = api.post("/api/events", {"events": [event]})

    assert answer.status == 200, answer
    stored = Event.objects.get(uid=summary(answer)["importSummaries"][0]["reference"])
    assert stored.enrollment.uid == ENROLLMENT and stored.completed_at is None


def test_an_enrollment_is_posted_updated_and_deleted_and_read_in_the_new_format(api: ApiClient, clinic: Clinic) -> None:
    api.post(INSTANCES, instance(clinic, enrollments=[]))
    body = {
        "enrollment": ENROLLMENT, "trackedEntityInstance": ENTITY, "program": clinic.program.uid,
        "orgUnit": NGELEHUN, "enrollmentDate": "2024-05-01", "incidentDate": "2024-05-01",
    }  # fmt: skip

    assert counts(summary(api.post("/api/enrollments", body))) == (1, 0, 0, 0)
    put = api.put(f"/api/enrollments/{ENROLLMENT}", body | {"enrollmentDate": "2024-05-04"})
    assert counts(summary(put)) == (0, 1, 0, 0), put
    assert api.get(f"/api/enrollments/{ENROLLMENT}").json["enrolledAt"] == "2024-05-04T00:00:00.000"
    assert counts(summary(api.delete(f"/api/enrollments/{ENROLLMENT}"))) == (0, 0, 1, 0)
    assert api.get(f"/api/enrollments/{ENROLLMENT}").status == 404


def test_putting_a_value_leaves_the_rest_of_its_event_as_it_was(api: ApiClient, clinic: Clinic) -> None:
    clinic.stage.enable_user_assignment = True
    clinic.stage.feature_type = "POINT"
    clinic.stage.save()
    nurse = someone_at("nurse", capture=[NGELEHUN])  # who may not open again what is completed
    members = {
        "status": "COMPLETED", "completedAt": "2024-05-03", "completedBy": "ada", "scheduledAt": "2024-05-01",
        "followUp": True, "geometry": {"type": "Point", "coordinates": [-11.5, 8.2]},
        "assignedUser": {"uid": nurse.uid}, "updatedAtClient": "2024-05-02T10:00:00",
    }  # fmt: skip
    assert send(api, clinic.visit(**members)).status == 200
    again = clinic.enrollment("EnSending02", enrolledAt="2024-06-01")  # what an event without enrollment would take
    Enrollment.objects.update(status="COMPLETED")
    assert send(api, {"enrollments": [again]}).status == 200
    before = Event.objects.values().get(uid=EVENT)
    weight = {"dataElement": clinic.weight.uid, "value": "3300"}
    body = {"trackedEntityInstance": ENTITY, "program": clinic.program.uid, "dataValues": [weight]}

    answer = api.put(f"/api/events/{EVENT}/{clinic.weight.uid}", body, user="nurse")

    assert answer.status == 200, answer
    after = Event.objects.values().get(uid=EVENT)
    assert values_of() == {clinic.weight.uid: "3300", clinic.remark.uid: "well"}
    assert {name for name in after if after[name] != before[name]} == {"data_values", "updated_at", "updated_by_id"}


def test_putting_a_value_names_what_it_leaves_by_the_scheme_of_the_body(api: ApiClient, clinic: Clinic) -> None:
    send(api, clinic.visit())
    clinic.program.code, clinic.stage.code, clinic.weight.code = "visits", "visit", "weight"
    for item in (clinic.program, clinic.stage, clinic.weight):
        item.save()
    address = f"/api/events/{EVENT}/{clinic.weight.uid}?idScheme=CODE&categoryOptionComboIdScheme=UID"

    answer = api.put(address, {"dataValues": [{"dataElement": "weight", "value": "3300"}]})

    assert answer.status == 200, answer
    assert values_of() == {clinic.weight.uid: "3300", clinic.remark.uid: "well"}


def test_putting_a_value_of_an_event_that_its_sender_may_not_read_tells_nothing(api: ApiClient, clinic: Clinic) -> None:
    someone_at("stranger", capture=[BADJIA])
    send(api, clinic.visit())
    clinic.program.sharing = CLOSED_TO_ALL
    clinic.program.save()
    body = {"dataValues": [{"dataElement": clinic.weight.uid, "value": "3300"}]}

    answer = api.put(f"/api/events/{EVENT}/{clinic.weight.uid}", body, user="stranger")

    assert [conflict["errorCode"] for conflict in summary(answer)["conflicts"]] == ["E1123"] * 3
    assert values_of()[clinic.weight.uid] == "3200"


def test_putting_an_event_replaces_its_values_and_putting_a_value_changes_that_one(
    api: ApiClient, clinic: Clinic
) -> None:
    send(api, clinic.visit())
    event = {
        "program": clinic.program.uid, "programStage": clinic.stage.uid, "orgUnit": NGELEHUN, "status": "ACTIVE",
        "enrollment": ENROLLMENT, "eventDate": "2024-05-02",
    }  # fmt: skip
    weight = {"dataElement": clinic.weight.uid, "value": "3300"}

    one = api.put(f"/api/events/{EVENT}/{clinic.weight.uid}", event | {"dataValues": [weight]})
    assert one.status == 200, one
    assert values_of() == {clinic.weight.uid: "3300", clinic.remark.uid: "well"}

    whole = api.put(f"/api/events/{EVENT}", event | {"dataValues": [weight | {"value": "3400"}]})
    assert whole.status == 200, whole
    assert values_of() == {clinic.weight.uid: "3400"}
    assert api.delete(f"/api/events/{EVENT}").status == 200


def test_putting_an_event_keeps_values_that_its_sender_was_not_shown(api: ApiClient, clinic: Clinic) -> None:
    someone_at("nurse", capture=[NGELEHUN])
    send(api, clinic.visit())
    clinic.remark.sharing = CLOSED_TO_ALL
    clinic.remark.save()
    shown = api.get(f"/api/events/{EVENT}", user="nurse").json

    answer = api.put(f"/api/events/{EVENT}", {**shown, "eventDate": "2024-05-04"}, user="nurse")

    assert answer.status == 200, answer
    assert values_of() == {clinic.weight.uid: "3200", clinic.remark.uid: "well"}


def test_putting_an_instance_keeps_attributes_of_a_program_that_its_sender_may_not_read(
    api: ApiClient, clinic: Clinic
) -> None:
    someone_at("nurse", capture=[NGELEHUN])
    send(api, clinic.visit())
    make_program(clinic.type)  # by which the nurse still reads and writes the person
    clinic.program.sharing = NO_DATA
    clinic.program.save()
    body = instance(clinic, enrollments=[])

    answer = api.put(f"{INSTANCES}/{ENTITY}?program={clinic.program.uid}", body, user="nurse")

    assert (answer.status, answer.json["message"]) == (403, f"User has no access to program: {clinic.program.uid}")


def values_of() -> dict[str, str]:
    return {uid: entry["value"] for uid, entry in Event.objects.get(uid=EVENT).data_values.items()}


def test_access_is_that_of_today_s_import(api: ApiClient, clinic: Clinic) -> None:
    someone_at("stranger", capture=[])

    answer = api.post(INSTANCES, instance(clinic, enrollments=[]), user="stranger")

    (row,) = summary(answer)["importSummaries"]
    assert [conflict["errorCode"] for conflict in row["conflicts"]] == ["E1000"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (INSTANCES, []), (INSTANCES, {"trackedEntityInstances": 5}), (INSTANCES, {"enrollments": [3]}),
        (INSTANCES, {"trackedEntityInstance": 7}), ("/api/events", {"events": [None]}),
        ("/api/events", {"trackedEntityInstance": [1], "program": {}}),
    ],
)  # fmt: skip
def test_what_is_no_body_is_refused(api: ApiClient, path: str, body: Any) -> None:
    assert api.post(path, body).status in (400, 409)
    if isinstance(body, list):
        assert api.put(f"{path}/{ENTITY}", body).status == 400
