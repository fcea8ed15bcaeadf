"""A stranger to ask, and the settings that let this server ask it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from pytest_django.fixtures import Settings

from configuration.settings import store_settings
from tests.synchronization.stranger import Stranger

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
