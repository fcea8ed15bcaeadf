"""Pushes of tracker data against a remote that answers what a test tells it to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from configuration.settings import store_settings
from metadata.models import ProgramStageDataElement
from scheduling.job_types import JobType
from scheduling.models import Job, Status
from synchronization.models import PushedObject
from synchronization.params import TrackerSyncParams
from synchronization.summaries import Summary
from synchronization.tracker import states
from synchronization.tracker.payloads import Payloads
from synchronization.tracker.reports import GONE, refusals
from tests.harness.queries import query_counter
from tests.synchronization.conftest import log_of, point_at, run_job
from tests.synchronization.stranger import Asked, Reply, Stranger, json_reply
from tests.tracker import world
from tracker.models import TrackedEntity

PATH = "/api/tracker"
TAKEN = json_reply({"status": "OK", "validationReport": {"errorReports": [], "warningReports": []}, "stats": {}})


def push(type: JobType = JobType.TRACKED_ENTITY_DATA_SYNC, size: int = 5) -> Job:
    return run_job(type, TrackerSyncParams(page_size=size))


def sent(remote: Stranger) -> list[Asked]:
    return [asked for asked in remote.asked if asked.path.startswith(f"{PATH}?")]


def strategy(asked: Asked) -> str:
    return asked.path.partition("importStrategy=")[2].partition("&")[0]


def refusal(uid: str, code: str = "E1018") -> Reply:
    errors = [{"message": "No", "errorCode": code, "trackerType": "EVENT", "uid": uid}]
    return json_reply({"status": "OK", "validationReport": {"errorReports": errors}})


def people(count: int) -> list[TrackedEntity]:
    type = world.make_type()
    return [world.stored_entity(type, world.BADJIA) for _ in range(count)]


def touch(entity: TrackedEntity, **difference: float) -> None:
    TrackedEntity.objects.filter(pk=entity.pk).update(updated_at=entity.updated_at + timedelta(**difference))


def test_a_tracked_entity_goes_with_all_below_it_and_deletions_go_before(sender: Stranger) -> None:
    sender.replies[PATH] = TAKEN
    found = world.enrolled_person()
    name = world.make_attribute(of_type=found.type)
    empty = world.make_attribute(of_type=found.type)
    needed = world.make_attribute(of_type=found.type, mandatory=True)
    secret = world.make_attribute(of_type=found.type, skip_synchronization=True)
    weight, hidden, unset = (world.make_data_element(found.stage) for _ in range(3))
    ProgramStageDataElement.objects.filter(data_element=hidden).update(skip_synchronization=True)
    for attribute, text in ((name, "Ana"), (secret, "hush"), (needed, "yes")):
        world.stored_value(found.entity, attribute, text)
    event = world.stored_event(found.enrollment, found.stage, world.BADJIA, {weight: "12", hidden: "13"})
    gone = world.stored_event(found.enrollment, found.stage, world.BADJIA, deleted=True)
    world.stored_note(event, "Well")

    job = push()

    assert job.status == Status.COMPLETED, log_of(job)
    removal, upsert = sent(sender)
    assert (strategy(removal), strategy(upsert)) == ("DELETE", "CREATE_AND_UPDATE")
    assert "async=false" in upsert.path
    assert "atomicMode=OBJECT" in upsert.path
    assert removal.json == {"events": [{"event": gone.uid}]}
    (entity,) = upsert.json["trackedEntities"]
    (enrollment,) = entity["enrollments"]
    (shown,) = enrollment["events"]
    assert [one["event"] for one in enrollment["events"]] == [event.uid]
    values = {one["attribute"]: one["value"] for one in entity["attributes"]}
    assert values == {name.uid: "Ana", empty.uid: None, needed.uid: "yes"}
    assert {one["dataElement"]: one["value"] for one in shown["dataValues"]} == {weight.uid: "12", unset.uid: None}
    assert [note["value"] for note in shown["notes"]] == ["Well"]
    assert not {"createdAt", "updatedAt", "createdBy", "relationships", "deleted"} & shown.keys()


def test_what_was_taken_is_not_sent_again_until_it_changes(sender: Stranger) -> None:
    sender.replies[PATH] = TAKEN
    entities = people(7)
    push()
    assert [len(asked.json["trackedEntities"]) for asked in sent(sender)] == [5, 2]
    sender.asked.clear()
    push()
    assert sent(sender) == []
    touch(entities[3], seconds=1)
    push()
    assert [one["trackedEntity"] for one in sent(sender)[0].json["trackedEntities"]] == [entities[3].uid]


def test_what_was_stamped_before_the_last_push_and_committed_after_it_is_sent(sender: Stranger) -> None:
    """A slow writer's stamp is older than that which the remote has."""
    sender.replies[PATH] = TAKEN
    (entity,) = people(1)
    push()
    sender.asked.clear()
    touch(entity, seconds=-5)
    push()
    assert len(sent(sender)) == 1


def test_who_is_refused_waits_and_the_others_do_not(sender: Stranger) -> None:
    """A refusal of something below somebody is one of him."""
    found = world.enrolled_person()
    event = world.stored_event(found.enrollment, found.stage, world.BADJIA)
    people(3)
    sender.replies[PATH] = refusal(event.uid)
    job = push()
    assert job.status == Status.FAILED
    assert f"{found.entity.uid} was refused: E1018 No" in log_of(job)
    assert PushedObject.objects.count() == 3
    sender.asked.clear()
    sender.replies[PATH] = TAKEN
    assert push().status == Status.COMPLETED
    assert [one["trackedEntity"] for one in sent(sender)[0].json["trackedEntities"]] == [found.entity.uid]


