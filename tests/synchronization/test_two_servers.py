"""Two servers: what one has is pushed to the other, whoever dies in the middle, and then both have the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from dhis2api.demo import identifiers as ids
from scheduling.enqueueing import enqueue
from scheduling.job_types import JobType
from scheduling.models import Job, Status
from synchronization.models import ValuePush
from synchronization.params import DataSyncParams, TrackerSyncParams
from tests.datavalues.payloads import value, value_set
from tests.harness.client import ApiClient
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.harness.processes import JobProcesses, WebProcess
from tests.synchronization.conftest import log_of, point_at, run_job
from tests.synchronization.receiving import COMPARED, ReceiverDatabase, Rows, receiver_database
from users.models import User

LOOPBACK = "127.0.0.0/8"
PATIENCE_SECONDS = 180.0
PAGE = 100  # values; a twelfth of the demo's are some 30 pages
JOBS = (
    (JobType.DATA_SYNC, DataSyncParams()), (JobType.TRACKED_ENTITY_DATA_SYNC, TrackerSyncParams(page_size=100)),
    (JobType.SINGLE_EVENT_DATA_SYNC, TrackerSyncParams(page_size=100)),
)  # fmt: skip
WRITTEN_TWICE = (
    "SELECT count(*) FROM datavalue_audit", "SELECT count(*) FROM event_change_log",
    "SELECT count(*) FROM tracked_entity_change_log",
)  # fmt: skip


@dataclass(slots=True)
class Pair:
    """Both servers' databases, with the same metadata; the other one's has no data. `web` serves that."""

    own: OwnDatabase
    other: ReceiverDatabase
    web: WebProcess


@pytest.fixture(scope="module")
def servers(cluster: Cluster, django_db_blocker: Any) -> Iterator[Pair]:
    """For all tests here, one after the other: starting takes longer than what they do."""
    with OwnDatabase(cluster) as own, django_db_blocker.unblock(), receiver_database(cluster) as other:
        pair = Pair(own, other, serving(other).__enter__())
        try:
            yield pair
        finally:
            pair.web.__exit__(None, None, None)


@pytest.fixture
def pair(servers: Pair, settings: Settings) -> Pair:
    """The other server as the remote; few values to be pushed."""
    settings.SYNC_PRIVATE_NETWORKS = (ip_network(LOOPBACK),)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM datavalue WHERE organisation_unit_id % 12 <> 0")
    point_at(servers.web.url, username="admin")
    return servers


def serving(database: ReceiverDatabase, port: int = 0) -> WebProcess:
    """The other server; it needs no more of a database than its addresses."""
    return WebProcess(database, port)  # type: ignore[arg-type]


def own_state() -> dict[str, Rows]:
    found = {}
    for name, statement in COMPARED.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            found[name] = set(cursor.fetchall())
    return found


def start(type: JobType, params: Any) -> Job:
    return enqueue(type, params=params, user=User.objects.get(username="admin"))


def wait_until(condition: Callable[[], bool], engine: JobProcesses) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, engine.log
        time.sleep(0.01)


def has_ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.status in (Status.COMPLETED, Status.FAILED)


def ended(job: Job, engine: JobProcesses) -> Status:
    wait_until(lambda: has_ended(job), engine)
    return Status(job.status)


def pushed_values() -> int:
    return ValuePush.objects.values_list("pushed", flat=True).first() or 0


def test_pushes_that_are_killed_lose_and_double_nothing(pair: Pair, settings: Settings) -> None:
    """kill -9 of the sender's workers, then of the receiver; each time the push goes on where it was."""
    other = pair.other
    # The password is encrypted by this process and read by those.
    with JobProcesses(pair.own, SYNC_PRIVATE_NETWORKS=LOOPBACK, SECRET_KEY=settings.SECRET_KEY) as engine:
        first = start(JobType.DATA_SYNC, DataSyncParams(page_size=PAGE))
        wait_until(lambda: pushed_values() >= 2 * PAGE or has_ended(first), engine)
        engine.kill_children()
        seen = pushed_values()
        wait_until(lambda: pushed_values() >= seen + 2 * PAGE, engine)
        pair.web.vanish()
        assert ended(first, engine) == Status.FAILED
        left_at = pushed_values()
        pair.web = serving(other, int(pair.web.url.rpartition(":")[2])).__enter__()
        second = start(JobType.DATA_SYNC, DataSyncParams(page_size=PAGE))
        assert ended(second, engine) == Status.COMPLETED

    mine, theirs = own_state()["values"], other.state(("values",))["values"]
    assert len(mine) >= 10 * PAGE
    assert theirs == mine
    assert other.rows("SELECT count(*) FROM datavalue_audit") == [(0,)]
    assert any(line.startswith("Going on with the push") for line in log_of(first))
    assert any(f"after {left_at} values" in line for line in log_of(second))


