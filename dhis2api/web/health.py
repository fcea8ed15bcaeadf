"""Is the server there, and would a request succeed: `/api/ping`, `/health/live`, `/health/ready`, all open."""

from __future__ import annotations

from functools import cache as memoize
from typing import ClassVar
from uuid import uuid4

from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis.exceptions import RedisError

from dhis2api.errors import ApiError
from dhis2api.web.errors import UNAVAILABLE
from dhis2api.web.messages import ok
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView

NEVER_CACHED = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate"}


class OpenView(ApiView):
    """A view that looks at no credentials."""

    authentication_classes: ClassVar = []
    permission_classes: ClassVar = []


class PingView(OpenView):
    """`/api/ping`: 200 and nothing, for availability checks."""

    def get(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse(headers=NEVER_CACHED)


class LiveView(OpenView):
    """`/health/live`: this process answers."""

    def get(self, request: ApiRequest) -> ApiResponse:
        return ok("live")


class ReadyView(OpenView):
    """`/health/ready`: database and cache answer and the schema is this code's; else 503 says what is missing."""

    def get(self, request: ApiRequest) -> ApiResponse:
        missing = find_unready()
        if missing:
            raise ApiError(UNAVAILABLE, missing, headers={"Retry-After": "1"})
        return ok("ready")


def find_unready() -> str | None:
    """What keeps a request from succeeding, None if nothing does."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return "the database does not answer"
    if waiting := sorted(_known_migrations() - applied):
        return f"{len(waiting)} migrations are not applied"
    return _find_unready_cache()


def _find_unready_cache() -> str | None:
    token = uuid4().hex
    try:
        cache.set("health", token, timeout=10)
        answer = cache.get("health")
    except RedisError:
        return "the cache does not answer"
    return None if answer is not None else "the cache forgets"


@memoize
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)
