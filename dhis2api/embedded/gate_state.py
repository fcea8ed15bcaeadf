"""Whether the gate is open, and the epoch: two keys in Redis, so that they hold for web processes on all machines.

`closed` expires by itself, should the one who closed it be killed. Django's apps are not needed here: `snapshot` and
`reset` do without them.
"""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

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


def gate_is_closed() -> bool:
    """Whether the database must be left alone just now; without Redis nobody can have closed the gate."""
    try:
        return read_gate().is_closed
    except RedisError:
        return False


def close_gate() -> None:
    """Let nobody in any more."""
    gate_redis().set(_key("closed"), "1", ex=LONGEST_CLOSED_SECONDS)


def open_gate() -> None:
    """Let everybody in."""
    gate_redis().delete(_key("closed"))


def begin_epoch() -> None:
    """Make every process forget what it knows about rows."""
    gate_redis().set(_key("epoch"), secrets.token_hex(4))
