"""Which other origins may call the API from browsers (DHIS2 2.42, CORS).

Asked for at every request of a browser, so the list is kept in Redis, too; a change empties that at once.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from configuration.errors import ORIGIN_INVALID, ORIGINS_EXPECTED
from configuration.models import ConfigurationItem
from dhis2api.errors import ApiError

ITEM = "corsAllowlist"
CACHE_KEY = "configuration:corsAllowlist"
LIFETIME_SECONDS = 60
MAX_ORIGINS = 1000
# Stands in headers and in a Content-Security-Policy: nothing that ends a directive. `*` is a wildcard.
_ORIGIN = re.compile(r"[A-Za-z0-9*][A-Za-z0-9+.*-]*://[A-Za-z0-9.*_\[\]:-]{1,255}/?|\*")

logger = logging.getLogger(__name__)


def cors_allowlist() -> list[str]:
    """The origins as they were set, in order."""
    try:
        known = cache.get(CACHE_KEY)
        if known is None:
            known = _stored()
            cache.set(CACHE_KEY, known, LIFETIME_SECONDS)
    except RedisError as error:
        logger.warning("Origins are read without cache: %s", error)
        return _stored()
    return known


def store_cors_allowlist(given: Any) -> None:
    """Replace the list. Errors: 400 for what is no list of origins; the bad one is named."""
    if not isinstance(given, list) or len(given) > MAX_ORIGINS:
        raise ApiError(ORIGINS_EXPECTED)
    for origin in given:
        if not isinstance(origin, str) or _ORIGIN.fullmatch(origin) is None:
            raise ApiError(ORIGIN_INVALID, origin)
    origins = list(dict.fromkeys(given))
    ConfigurationItem.objects.update_or_create(name=ITEM, defaults={"value": origins})
    forget_cors_allowlist()
    # Who read the old list before this commit may have put it back.
    transaction.on_commit(forget_cors_allowlist)


def forget_cors_allowlist() -> None:
    """Have the next request read the table."""
    try:
        cache.delete(CACHE_KEY)
    except RedisError as error:
        logger.warning("Origins stay cached for up to %s seconds: %s", LIFETIME_SECONDS, error)


def _stored() -> list[str]:
    row = ConfigurationItem.objects.filter(name=ITEM).first()
    return list(row.value) if row is not None else []
