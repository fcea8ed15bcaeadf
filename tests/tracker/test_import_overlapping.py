"""Imports that meet each other, and pulls beside them: real connections on a database of their own."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from psycopg2.extensions import connection as Connection

from metadata.models import TrackedEntityTypeAttribute
from tests.datavalues.test_overlapping import Beside, somebody_waits, wait_until, watcher
from tests.harness.client import ApiClient, basic
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess
from tests.tracker import world
from tests.tracker.sending import ENTITY, EVENT, codes, make_clinic, send, value
from tracker.models import Enrollment, Event, TrackedEntity

__all__ = ["watcher"]
CLIENTS = 50


def test_two_devices_change_the_same_person_and_nothing_is_lost(own_database: OwnDatabase, watcher: Connection) -> None:
    clinic, api = make_clinic(), ApiClient()
    send(api, clinic.visit())

    with transaction.atomic():
        send(api, {"events": [clinic.event(values={clinic.weight: "3300"})]})
        other = Beside(lambda: send(ApiClient(), {
            "trackedEntities": [clinic.person(attributes=[value(clinic.name, "Zoe")])],
            "events": [clinic.event(values={clinic.remark: "better"})],
        }))  # fmt: skip
        wait_until(lambda: somebody_waits(watcher))

    assert other.finished().status == 200
    stored = Event.objects.get(uid=EVENT).data_values
    assert {uid: entry["value"] for uid, entry in stored.items()} == {
        clinic.weight.uid: "3300", clinic.remark.uid: "better",
    }  # fmt: skip


def test_value_that_is_put_leaves_its_event_as_a_device_completes_it_meanwhile(
    own_database: OwnDatabase, watcher: Connection
) -> None:
    clinic, api = make_clinic(), ApiClient()
    send(api, clinic.visit())
    body = {"dataValues": [{"dataElement": clinic.weight.uid, "value": "3300"}]}

    with transaction.atomic():
        send(api, {"events": [clinic.event(status="COMPLETED")]})
        other = Beside(lambda: ApiClient().put(f"/api/events/{EVENT}/{clinic.weight.uid}", body))
        wait_until(lambda: somebody_waits(watcher))

    assert other.finished().status == 200
    stored = Event.objects.get(uid=EVENT)
    assert (stored.status, stored.data_values[clinic.weight.uid]["value"]) == ("COMPLETED", "3300")


@pytest.mark.parametrize("comes_first", ["the import", "the attribute"])
def test_value_is_found_that_is_imported_while_its_attribute_comes_to_be_searched_by(
    own_database: OwnDatabase, watcher: Connection, comes_first: str
) -> None:
    clinic, api = make_clinic(), ApiClient()
    type = f"/api/trackedEntityTypes/{clinic.type.uid}"
    stored = api.get(f"{type}?fields=:owner").json
    stored["trackedEntityTypeAttributes"][0]["searchable"] = True
    steps = [
        lambda: send(ApiClient(), {"trackedEntities": [clinic.person(attributes=[value(clinic.name, "Aminata")])]}),
        lambda: ApiClient().put(type, stored),
    ]
    first, second = steps if comes_first == "the import" else reversed(steps)

    with transaction.atomic():
        assert first().status == 200
        other = Beside(second)
        wait_until(lambda: somebody_waits(watcher))

    assert other.finished().status == 200
    query = f"trackedEntityType={clinic.type.uid}&filter={clinic.name.uid}:like:NAT"
    assert len(api.get(f"/api/tracker/trackedEntities?{query}").json["trackedEntities"]) == 1


def test_type_that_is_searched_by_nothing_new_does_not_wait_for_imports_of_others(own_database: OwnDatabase) -> None:
    clinic, other_type = make_clinic(), world.make_type()
    searched = world.make_attribute(of_type=clinic.type, searchable=True)
    TrackedEntityTypeAttribute.objects.create(
        tracked_entity_type=other_type, tracked_entity_attribute=searched, searchable=True, sort_order=1
    )
    path = f"/api/trackedEntityTypes/{other_type.uid}"
    stored = ApiClient().get(f"{path}?fields=:owner").json

    with transaction.atomic():
        send(ApiClient(), {"trackedEntities": [clinic.person(attributes=[value(searched, "x")])]})
        other = Beside(lambda: ApiClient().put(path, stored))
        assert other.finished().status == 200


def test_bundle_that_is_sent_twice_at_once_is_there_once(own_database: OwnDatabase, watcher: Connection) -> None:
    clinic, api = make_clinic(), ApiClient()

    with transaction.atomic():
        first = send(api, clinic.visit())
        again = Beside(lambda: send(ApiClient(), clinic.visit()))
        wait_until(lambda: somebody_waits(watcher))

    second = again.finished()
    assert (first.json["stats"]["created"], second.json["stats"]["updated"]) == (3, 3)
    assert TrackedEntity.objects.filter(uid=ENTITY).count() == Event.objects.filter(uid=EVENT).count() == 1


def test_transfer_of_one_person_lets_imports_of_others_pass(own_database: OwnDatabase) -> None:
    clinic, api = make_clinic(), ApiClient()
    send(api, clinic.visit())
    query = f"trackedEntity={ENTITY}&program={clinic.program.uid}&orgUnit={world.BADJIA}"
    enrollment = clinic.enrollment("EnSending02", trackedEntity="TeSending02")

    with transaction.atomic():
        assert api.put(f"/api/tracker/ownership/transfer?{query}").status == 200
        other = Beside(lambda: send(ApiClient(), {
            "trackedEntities": [clinic.person("TeSending02", enrollments=[enrollment])],
        }))  # fmt: skip
        assert other.finished().status == 200


def test_removal_waits_for_an_import_of_the_same_person(own_database: OwnDatabase, watcher: Connection) -> None:
    """Not the other way round: each would hold what the other one wants."""
    clinic, api = make_clinic(), ApiClient()
    send(api, clinic.visit())
    send(api, {"events": [{"event": EVENT}]}, "&importStrategy=DELETE")

    with transaction.atomic():
        send(api, {"trackedEntities": [clinic.person()]})
        removal = Beside(lambda: ApiClient().post("/api/maintenance/softDeletedEventRemoval"))
        wait_until(lambda: somebody_waits(watcher))
        assert send(api, {"enrollments": [clinic.enrollment(events=[clinic.event("EvSending02")])]}).status == 200
        assert codes(send(api, {"events": [clinic.event()]})) == {("E1082", "EVENT", EVENT)}

    assert removal.finished().status == 204


def test_unique_value_goes_to_one_of_two_people(own_database: OwnDatabase, watcher: Connection) -> None:
    clinic, api = make_clinic(), ApiClient()
    card = world.make_attribute(of_type=clinic.type, unique=True)

    def person(uid: str, text: str) -> dict[str, Any]:
        return {"trackedEntities": [clinic.person(uid, attributes=[value(card, text)])]}

    with transaction.atomic():
        first = send(api, person("TeUnique001", "abc"))
        other = Beside(lambda: send(ApiClient(), person("TeUnique002", "ABC")))
        wait_until(lambda: somebody_waits(watcher))

    second = other.finished()
    assert (first.status, second.status) == (200, 409)
    assert codes(second) == {("E1064", "TRACKED_ENTITY", "TeUnique002")}


@pytest.mark.parametrize("query", ["", "&includeDeleted=true"])
def test_pull_finds_what_was_stamped_before_it_and_committed_after(own_database: OwnDatabase, query: str) -> None:
    clinic, api = make_clinic(), ApiClient()
    held, done = threading.Event(), threading.Event()

    def import_slowly() -> Any:
        with transaction.atomic():
            answer = send(ApiClient(), clinic.visit())
            held.set()
            done.wait(60)
        return answer

    importing = Beside(import_slowly)
    held.wait(60)
    send(api, {"trackedEntities": [clinic.person("TeEarlier01", enrollments=[clinic.enrollment("EnEarlier01")])]})
    path = f"/api/tracker/trackedEntities?program={clinic.program.uid}&fields=trackedEntity,updatedAt{query}"
    first = api.get(path).json["trackedEntities"]
    since = max(entity["updatedAt"] for entity in first)
    done.set()
    importing.finished()

    second = api.get(f"{path}&updatedAfter={since}").json["trackedEntities"]

    assert [entity["trackedEntity"] for entity in first] == ["TeEarlier01"]
    assert ENTITY in [entity["trackedEntity"] for entity in second]


def test_fifty_clients_import_at_once_and_send_again_what_was_not_answered(
    own_database: OwnDatabase, live_server_process: WebProcess
) -> None:
    clinic = make_clinic()
    send(ApiClient(), clinic.visit())
    address = urlsplit(live_server_process.url).netloc
    headers = {"Content-Type": "application/json", "Authorization": basic("admin", "district")}
    answers: list[tuple[int, bytes]] = []

    def sync(number: int) -> None:
        """A new person, and a visit of the one that all share; the answer of the first time gets lost."""
        mine = clinic.person(f"TeClient{number:03}", enrollments=[clinic.enrollment(f"EnClient{number:03}")])
        shared = clinic.event(f"EvClient{number:03}", values={clinic.weight: str(number)})
        body = json.dumps({"trackedEntities": [mine], "events": [shared]})
        for is_lost in (True, False):
            server = http.client.HTTPConnection(address, timeout=120)
            server.request("POST", "/api/tracker?async=false", body, headers)
            if not is_lost:
                answer = server.getresponse()
                answers.append((answer.status, answer.read()))
            server.close()

    threads = [threading.Thread(target=sync, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer for answer in answers if answer[0] != 200] == []
    assert len(answers) == CLIENTS
    wait_until(lambda: TrackedEntity.objects.filter(uid__startswith="TeClient").count() == CLIENTS)
    assert Enrollment.objects.filter(uid__startswith="EnClient").count() == CLIENTS
    assert Event.objects.filter(uid__startswith="EvClient", tracked_entity__uid=ENTITY).count() == CLIENTS
