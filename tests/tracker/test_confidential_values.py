"""Confidential attribute values whose key is gone: they are left out and told in the log, all else goes on."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.ciphers import encrypt_text
from metadata.models import TrackedEntityAttribute
from tests.harness.client import ApiClient
from tests.tracker.sending import ENTITY, Clinic, make_clinic, send, value
from tests.tracker.world import make_attribute
from tracker.confidential import decrypt_value
from tracker.models import AttributeChangeLog, TrackedEntity

pytestmark = pytest.mark.django_db
PERSON = f"/api/tracker/trackedEntities/{ENTITY}"


class World:
    """A person with a secret of the type and one of the program, encrypted with a key that is gone."""

    def __init__(self, api: ApiClient, settings: Any) -> None:
        self.clinic: Clinic = make_clinic()
        self.secret = make_attribute(of_type=self.clinic.type, confidential=True)
        self.card = make_attribute(of_program=self.clinic.program, confidential=True)
        sent = [value(self.clinic.name, "Ana"), value(self.secret, "hidden")]
        enrollment = self.clinic.enrollment(attributes=[value(self.clinic.card, "77"), value(self.card, "hidden")])
        person = self.clinic.person(attributes=sent, enrollments=[enrollment])
        assert send(api, {"trackedEntities": [person]}).status == 200
        self.settings = settings
        self.settings.ENCRYPTION_KEYS = ["another"]

    def find_key(self) -> None:
        self.settings.ENCRYPTION_KEYS = []


@pytest.fixture
def world(api: ApiClient, settings: Any) -> World:
    return World(api, settings)


def shown(attributes: list[dict[str, Any]]) -> dict[str, str]:
    return {row["attribute"]: row["value"] for row in attributes}


def test_the_log_names_tracked_entity_and_attribute_but_not_the_value(caplog: pytest.LogCaptureFixture) -> None:
    assert decrypt_value(encrypt_text("hidden"), "TeSending01", "SecretOfTe1") == "hidden"
    assert not caplog.records

    assert decrypt_value("ciphertext", "TeSending01", "SecretOfTe1") is None

    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "TeSending01" in record.getMessage() and "SecretOfTe1" in record.getMessage()
    assert "ciphertext" not in caplog.text


def test_reads_leave_the_value_out(api: ApiClient, world: World, caplog: pytest.LogCaptureFixture) -> None:
    clinic, program = world.clinic, world.clinic.program.uid
    fields = "fields=attributes,enrollments[attributes]"

    one = api.get(f"{PERSON}?program={program}&{fields}").json
    (listed,) = api.get(f"/api/tracker/trackedEntities?program={program}&{fields}").json["trackedEntities"]
    (enrolled,) = api.get(f"/api/tracker/enrollments?program={program}&fields=attributes").json["enrollments"]
    csv = api.get(f"/api/tracker/trackedEntities.csv?program={program}")

    assert shown(one["attributes"]) == {clinic.name.uid: "Ana", clinic.card.uid: "77"} == shown(listed["attributes"])
    assert shown(one["enrollments"][0]["attributes"]) == {clinic.card.uid: "77"} == shown(enrolled["attributes"])
    assert csv.status == 200 and "Ana" in csv.text and world.secret.uid not in csv.text
    assert ENTITY in caplog.text and world.secret.uid in caplog.text and "gAAAA" not in caplog.text


def test_change_logs_tell_of_the_change_without_its_values(api: ApiClient, world: World) -> None:
    AttributeChangeLog.objects.create(
        tracked_entity=TrackedEntity.objects.get(uid=ENTITY), attribute=world.secret, type="UPDATE",
        previous_value="gone", current_value=encrypt_text("known"), created_at="2024-05-01T10:00:00Z",
    )  # fmt: skip

    answer = api.get(f"{PERSON}/changeLogs?filter=attribute:eq:{world.secret.uid}")

    (change,) = (row["change"]["attributeValue"] for row in answer.json["changeLogs"])
    assert change == {"attribute": world.secret.uid, "currentValue": "known"}


def test_the_file_of_a_value_is_not_found(api: ApiClient, world: World) -> None:
    TrackedEntityAttribute.objects.filter(pk=world.secret.pk).update(value_type="FILE_RESOURCE")

    assert api.get(f"{PERSON}/attributes/{world.secret.uid}/file").status == 404


@pytest.mark.parametrize("path", ["tracker", "trackedEntityInstances"])
def test_writing_what_was_read_keeps_the_value_for_the_day_on_which_its_key_is_found(
    api: ApiClient, world: World, path: str
) -> None:
    if path == "tracker":
        assert send(api, {"trackedEntities": [api.get(PERSON).json]}).status == 200
    else:
        person = api.get(f"/api/trackedEntityInstances/{ENTITY}").json
        assert api.put(f"/api/trackedEntityInstances/{ENTITY}", person).status == 200

    world.find_key()
    assert shown(api.get(PERSON).json["attributes"])[world.secret.uid] == "hidden"


def test_what_is_sent_replaces_a_value_that_cannot_be_read(api: ApiClient, world: World) -> None:
    person = world.clinic.person(attributes=[value(world.secret, "new")])

    assert send(api, {"trackedEntities": [person]}).status == 200

    assert shown(api.get(PERSON).json["attributes"])[world.secret.uid] == "new"
