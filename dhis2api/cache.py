"""Django's Redis cache without a new client object for each call, which costs more than the call itself."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from dhis2api.embedded.gate_state import gate_redis

SCANNED = 1000  # keys at a time


class KeepingClient(RedisCacheClient):
    """Django's, which keeps the client of each connection pool; a pool and its client may be shared by threads."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clients: dict[Any, Any] = {}

    def get_client(self, key: str | None = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)
        client = self._clients.get(pool)
        if client is None:
            client = self._clients[pool] = super().get_client(key, write=write)
        return client


class KeepingRedisCache(RedisCache):
    """The cache of the settings."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeepingClient


def forget_everything() -> None:
    """Empty the cache of this database. What else lies in Redis (the gate, the bell, keys of others) is left alone."""
    redis = gate_redis()
    found: list[bytes] = []
    for key in redis.scan_iter(match=cache.make_key("*"), count=SCANNED):
        found.append(key)
        if len(found) == SCANNED:
            redis.unlink(*found)
            found.clear()
    if found:
        redis.unlink(*found)
