"""The bell: a Celery message that tells the workers of a queue to look for work.

It carries nothing. Jobs are rows of PostgreSQL, and workers look for them every second anyway; a message that Redis
forgets costs that second, one that comes twice finds nothing to do.
"""

from __future__ import annotations

import functools
import logging
from urllib.parse import parse_qsl, urlsplit

from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

LOOK = "scheduling.look"
TIMEOUT_SECONDS = 5
# A message that nobody takes, for want of workers, does not stay for ever.
STALE_SECONDS = 60

logger = logging.getLogger(__name__)


def broker_url(redis_url: str) -> str:
    """Celery's name for the Redis that `redis_url` names: it spells sockets in its own way."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={database}"


def bell_name(queue: str) -> str:
    """The list in Redis behind a queue; installations that share a Redis have their own."""
    return f"dhis2api.{settings.DATABASES['default']['NAME']}.{queue}"


@functools.cache
def celery_app() -> Celery:
    """The Celery application of this process."""
    app = Celery("dhis2api", broker=broker_url(settings.REDIS_URL), fixups=[], set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        broker_connection_retry=False,  # a worker that loses Redis ends and is started anew: nothing half-connected
        broker_connection_retry_on_startup=False,
        broker_transport_options={
            "socket_timeout": TIMEOUT_SECONDS,
            "socket_connect_timeout": TIMEOUT_SECONDS,
            # A request does not wait for a bell: one more try, at once.
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0,
            "interval_max": 0,
        },
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_prefetch_multiplier=1,
        worker_concurrency=1,
        task_create_missing_queues=True,
    )
    return app


def ring(queue: str) -> None:
    """Wake the workers of a queue; without Redis they look in a second by themselves."""
    try:
        celery_app().send_task(LOOK, queue=bell_name(queue), retry=False, expires=STALE_SECONDS)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("The bell cannot be rung: %s", type(error).__name__)


def ring_after_commit(queue: str) -> None:
    """Wake them as soon as the open transaction's rows can be seen."""
    transaction.on_commit(functools.partial(ring, queue))
