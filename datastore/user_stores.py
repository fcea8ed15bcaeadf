"""Whose store a request is about (DHIS2 2.42, user data store, `username`)."""

from __future__ import annotations

from datastore.errors import NOT_SUPERUSER, USER_UNKNOWN
from datastore.stores import UserStore
from datastore.wording import Wording
from dhis2api.errors import ApiError
from users.models import User


def open_user_store(user: User, username: str, wording: Wording) -> UserStore:
    """The store of `user`, or of the one that he names. Errors (409): he is no superuser; nobody has that name."""
    if not username:
        return UserStore(user, wording)
    if not user.is_superuser:
        raise ApiError(NOT_SUPERUSER)
    owner = User.objects.filter(username=username).first()
    if owner is None:
        raise ApiError(USER_UNKNOWN, username)
    return UserStore(owner, wording)
