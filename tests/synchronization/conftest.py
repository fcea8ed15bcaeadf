"""A stranger to ask, and the settings that let this server ask it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from configuration.settings import store_settings
from dhis2api.web.params import Params
from scheduling.enqueueing import enqueue
from scheduling.job_runs import run_next
from scheduling.job_types import JobType
from scheduling.models import Job, Notification
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.synchronization.receiving import DATA
from tests.synchronization.stranger import Stranger
from users.models import User

LOOPBACK = (ip_network("127.0.0.0/8"),)
PASSWORD = "very-secret-word"


@pytest.fixture
def stranger(settings: Settings) -> Iterator[Stranger]:
    """A server that may be asked, though it is no remote yet."""
    settings.SYNC_PRIVATE_NETWORKS = LOOPBACK
    with Stranger().serving() as stranger:
        yield stranger


@pytest.fixture
def remote(db: None, stranger: Stranger) -> Stranger:
    """The same as the configured remote."""
    point_at(stranger.url, password=PASSWORD)
    return stranger


def point_at(url: str, username: str = "pusher", password: str = "district") -> None:
    """Make a server the remote."""
    store_settings({
        "keyRemoteInstanceUrl": url, "keyRemoteInstanceUsername": username, "keyRemoteInstancePassword": password,
        "syncDelayBetweenRemoteServerAvailabilityCheckAttempts": 0,
    })  # fmt: skip


@pytest.fixture(scope="module")
def module_database(cluster: Cluster, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """A database of a module's own, for jobs, which commit; with metadata, without data."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock():
        yield database


@pytest.fixture
def sender(module_database: OwnDatabase, stranger: Stranger) -> Stranger:
    """This server with nothing pushed and nothing to be pushed; its remote is the stranger."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join((*DATA, *REMEMBERED))} CASCADE")
        cursor.execute("DELETE FROM configuration_systemsetting")
    point_at(stranger.url)
    return stranger


REMEMBERED = (
    "job", "job_payload", "job_notification", "synchronization_knownremote", "synchronization_valuepush",
    "synchronization_pushedobject", "synchronization_removedregistration", "synchronization_metadataversion",
)  # fmt: skip


def run_job(type: JobType, params: Params) -> Job:
    """Run a job here and now."""
    job = enqueue(type, params=params, user=User.objects.get(username="admin"))
    assert run_next("long")
    job.refresh_from_db()
    return job


def log_of(job: Job) -> list[str]:
    return list(Notification.objects.filter(job=job).order_by("pk").values_list("message", flat=True))
