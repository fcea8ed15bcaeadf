"""The documentation's examples do what it says, flat and nested."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.harness.client import Answer, ApiClient
from tests.tracker.documented import ENROLLMENT, EVENTS, PERSON, flat, nested
from tracker.models import Enrollment, Event, Relationship, TrackedEntity

pytestmark = pytest.mark.django_db
SYNC = "/api/tracker?async=false"
BODIES = pytest.mark.parametrize("body", [flat, nested], ids=["flat", "nested"])

# What is stored, without keys and times of the server.
STORED = """
    SELECT entity.uid, unit.uid, enrollment.uid, enrollment.status, enrollment.enrolled_at, event.uid, stage.uid,
           event.status, event.occurred_at, event.scheduled_at, event.data_values, event.stored_by, owner.uid
    FROM tracked_entity entity
    JOIN enrollment ON enrollment.tracked_entity_id = entity.id
    JOIN event ON event.enrollment_id = enrollment.id
    JOIN metadata_programstage stage ON stage.id = event.program_stage_id
    JOIN metadata_organisationunit unit ON unit.id = entity.organisation_unit_id
    JOIN program_owner ON program_owner.tracked_entity_id = entity.id
    JOIN metadata_organisationunit owner ON owner.id = program_owner.organisation_unit_id
    WHERE entity.uid = %s ORDER BY event.uid
