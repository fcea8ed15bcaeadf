"""Whether the remote is configured and answers. Source: DHIS2 2.42 and 2.36, synchronization, availability."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from configuration.settings import system_settings
from synchronization.outgoing.errors import OutgoingError, RequestRefused
from synchronization.remote import PROBE, Remote, find_remote

NOT_CONFIGURED = "Remote server is not configured"
# What the answer to a ping with the remote's credentials means; a redirect leads to a login page.
MEANINGS = {
    200: "Authentication was successful",
    302: "No authentication was provided",
    401: "Authentication failed",
    500: "Remote server experienced an internal error",
}
MOST_ATTEMPTS = 100
LONGEST_WAIT = 10.0  # seconds between two attempts


@dataclass(frozen=True, slots=True)
class Availability:
    """What a look at the remote brought."""

    message: str
    status: int = HTTPStatus.BAD_GATEWAY
    phrase: str = HTTPStatus.BAD_GATEWAY.phrase

    @property
    def is_available(self) -> bool:
        return self.status == HTTPStatus.OK

    def to_dict(self) -> dict[str, Any]:
        """As `/api/synchronization/availability` shows it."""
        return {
            "available": self.is_available, "message": self.message, "statusCode": int(self.status),
            "statusPhrase": self.phrase,
        }  # fmt: skip


def look() -> Availability:
    """Ask the remote once."""
    try:
        remote = find_remote()
        return Availability(NOT_CONFIGURED) if remote is None else _ask(remote)
    except RequestRefused as error:
        return Availability(f"Remote server may not be asked: {error}")


def look_patiently(check: Callable[[], None] | None = None) -> Availability:
    """Ask until it answers, as often and with such waits as the settings say. Errors: what `check` raises."""
    found = system_settings(
        "syncMaxRemoteServerAvailabilityCheckAttempts", "syncDelayBetweenRemoteServerAvailabilityCheckAttempts"
    )
    attempts, milliseconds = found.values()
    availability = look()
    for _ in range(min(attempts, MOST_ATTEMPTS) - 1):
        if availability.is_available or availability.message == NOT_CONFIGURED:
            break
        if check is not None:
            check()
        time.sleep(min(max(milliseconds, 0) / 1000, LONGEST_WAIT))
        availability = look()
    return availability


def describe_unconfigured() -> str | None:
    """Why a job that needs the remote cannot be had (E7010); None when the remote is configured and answers."""
    availability = look()
    return None if availability.is_available else availability.message


def _ask(remote: Remote) -> Availability:
    try:
        answer = remote.ask("/api/system/ping", limits=PROBE)
    except RequestRefused:
        raise
    except OutgoingError:
        return Availability("Network is unreachable")
    phrase = _phrase(answer.status)
    return Availability(
        MEANINGS.get(answer.status, f"Server is not available: {phrase or answer.status}"), answer.status, phrase
    )


def _phrase(status: int) -> str:
    """Our words for a status: the remote's are text of a stranger."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