def test_deleted_ones_are_deleted_and_those_already_gone_are_no_failure(sender: Stranger) -> None:
    (entity,) = people(1)
    TrackedEntity.objects.filter(pk=entity.pk).update(deleted=True)
    sender.replies[PATH] = json_reply({"status": "ERROR", "validationReport": {"errorReports": [
        {"uid": entity.uid, "errorCode": "E1114", "message": "Gone"},
    ]}}, 409)  # fmt: skip
    assert push().status == Status.COMPLETED
    (removal,) = sent(sender)
    assert (strategy(removal), removal.json) == ("DELETE", {"trackedEntities": [{"trackedEntity": entity.uid}]})
    assert PushedObject.objects.count() == 1


def test_an_interrupted_push_goes_on_behind_the_pages_that_were_taken(sender: Stranger) -> None:
    entities = people(12)
    sender.replies[PATH] = [TAKEN, Reply(write=lambda wire: None)]
    assert push().status == Status.FAILED
    sender.asked.clear()
    sender.replies[PATH] = TAKEN
    assert push().status == Status.COMPLETED
    again = [one["trackedEntity"] for asked in sent(sender) for one in asked.json["trackedEntities"]]
    assert again == [entity.uid for entity in entities[5:]]


def test_tracker_requests_are_tried_so_often_in_all(sender: Stranger) -> None:
    """`syncMaxAttempts`, where data values are tried once more."""
    people(1)
    sender.replies[PATH] = Reply(503)
    store_settings({"syncMaxAttempts": 2})
    assert push().status == Status.FAILED
    assert len(sent(sender)) == 2


def test_events_of_event_programs_have_a_job_of_their_own(sender: Stranger) -> None:
    sender.replies[PATH] = TAKEN
    program = world.make_program()
    stage = world.make_stage(program)
    live = world.stored_event(program, stage, world.BADJIA)
    gone = world.stored_event(program, stage, world.BADJIA, deleted=True)
    assert push(JobType.SINGLE_EVENT_DATA_SYNC).status == Status.COMPLETED
    removal, upsert = sent(sender)
    assert removal.json == {"events": [{"event": gone.uid}]}
    assert [one["event"] for one in upsert.json["events"]] == [live.uid]
    assert "enrollment" not in upsert.json["events"][0]
    sender.asked.clear()
    push()
    assert sent(sender) == []


def test_relationships_follow_when_both_sides_are_there(sender: Stranger) -> None:
    one, other = people(2)
    type = world.make_relationship_type(one.tracked_entity_type, other.tracked_entity_type)
    related = world.stored_relationship(type, one, other)
    sender.replies[PATH] = [refusal(other.uid), TAKEN]
    push()
    assert "relationships" not in str([asked.json for asked in sent(sender)])
    push()
    assert sent(sender)[-1].json == {"relationships": [{
        "relationship": related.uid, "relationshipType": type.uid,
        "from": {"trackedEntity": {"trackedEntity": one.uid}}, "to": {"trackedEntity": {"trackedEntity": other.uid}},
    }]}  # fmt: skip


def test_another_remote_has_nothing_yet(sender: Stranger) -> None:
    sender.replies |= {PATH: TAKEN, "/other/api/tracker": TAKEN, "/other/api/system/ping": Reply(200)}
    people(2)
    push()
    point_at(f"{sender.url}/other")
    push()
    assert [len(one.json["trackedEntities"]) for one in sender.asked if one.path.startswith("/other/api/tracker?")] == [
        2
    ]


def test_the_number_of_queries_does_not_follow_from_the_objects(sender: Stranger) -> None:
    def counted(number: int) -> int:
        keys = [world.enrolled_person().entity.pk for _ in range(number)]
        payloads = Payloads()
        with query_counter() as counter:
            assert len(payloads.entities(keys)) == number
        return counter.count

    assert counted(2) == counted(6)


@pytest.mark.parametrize(("members", "refused"), [
    ({"status": "OK"}, []),
    ({"status": "WARNING", "validationReport": {"warningReports": [{"uid": "a"}]}}, []),
    ({"status": "ERROR"}, ["a", "b"]),
    ({"status": "ERROR", "validationReport": {"errorReports": [{"uid": "a", "errorCode": "E1000"}]}}, ["a", "b"]),
    ({"status": "ERROR", "validationReport": {"errorReports": [{"uid": "a", "errorCode": "E1082"}]}}, ["b"]),
    ({"status": "OK", "validationReport": {"errorReports": [{"uid": "c", "errorCode": "E1"}]}}, ["c"]),
    ({"status": "OK", "validationReport": {"errorReports": [{"uid": "a", "errorCode": "E1082"}, 7]}}, []),
    ({"status": "OK", "validationReport": []}, []), ({"status": "OK", "validationReport": {"errorReports": "x"}}, []),
])  # fmt: skip
def test_reports_of_any_shape_are_read(members: dict[str, Any], refused: list[str]) -> None:
    assert sorted(refusals(Summary(members), ["a", "b"], GONE)) == refused


def test_all_windows_of_keys_are_looked_through(sender: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "WINDOW", 4)
    sender.replies[PATH] = TAKEN
    entities = people(13)
    assert push().status == Status.COMPLETED
    shown = [one["trackedEntity"] for asked in sent(sender) for one in asked.json["trackedEntities"]]
    assert shown == [entity.uid for entity in entities]