"""


def send(api: ApiClient, body: dict[str, Any], query: str = "", version: str = "") -> Answer:
    return api.post(f"/api{version}/tracker?async=false{query}", body)


def stored() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(STORED, [PERSON])
        return cursor.fetchall()


def test_flat_and_nested_leave_the_same_database(api: ApiClient) -> None:
    assert send(api, flat()).status == 200
    from_flat = stored()
    send(api, {"trackedEntities": [{"trackedEntity": PERSON}]}, "&importStrategy=DELETE")
    assert api.post("/api/maintenance/softDeletedTrackedEntityRemoval").status in (200, 204)
    assert send(api, nested()).status == 200

    assert len(from_flat) == 2
    assert stored() == from_flat


@BODIES
def test_full_report_names_what_was_created(api: ApiClient, body: Any) -> None:
    report = send(api, body(), "&reportMode=FULL").json
    timers = report.pop("timingsStats")["timers"]

    def type_report(name: str, *uids: str) -> dict[str, Any]:
        count = len(uids)
        stats = {"created": count, "updated": 0, "deleted": 0, "ignored": 0, "total": count}
        objects = [
            {"trackerType": name, "uid": uid, "index": index, "errorReports": []} for index, uid in enumerate(uids)
        ]
        return {"trackerType": name, "stats": stats, "objectReports": objects}

    all_of_them = {"created": 4, "updated": 0, "deleted": 0, "ignored": 0, "total": 4}
    assert report == {
        "status": "OK",
        "validationReport": {"errorReports": [], "warningReports": []},
        "stats": all_of_them,
        "bundleReport": {
            "status": "OK",
            "typeReportMap": {
                "TRACKED_ENTITY": type_report("TRACKED_ENTITY", PERSON),
                "ENROLLMENT": type_report("ENROLLMENT", ENROLLMENT),
                "EVENT": type_report("EVENT", *EVENTS),
                "RELATIONSHIP": type_report("RELATIONSHIP"),
            },
            "stats": all_of_them,
        },
    }
    assert set(timers) == {
        "preheat", "preprocess", "commit", "programrule", "programruleValidation", "totalImport", "validation",
    }  # fmt: skip
    assert all(text.endswith(" sec.") and "," in text for text in timers.values())


def test_brief_report_has_no_members_of_old_versions(api: ApiClient) -> None:
    report = send(api, flat()).json

    assert set(report) == {"status", "validationReport", "stats", "bundleReport"}
    assert set(report["bundleReport"]) == {"typeReportMap"}
    assert report["bundleReport"]["typeReportMap"]["ENROLLMENT"]["objectReports"] == [
        {"trackerType": "ENROLLMENT", "uid": ENROLLMENT, "errorReports": []}
    ]


def test_old_versions_tell_timings_and_indexes_in_every_mode(api: ApiClient) -> None:
    report = send(api, flat(), version="/36").json

    assert "timingsStats" in report
    assert report["bundleReport"]["stats"]["created"] == 4
    assert report["bundleReport"]["typeReportMap"]["EVENT"]["objectReports"][1]["index"] == 1


@BODIES
def test_sent_again_everything_is_an_update(api: ApiClient, body: Any) -> None:
    send(api, flat())
    before = stored()

    again = send(api, body())

    assert (again.status, again.json["stats"]["updated"]) == (200, 4)
    assert stored() == before


@BODIES
def test_relationship_goes_in_with_the_rest(api: ApiClient, body: Any) -> None:
    report = send(api, body(related=True))

    assert report.json["stats"]["created"] == 5
    assert Relationship.objects.filter(from_tracked_entity__uid=PERSON, to_tracked_entity__uid="Gjaiu3ea38E").exists()


@BODIES
def test_relationship_sent_again_is_a_conflict_today_and_passed_over_at_36(api: ApiClient, body: Any) -> None:
    send(api, body(related=True))

    today, then = send(api, body(related=True)), send(api, body(related=True), version="/36")

    assert today.status == 409
    assert [error["errorCode"] for error in today.json["validationReport"]["errorReports"]] == ["E4018"]
    assert (then.status, then.json["status"]) == (200, "OK")
    assert (
        then.json["stats"]["ignored"] == then.json["bundleReport"]["typeReportMap"]["RELATIONSHIP"]["stats"]["ignored"]
    )
    assert then.json["stats"]["ignored"] == 1
    assert Relationship.objects.filter(from_tracked_entity__uid=PERSON).count() == 1


def test_validation_alone_writes_nothing(api: ApiClient) -> None:
    answer = send(api, flat(related=True), "&importMode=VALIDATE")

    assert answer.status == 200
    assert answer.json == {
        "status": "OK",
        "validationReport": {"errorReports": [], "warningReports": []},
        "stats": {"created": 0, "updated": 0, "deleted": 0, "ignored": 0, "total": 0},
        "bundleReport": {"typeReportMap": {}},
    }
    assert not TrackedEntity.objects.filter(uid=PERSON).exists()


@BODIES
def test_deletion_takes_away_what_was_named_and_what_lies_below(api: ApiClient, body: Any) -> None:
    send(api, body(related=True))

    answer = send(api, {"trackedEntities": [{"trackedEntity": PERSON}]}, "&importStrategy=DELETE")

    assert (answer.status, answer.json["stats"]["deleted"]) == (200, 1)
    assert TrackedEntity.objects.get(uid=PERSON).deleted
    assert Enrollment.objects.get(uid=ENROLLMENT).deleted
    assert Enrollment.objects.get(uid=ENROLLMENT).status == "CANCELLED"
    assert set(Event.objects.filter(uid__in=EVENTS).values_list("deleted", flat=True)) == {True}
    assert Relationship.objects.get(from_tracked_entity__uid=PERSON).deleted


def test_nested_payload_deletes_all_that_it_names(api: ApiClient) -> None:
    send(api, nested())

    assert send(api, nested(), "&importStrategy=DELETE").json["stats"]["deleted"] == 4


def test_empty_payload_is_fine(api: ApiClient) -> None:
    assert send(api, {}).json["stats"]["total"] == 0


def test_trailing_comma_of_the_published_sample_is_an_error_with_its_place(api: ApiClient) -> None:
    answer = api.post(SYNC, b'{"enrollments": [{"attributes": [],}]}')

    assert answer.status == 400
    assert "line 1, column" in answer.json["message"]
