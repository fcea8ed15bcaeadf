"""The gate before every request: closed for the moment in which `reset` or `snapshot` needs the database alone.

A request that the moment (or the death of a server) interrupts is answered 503 with Retry-After: it may simply be
sent again.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase
from redis.exceptions import RedisError

from dhis2api.embedded.gate_state import read_gate
from dhis2api.epoch import see_epoch
from dhis2api.errors import ApiError
from dhis2api.web.errors import UNAVAILABLE
from dhis2api.web.faults import RETRY_AFTER
from dhis2api.web.messages import error_response

LIVENESS = "/health/live"  # this process answers, whatever else does


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
