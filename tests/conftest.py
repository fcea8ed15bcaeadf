"""Fixtures for everybody. Two harnesses: transactions on one shared database (`db`), and `own_database`."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.urls import clear_script_prefix
from hypothesis import HealthCheck, settings

from configuration import cors
from dhis2api.web import credentials
from tests.harness.client import PASSWORDS, ApiClient
from tests.harness.cluster import SHARED_DATABASE, Cluster
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess
from tests.harness.queries import explain

pytest_plugins = ["tests.personas"]

gc.disable()  # until everything is loaded, see `pytest_collection_finish`

ADMIN_VERIFIED = credentials.cache_key("admin", PASSWORDS["admin"])

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    return explain(left, right)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts whole servers takes longest: begun last, it would leave the other processes idle."""
    items.sort(key=lambda item: "server" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Eight thousand tests and what they loaded live to the end: looking through them for garbage took a seventh."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL and Redis of this run, with the demo in a template database."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        connections.close_all()
        cluster.stop()


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster) -> None:
    """pytest-django's `db`: each test a transaction on one clone of the template, rolled back."""
    cluster.clone(SHARED_DATABASE)
    connection.settings_dict["NAME"] = SHARED_DATABASE


@pytest.fixture(autouse=True)
def _forget_caches(request: pytest.FixtureRequest) -> None:
    """What one test's rolled back transaction left in the cache is nothing to the next one."""
    if "cluster" in request.fixturenames:
        verified = cache.get(ADMIN_VERIFIED)
        cache.clear()
        # A running server knows these nearly always; tests that count queries should find it so. That the admin was
        # verified says nothing by itself: every request compares his row with the stamp that stands there.
        known = {cors.CACHE_KEY: []} | ({ADMIN_VERIFIED: verified} if verified else {})
        cache.set_many(known, timeout=None)


@pytest.fixture(autouse=True)
def _forget_context_path() -> Iterator[None]:
    """A server's handler sets it at each request, the test client's leaves that of the last one."""
    yield
    clear_script_prefix()


@pytest.fixture(autouse=True)
def _refuse_truncation(request: pytest.FixtureRequest) -> None:
    """Committed rows would leak into every later test, and truncation would take the demo along."""
    if "transactional_db" in request.fixturenames:
        pytest.fail("Use own_database: a transactional test would empty the shared database.")


@pytest.fixture
def own_database(cluster: Cluster, django_db_blocker: pytest.FixtureRequest) -> Iterator[OwnDatabase]:
    """A database of this test alone, for threads, real commits, other processes, kill -9. The ORM uses it too."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock():
        yield database


@pytest.fixture
def live_server_process(own_database: OwnDatabase) -> Iterator[WebProcess]:
    """A real web server on a real port over `own_database`."""
    with WebProcess(own_database) as process:
        yield process


@pytest.fixture
def api() -> ApiClient:
    """The API through Django's test client, in the test's own transaction."""
    return ApiClient()
