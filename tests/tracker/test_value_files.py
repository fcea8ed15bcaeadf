"""Files of attribute values and data values (DHIS2 2.42, tracker export): had through the value alone."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from files.models import FileResource
from tests.harness.client import Answer, ApiClient
from tests.tracker.sending import upload
from tests.tracker.world import (
    BADJIA,
    BAOMA,
    enrolled_person,
    make_attribute,
    make_data_element,
    someone_at,
    stored_event,
    stored_value,
)
from tracker.models import TrackerFile

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (600, 600), "red").save(drawn, "PNG")
    return drawn.getvalue()


class World:
    """Somebody with a letter, a portrait that only the program asks for, and an event with a scan."""

    def __init__(self, api: ApiClient) -> None:
        person = enrolled_person()
        self.program, self.entity = person.program, person.entity
        self.letter = make_attribute(of_type=person.type, value_type="FILE_RESOURCE")
        self.portrait = make_attribute(of_program=self.program, value_type="IMAGE")
        self.name = make_attribute(of_type=person.type)
        self.scan = make_data_element(person.stage, value_type="FILE_RESOURCE")
        self.text = make_data_element(person.stage)
        self.letter_file, self.portrait_file = upload(api, b"Dear", "letter.txt"), upload(api, picture(), "me.png")
        self.scan_file = upload(api, b"scanned", "scan.pdf")
        values = {self.letter: self.letter_file.uid, self.portrait: self.portrait_file.uid, self.name: "Ada"}
        for attribute, text in values.items():
            stored_value(self.entity, attribute, text)
        values_of_event = {self.scan: self.scan_file.uid, self.text: "x"}
        self.event = stored_event(person.enrollment, person.stage, BADJIA, values_of_event)
        self.empty = stored_event(person.enrollment, person.stage, BADJIA)
        TrackerFile.objects.create(file=self.letter_file, tracked_entity=self.entity, attribute=self.letter)
        TrackerFile.objects.create(file=self.portrait_file, tracked_entity=self.entity, attribute=self.portrait)
        TrackerFile.objects.create(file=self.scan_file, event=self.event, data_element=self.scan)
        someone_at("clerk", capture=[BADJIA])
        someone_at("stranger", capture=[BAOMA])
        self.api = api

    def attribute(
        self, attribute: Any, kind: str = "file", query: str = "", user: str = "clerk", **headers: Any
    ) -> Answer:
        path = f"/api/tracker/trackedEntities/{self.entity.uid}/attributes/{attribute.uid}/{kind}?{query}"
        return self.api.get(path, user=user, headers=headers or None)

    def value(self, element: Any, event: Any = None, user: str = "clerk", kind: str = "file") -> Answer:
        path = f"/api/tracker/events/{(event or self.event).uid}/dataValues/{element.uid}/{kind}"
        return self.api.get(path, user=user)


@pytest.fixture
def world(api: ApiClient) -> World:
    return World(api)


def test_the_file_of_an_attribute_is_given_as_it_was_sent(world: World) -> None:
    answer = world.attribute(world.letter)

    assert (answer.status, answer.content) == (200, b"Dear")
    assert answer.headers["Content-Type"] == "text/plain"
    assert "filename=letter.txt" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Length"] == "4"
    assert answer.headers["ETag"] == f'"{world.letter_file.uid}"'
    assert answer.headers["Cache-Control"] == "no-cache, private"
    assert "script-src 'none';" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_the_client_has_already_is_not_sent_again(world: World) -> None:
    tag = f'"{world.letter_file.uid}"'

    answer = world.attribute(world.letter, **{"If-None-Match": tag})

    assert (answer.status, answer.content, answer.headers["ETag"]) == (304, b"", tag)


def test_an_attribute_of_a_program_is_had_by_naming_it(world: World) -> None:
    assert world.attribute(world.portrait).status == 404

    answer = world.attribute(world.portrait, "image", f"program={world.program.uid}&dimension=small")

    assert answer.status == 200
    assert max(Image.open(io.BytesIO(answer.content)).size) < 600


def test_the_file_of_a_data_value_is_given(world: World) -> None:
    answer = world.value(world.scan)

    assert (answer.status, answer.content) == (200, b"scanned")


@pytest.mark.parametrize(
    ("kind", "query", "message"),
    [
        ("file", "dimension=small", "Request parameter 'dimension' is only supported for images"),
        ("image", "", "File is not an image"),
        ("image", "dimension=tiny", "Value 'tiny' is not valid for parameter dimension."),
    ],
)
def test_what_is_no_image_has_no_sizes(world: World, kind: str, query: str, message: str) -> None:
    answer = world.attribute(world.letter, kind, query)

    assert answer.status == 400
    assert answer.json["message"].startswith(message)


def test_what_is_no_file_or_not_there_is_not_found(world: World) -> None:
    someone_else = make_data_element(value_type="FILE_RESOURCE", sharing={"public": "--------"})

    assert [
        (answer.status, answer.json["message"].split(" ", 3)[0])
        for answer in (
            world.attribute(world.letter, user="stranger"), world.attribute(world.name), world.value(world.text),
            world.value(world.scan, world.empty), world.value(world.scan, user="stranger"), world.value(someone_else),
        )
    ] == [
        (404, "TrackedEntity"), (404, "Tracked"), (404, "Data"), (404, "DataValue"), (404, "Event"),
        (404, "DataElement"),
    ]  # fmt: skip


def test_a_uid_that_somebody_wrote_into_a_value_opens_no_file(world: World) -> None:
    TrackerFile.objects.filter(file=world.scan_file).delete()

    answer = world.value(world.scan)

    assert answer.status == 404
    assert answer.json["message"] == f"FileResource with id {world.scan_file.uid} could not be found."


def test_content_that_is_not_there_yet_is_a_conflict_and_lost_content_is_not_found(world: World) -> None:
    FileResource.objects.filter(pk=world.letter_file.pk).update(storage_status="PENDING")
    assert world.attribute(world.letter).status == 409

    default_storage.delete(world.scan_file.storage_key)
    assert world.value(world.scan).status == 404