def test_what_changes_and_goes_here_changes_and_goes_there(api: ApiClient, pair: Pair) -> None:
    push_all()
    assert [pair.other.rows(statement) for statement in WRITTEN_TWICE] == [[(0,)]] * 3
    change_all(api)
    push_all()

    mine, theirs = own_state(), pair.other.state(tuple(COMPARED))
    assert min(len(mine[name]) for name in ("values", "entities", "enrollments", "events", "relationships")) > 0
    for name, rows in mine.items():
        assert theirs[name] == rows, name
    assert len(mine["completions"]) == 2
    assert len(mine["notes"]) == 2


def push_all() -> None:
    for type, params in JOBS:
        job = run_job(type, params)
        assert job.status == Status.COMPLETED, log_of(job)


def change_all(api: ApiClient) -> None:
    """Something of every kind is made, changed, and taken away."""
    enter = [
        value(period="200901", comment="Counted twice", followup=True), value(period="200902", value="3"),
        value(period="200902", value="4"), value(period="200903", value="5"), value(period="200903", deleted=True),
    ]  # fmt: skip
    assert api.post("/api/dataValueSets", value_set(*enter)).status == 200
    complete_some(api)
    entity, other = api.get("/api/tracker/trackedEntities?orgUnitMode=ACCESSIBLE&pageSize=2&program=" + ids.FOLLOW_UP
                            + "&fields=*").json["trackedEntities"]  # fmt: skip
    single = next(event for event in every_event(api) if "trackedEntity" not in event)
    entity["attributes"] = [attribute | {"value": None} for attribute in entity["attributes"][-1:]]
    enrollment = entity["enrollments"][0]
    event = enrollment["events"][0]
    event["notes"] = [{"value": "Came late"}]
    enrollment["notes"] = [{"value": "Moved"}]
    event["dataValues"] = [one | {"value": None} for one in event["dataValues"][:1]]
    event["followUp"] = True
    single["dataValues"] = [one | {"value": None} for one in single["dataValues"][:1]]
    import_tracker(api, {"trackedEntities": [entity], "events": [single]})
    gone = other["enrollments"][0]
    import_tracker(api, {"enrollments": [{"enrollment": gone["enrollment"]}]}, "DELETE")
    for event in every_event(api)[-2:]:
        import_tracker(api, {"events": [{"event": event["event"]}]}, "DELETE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM relationship WHERE NOT deleted")
        related = [uid for (uid,) in cursor.fetchall()]
    import_tracker(api, {"relationships": [{"relationship": related[0]}]}, "DELETE")
    sides = {"from": {"trackedEntity": {"trackedEntity": entity["trackedEntity"]}},
             "to": {"trackedEntity": {"trackedEntity": other["trackedEntity"]}}}  # fmt: skip
    import_tracker(api, {"relationships": [{"relationshipType": ids.RELATED_PERSONS, **sides}]})


def complete_some(api: ApiClient) -> None:
    cells = [{"dataSet": ids.MORTALITY, "period": f"20090{month}", "organisationUnit": ids.NGELEHUN_CHC}
             for month in (1, 2, 3)]  # fmt: skip
    cells[1]["completed"] = False  # type: ignore[assignment] - a member of another type
    address = "/api/completeDataSetRegistrations"
    assert api.post(address, {"completeDataSetRegistrations": cells}).status == 200
    push_all()
    assert api.delete(f"{address}?ds={ids.MORTALITY}&pe=200903&ou={ids.NGELEHUN_CHC}").status == 204


def every_event(api: ApiClient) -> list[dict[str, Any]]:
    path = "/api/tracker/events?orgUnitMode=ACCESSIBLE&paging=false&fields=*"
    found: list[dict[str, Any]] = api.get(path).json["events"]
    return found


def import_tracker(api: ApiClient, body: dict[str, Any], strategy: str = "CREATE_AND_UPDATE") -> None:
    answer = api.post(f"/api/tracker?async=false&importStrategy={strategy}", body)
    assert answer.status == 200, answer
