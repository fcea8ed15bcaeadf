"""Liveness is the process's; readiness is true only when database, schema and cache are."""

from __future__ import annotations

import pytest
from django.conf import settings as current_settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django.fixtures import Settings

NOT_READY = "The server is not ready to answer: "


def test_a_live_process_says_so_without_a_database(web: Client) -> None:
    assert web.get("/health/live").json()["message"] == "live"


def test_ready_when_everything_answers(web: Client, db: None) -> None:
    assert (web.get("/health/ready").status_code, web.get("/health/ready").json()["message"]) == (200, "ready")


def test_not_ready_while_a_migration_is_missing(web: Client, db: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="users").delete()

    answer = web.get("/health/ready")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "1"
    assert answer.json()["message"].endswith("migrations are not applied")


def test_not_ready_without_cache(web: Client, db: None, settings: Settings) -> None:
    settings.CACHES = {"default": {**current_settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}

    assert web.get("/health/ready").json()["message"] == NOT_READY + "the cache does not answer"


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/api/ping"])
def test_no_credentials_are_looked_at(web: Client, db: None, address: str) -> None:
    assert web.get(address, headers={"Authorization": "Basic nonsense"}).status_code == 200
