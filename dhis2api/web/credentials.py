"""Who was verified lately, so that a Basic client does not pay for a password hash with every call.

A password hash costs 100 ms and more by design. What is kept, in Redis, is a keyed digest of name and password → the
user's key and authentication stamp: no password, nothing that helps to find one. The user's row is loaded at every
request and its stamp compared, so that a changed password, role or state counts at once in every process.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.core.cache import cache
from django.utils.crypto import constant_time_compare
from redis.exceptions import RedisError

LIFETIME_SECONDS = 900

logger = logging.getLogger(__name__)


def find_user(request: Any, username: str, password: str) -> Any | None:
    """The user with these credentials, None if there is none; verifies them unless they were verified lately.

    Errors: what the authentication backends raise (a locked or disabled account).
    """
    key = cache_key(username, password)
    user = _find_verified(key, username)
    if user is None:
        user = authenticate(request, username=username, password=password)
        if user is not None:
            _remember(key, user)
    return user


def _find_verified(key: str, username: str) -> Any | None:
    try:
        entry = cache.get(key)
    except RedisError as error:
        logger.warning("Credentials are verified without cache: %s", error)
        return None
    if entry is None:
        return None
    primary_key, stamp = entry
    user = get_user_model()._default_manager.with_rights(primary_key)
    is_unchanged = (
        user is not None
        and user.get_username() == username
        and constant_time_compare(str(user.authentication_stamp()), stamp)
        and user.is_active  # accounts expire and passwords age without a change of their user
        and user.password_holds
    )
    return user if is_unchanged else None


def _remember(key: str, user: Any) -> None:
    try:
        cache.set(key, (user.pk, str(user.authentication_stamp())), LIFETIME_SECONDS)
    except RedisError as error:
        logger.warning("Verified credentials are not remembered: %s", error)


def cache_key(username: str, password: str) -> str:
    """What the cache calls these credentials; neither can be found from it."""
    name = username.encode("utf-8", "surrogatepass")
    secret = len(name).to_bytes(4) + name + password.encode("utf-8", "surrogatepass")
    return "credentials:" + hmac.new(settings.SECRET_KEY.encode(), secret, hashlib.sha256).hexdigest()
