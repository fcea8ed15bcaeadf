"""Two servers: what one has is pushed to the other, also when the other dies in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from configuration.settings import store_settings, system_setting
from scheduling.enqueueing import enqueue
from scheduling.job_runs import run_next
from scheduling.job_types import JobType
from scheduling.models import Job, Notification
from synchronization.params import DataSyncParams, TrackerSyncParams
from tests.harness.client import ApiClient
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.synchronization.receiving import COMPARED, ReceiverDatabase, Rows, receiver, receiver_database
from users.models import User


@pytest.fixture
def pair(cluster: Cluster, own_database: OwnDatabase, settings: Settings) -> Iterator[ReceiverDatabase]:
    """The sender is this process on its own database; the receiver has one, too."""
    settings.SYNC_PRIVATE_NETWORKS = (ip_network("127.0.0.0/8"),)
    with receiver_database(cluster) as database:
        yield database


def point_at(url: str) -> None:
    store_settings({
        "keyRemoteInstanceUrl": url + "/", "keyRemoteInstanceUsername": "admin",
        "keyRemoteInstancePassword": "district",
    })  # fmt: skip


def run_job(type: JobType, params: Any) -> tuple[Job, list[str]]:
    job = enqueue(type, params=params, user=User.objects.get(username="admin"))
    assert run_next("long")
    job.refresh_from_db()
    return job, list(Notification.objects.filter(job=job).order_by("pk").values_list("message", flat=True))


def state(*names: str) -> dict[str, Rows]:
    found = {}
    for name in names:
        with connection.cursor() as cursor:
            cursor.execute(COMPARED[name])
            found[name] = set(cursor.fetchall())
    return found


def test_trial(api: ApiClient, pair: ReceiverDatabase) -> None:
    import time
    with receiver(pair) as web:
        point_at(web.url)
        print(api.get("/api/synchronization/availability").json)
        for type, params in ((JobType.DATA_SYNC, DataSyncParams(page_size=5000)), (JobType.SINGLE_EVENT_DATA_SYNC, TrackerSyncParams()), (JobType.TRACKED_ENTITY_DATA_SYNC, TrackerSyncParams())):
            t=time.time()
            job, log = run_job(type, params)
            print(type, job.status, time.time()-t, log[:30])
        mine, theirs = state(*COMPARED), pair.state(tuple(COMPARED))
        for name in COMPARED:
            print(name, len(mine[name]), len(theirs[name]), list(mine[name] - theirs[name])[:3], list(theirs[name] - mine[name])[:3])
        assert 0, web.log[-3000:]
