"""Parameters and bodies of the import: what is accepted, and the words of what is not."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from metadata.models import ProgramStage
from tests.harness.client import ApiClient
from tests.tracker.documented import EVENTS, PERSON, flat
from tests.tracker.sending import EVENT, make_clinic, send
from tracker.models import Event, TrackedEntity

pytestmark = pytest.mark.django_db
SYNC = "/api/tracker?async=false"


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("importStrategy", "CREATE, UPDATE, CREATE_AND_UPDATE, DELETE"), ("reportMode", "FULL, ERRORS, WARNINGS"),
        ("importMode", "COMMIT, VALIDATE"), ("atomicMode", "ALL, OBJECT"), ("flushMode", "OBJECT, AUTO"),
        ("validationMode", "FULL, FAIL_FAST, SKIP"),
    ],
)  # fmt: skip
def test_word_that_a_parameter_does_not_know_is_refused_with_those_it_knows(
    api: ApiClient, name: str, valid: str
) -> None:
    answer = api.post(f"/api/tracker?{name}=INVALID", {})

    assert answer.status == 400
    assert answer.json["message"] == (f"Value 'INVALID' is not valid for parameter {name}. Valid values are: [{valid}]")


@pytest.mark.parametrize("name", ["async", "skipSideEffects", "skipRuleEngine", "skipPatternValidation"])
def test_what_is_no_boolean_is_refused(api: ApiClient, name: str) -> None:
    answer = api.post(f"/api/tracker?{name}=INVALID", {})

    message = f"Value 'INVALID' is not valid for parameter {name}. It should be of type boolean"
    assert (answer.status, answer.json["message"]) == (400, message)


@pytest.mark.parametrize("name", ["idScheme", "orgUnitIdScheme", "programStageIdScheme"])
@pytest.mark.parametrize("text", ["ATTRIBUTE:abc", "uid", "ATTRIBUTE"])
def test_what_is_no_id_scheme_is_refused(api: ApiClient, name: str, text: str) -> None:
    answer = api.post(f"/api/tracker?{name}={text}", {})

    valid = "[UID, CODE, NAME, ATTRIBUTE:attributeUid]"
    message = f"Value '{text}' is not valid for parameter {name}. Valid values are: {valid}"
    assert (answer.status, answer.json["message"]) == (400, message)


@pytest.mark.parametrize("query", ["reportMode=errors", "importStrategy=create_and_update", "async=FALSE", "unknown=1"])
def test_case_of_words_does_not_matter_and_unknown_parameters_neither(api: ApiClient, query: str) -> None:
    assert api.post(f"/api/tracker?{query}&async=false", {}).status == 200


@pytest.mark.parametrize("member", ["trackedEntity", "enrollment", "event", "relationship", "note", "side", "parent"])
def test_malformed_uid_refuses_the_request(api: ApiClient, member: str) -> None:
    bodies: dict[str, Any] = {
        "trackedEntity": {"trackedEntities": [{"trackedEntity": "invalid_uid"}]},
        "enrollment": {"enrollments": [{"enrollment": "invalid_uid"}]},
        "event": {"events": [{"event": "invalid_uid"}]},
        "relationship": {"relationships": [{"relationship": "invalid_uid"}]},
        "note": {"events": [{"notes": [{"note": "invalid_uid", "value": "x"}]}]},
        "side": {"relationships": [{"from": {"event": {"event": "invalid_uid"}}}]},
        "parent": {"events": [{"enrollment": "invalid_uid"}]},
    }

    answer = api.post(SYNC, bodies[member])

    assert answer.status == 400
    assert (
        "UID must be an alphanumeric string of 11 characters starting with a letter, but was: invalid_uid"
        in (answer.json["message"])
    )


def test_malformed_uid_is_told_before_a_job_is_made(api: ApiClient) -> None:
    assert api.post("/api/tracker", {"events": [{"event": "invalid_uid"}]}).status == 400


@pytest.mark.parametrize(
    "event",
    [
        {"occurredAt": "yesterday"}, {"status": "DONE"}, {"dataValues": {"a": 1}}, {"orgUnit": ["a"]}, "text",
        {"notes": "x"}, {"geometry": {"type": "Point", "coordinates": "x"}},
    ],
    ids=str,
)  # fmt: skip
def test_member_that_cannot_be_read_refuses_the_request(api: ApiClient, event: Any) -> None:
    assert api.post(SYNC, {"events": [event]}).status == 400


@pytest.mark.parametrize(
    "day", ["2019-08-01", "2019-08-01T00:00:00", "2019-08-01T00:00:00.000Z", 1564617600000, "1564617600000"]
)
def test_days_are_read_in_all_their_forms(api: ApiClient, day: Any) -> None:
    body = flat()
    body["events"][0]["occurredAt"] = day

    assert api.post(SYNC, body).status == 200
    assert Event.objects.get(uid=EVENTS[0]).occurred_at.isoformat() == "2019-08-01T00:00:00+00:00"


def test_coordinates_are_numbers_with_fractions(api: ApiClient) -> None:
    clinic = make_clinic()
    ProgramStage.objects.filter(pk=clinic.stage.pk).update(feature_type="POINT")
    point = {"type": "Point", "coordinates": [-11.566044, 9.477801]}

    answer = send(api, clinic.visit(geometry=point))

    assert answer.status == 200, answer
    assert Event.objects.get(uid=EVENT).geometry == point


def test_empty_text_means_nothing_and_numbers_mean_their_text(api: ApiClient) -> None:
    body = flat()
    body["events"][0] |= {"scheduledAt": "", "assignedUser": "", "geometry": ""}
    body["events"][0]["dataValues"][0]["value"] = 20.50
    body["events"][0]["dataValues"][1]["value"] = ""

    assert api.post(SYNC, body).status == 200
    stored = Event.objects.get(uid=EVENTS[0])
    assert stored.scheduled_at is None
    assert stored.data_values["BuZ5LGNfGEU"]["value"] == "20.5"
    assert "ZrqtjjveTFc" not in stored.data_values


def test_other_types_of_content_are_refused(api: ApiClient) -> None:
    assert api.post(SYNC, "<a/>", content_type="application/xml").status == 415


def test_compressed_body_needs_no_word(api: ApiClient) -> None:
    assert api.post(SYNC, gzip.compress(json.dumps(flat()).encode())).status == 200
    assert TrackedEntity.objects.filter(uid=PERSON).exists()


def test_nobody_imports_without_login(api: ApiClient) -> None:
    assert api.post(SYNC, {}, user=None).status == 401
    assert api.get("/api/tracker/jobs/abcdefghij1", user=None).status == 401
