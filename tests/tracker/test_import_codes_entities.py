"""Each code that an import tells of tracked entities and enrollments, but for values and access."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.coded import MALFORMED, Case, Cases, Sent, stored_enrollment, stored_person, verify
from tests.tracker.sending import ENROLLMENT, ENTITY, make_clinic

pytestmark = pytest.mark.django_db
CASES = Cases()
UNKNOWN = "Unknown0001"
POINT = {"type": "Point", "coordinates": [-11.4, 8.1]}
DELETE, UPDATE, CREATE = (f"&importStrategy={name}" for name in ("DELETE", "UPDATE", "CREATE"))


@CASES("E1002")
def stored_entity_created() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"trackedEntities": [clinic.person()]}, ENTITY, [ENTITY], query=CREATE)


@CASES("E1002")
def entity_sent_twice() -> Sent:
    clinic = make_clinic()
    return Sent({"trackedEntities": [clinic.person(), clinic.person()]}, ENTITY)


@CASES("E1005")
def unknown_type() -> Sent:
    body = {"trackedEntities": [make_clinic().person(trackedEntityType=UNKNOWN)]}
    return Sent(body, ENTITY, [UNKNOWN])


@CASES("E1048")
def malformed_uid_in_an_early_version() -> Sent:
    return Sent({"trackedEntities": [make_clinic().person(MALFORMED)]}, MALFORMED, version="/36")


@CASES("E1049")
def entity_at_unknown_org_unit() -> Sent:
    return Sent({"trackedEntities": [make_clinic().person(orgUnit=UNKNOWN)]}, ENTITY, [UNKNOWN])


@CASES("E1063")
def unknown_entity_deleted() -> Sent:
    return Sent({"trackedEntities": [{"trackedEntity": ENTITY}]}, ENTITY, [ENTITY], query=DELETE)


@CASES("E1114")
def deleted_entity_sent_again() -> Sent:
    clinic = make_clinic()
    stored_person(clinic, deleted=True)
    return Sent({"trackedEntities": [clinic.person()]}, ENTITY, [ENTITY])


@CASES("E1121")
def entity_without_type() -> Sent:
    return Sent({"trackedEntities": [make_clinic().person(trackedEntityType="")]}, ENTITY, ["trackedEntityType"])


@CASES("E1126")
def entity_of_another_type() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    body = {"trackedEntities": [clinic.person(trackedEntityType=world.make_type().uid)]}
    return Sent(body, ENTITY, ["trackedEntityType"])


@CASES("E1012")
def polygon_where_the_program_draws_points() -> Sent:
    clinic = make_clinic(feature_type="POINT")
    stored_person(clinic)
    ring = [[0, 0], [0, 1], [1, 1], [0, 0]]
    body = {"enrollments": [clinic.enrollment(geometry={"type": "Polygon", "coordinates": [ring]})]}
    return Sent(body, ENROLLMENT, ["POINT"])


@CASES("E1014")
def enrollment_in_an_event_program() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    program = world.make_program()
    return Sent({"enrollments": [clinic.enrollment(program=program.uid)]}, ENROLLMENT, [program.uid])


@CASES("E1015")
def second_active_enrollment() -> Sent:
    clinic = make_clinic()
    entity = stored_person(clinic)
    world.stored_enrollment(entity, clinic.program, world.NGELEHUN)
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [ENTITY, clinic.program.uid])


@CASES("E1016")
def second_enrollment_where_one_is_allowed() -> Sent:
    clinic = make_clinic(only_enroll_once=True)
    entity = stored_person(clinic)
    world.stored_enrollment(entity, clinic.program, world.NGELEHUN, status="COMPLETED")
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [ENTITY, clinic.program.uid])


def _tomorrow() -> str:
    return (timezone.localtime() + timedelta(days=1)).date().isoformat()


@CASES("E1020")
def enrolled_tomorrow() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(enrolledAt=_tomorrow())]}, ENROLLMENT)


@CASES("E1021")
def incident_tomorrow() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(occurredAt=_tomorrow())]}, ENROLLMENT)


@CASES("E1022")
def program_of_another_type() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    program = world.make_program(world.make_type())
    return Sent({"enrollments": [clinic.enrollment(program=program.uid)]}, ENROLLMENT, [ENTITY, program.uid])


@CASES("E1023")
def incident_date_missing() -> Sent:
    clinic = make_clinic(display_incident_date=True)
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(occurredAt=None)]}, ENROLLMENT, [])


@CASES("E1025")
def enrollment_date_missing() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(enrolledAt="")]}, ENROLLMENT, [])


@CASES("E1041")
def program_elsewhere() -> Sent:
    clinic = make_clinic(org_units=[world.BAOMA])
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [world.NGELEHUN, clinic.program.uid])


@CASES("E1052")
def active_enrollment_completed() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(completedAt="2024-05-03")]}, ENROLLMENT, [ENROLLMENT, "ACTIVE"])


@CASES("E1068")
def unknown_entity_enrolled() -> Sent:
    return Sent({"enrollments": [make_clinic().enrollment()]}, ENROLLMENT, [ENTITY])


@CASES("E1069")
def unreadable_program() -> Sent:
    clinic = make_clinic(sharing=world.CLOSED_TO_ALL)
    stored_person(clinic)
    user = world.someone_at("reader", [world.NGELEHUN])
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [clinic.program.uid], user=user.username)


@CASES("E1070")
def enrollment_at_unknown_org_unit() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(orgUnit=UNKNOWN)]}, ENROLLMENT, [UNKNOWN])


@CASES("E1074")
def geometry_without_feature_type() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(geometry=POINT)]}, ENROLLMENT, [])


@CASES("E1080")
def stored_enrollment_created() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [ENROLLMENT], query=CREATE)


@CASES("E1081")
def unknown_enrollment_updated() -> Sent:
    return Sent({"enrollments": [make_clinic().enrollment()]}, ENROLLMENT, [ENROLLMENT], query=UPDATE)


@CASES("E1081")
def what_holds_the_events_of_a_program_deleted() -> Sent:
    program = world.make_program()
    event = world.stored_event(program, world.make_stage(program), world.NGELEHUN)
    event.enrollment.uid = ENROLLMENT
    event.enrollment.save()
    return Sent({"enrollments": [{"enrollment": ENROLLMENT}]}, ENROLLMENT, [ENROLLMENT], query=DELETE)


@CASES("E1113")
def deleted_enrollment_sent_again() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic, deleted=True)
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [ENROLLMENT])


@CASES("E1119")
def note_sent_again() -> Sent:
    clinic = make_clinic()
    world.stored_note(stored_enrollment(clinic), "first", uid="NoSending01")
    notes = [{"note": "NoSending01", "value": "first"}]
    return Sent({"enrollments": [clinic.enrollment(notes=notes)]}, ENROLLMENT, is_warning=True)


@CASES("E1122")
def enrollment_of_nobody() -> Sent:
    return Sent({"enrollments": [make_clinic().enrollment(trackedEntity=None)]}, ENROLLMENT, ["trackedEntity"])


@CASES("E1127")
def enrollment_in_another_program() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    program = world.make_program(clinic.type)
    return Sent({"enrollments": [clinic.enrollment(program=program.uid)]}, ENROLLMENT, ["program"])


@CASES("E1127")
def enrollment_of_somebody_else() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    other = world.stored_entity(clinic.type, world.NGELEHUN)
    return Sent({"enrollments": [clinic.enrollment(trackedEntity=other.uid)]}, ENROLLMENT, ["trackedEntity"])


@pytest.mark.parametrize(("code", "make"), CASES.cases, ids=CASES.ids)
def test_import_tells(api: ApiClient, admin: object, code: str, make: Case) -> None:
    verify(api, code, make())


@pytest.mark.parametrize(
    "geometry",
    [
        "POINT(1 2)", {"type": "Circle", "coordinates": [1, 2]}, {"type": "Point"},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": ["x", 2]}, {"type": "Point", "coordinates": [1e300, 2]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1]]]}, {"type": "Point", "coordinates": [True, 1]},
    ],
)  # fmt: skip
def test_malformed_geometry_refuses_the_request(api: ApiClient, admin: object, geometry: object) -> None:
    answer = api.post("/api/tracker?async=false", {"trackedEntities": [make_clinic().person(geometry=geometry)]})

    assert (answer.status, answer.json["status"]) == (400, "ERROR")
    assert "eometry" in answer.json["message"]
