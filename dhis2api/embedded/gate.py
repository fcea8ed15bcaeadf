"""The gate before every request: closed for the moment in which `reset` or `snapshot` needs the database alone.

Its state is two keys in Redis, so that it holds for all web processes on all machines: `closed` expires by itself,
should the one who closed it be killed; `epoch` changes with every reset. A request that the moment (or the death of a
server) interrupts is answered 503 with Retry-After: it may simply be sent again.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase
from redis import Redis
from redis.exceptions import RedisError

from dhis2api.epoch import see_epoch
from dhis2api.errors import ApiError
from dhis2api.web.errors import UNAVAILABLE
from dhis2api.web.faults import RETRY_AFTER
from dhis2api.web.messages import error_response

LIVENESS = "/health/live"  # this process answers, whatever else does
LONGEST_CLOSED_SECONDS = 60
REDIS_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class Gate:
    """What Redis says. `epoch` is empty before the first reset."""

    is_closed: bool
    epoch: str


@functools.cache
def gate_redis() -> Redis:
    """The connection pool of this process."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=REDIS_TIMEOUT_SECONDS)


def _key(name: str) -> str:
    return f"dhis2api:{settings.DATABASES['default']['NAME']}:{name}"


def read_gate() -> Gate:
    """The gate as it stands. Errors: RedisError."""
    closed, epoch = gate_redis().mget(_key("closed"), _key("epoch"))
    return Gate(closed is not None, (epoch or b"").decode())


def close_gate() -> None:
    """Let nobody in any more."""
    gate_redis().set(_key("closed"), "1", ex=LONGEST_CLOSED_SECONDS)


def open_gate() -> None:
    """Let everybody in."""
    gate_redis().delete(_key("closed"))


def begin_epoch() -> None:
    """Make every process forget what it knows about rows."""
    gate_redis().set(_key("epoch"), secrets.token_hex(4))


class GateMiddleware:
    """503 with Retry-After while the gate is closed or Redis is away, and for what a closing gate broke."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == LIVENESS:
            return self.get_response(request)
        try:
            gate = read_gate()
            if gate.is_closed:
                return error_response(request, busy())
            see_epoch(gate.epoch)
            response = self.get_response(request)
            # The fault itself was logged where it was caught; here only its cause counts.
            if response.status_code == 500 and (read_gate() != gate or not database_answers()):
                response.close()
                return error_response(request, busy())
        except RedisError as error:
            return error_response(request, error)
        return response


def busy() -> ApiError:
    """Asks to come again."""
    return ApiError(UNAVAILABLE, "its database is being replaced", headers=RETRY_AFTER)


def database_answers() -> bool:
    """Whether this thread's connection still leads to a server."""
    try:
        connection.ensure_connection()
        return connection.is_usable()
    except DatabaseError:
        return False
