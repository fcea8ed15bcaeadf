"""Favourites and subscriptions: which users marked an object (DHIS2 2.42, metadata API, favourites)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.errors import NO_FAVORITES, NO_SUBSCRIBERS
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.schema import Schema


def mark_favorite(schema: Schema, uid: str, user: Any, *, marked: bool) -> str:
    """Set or remove the object as a favourite of `user`; the message says so.

    Errors: 409 for a type without favourites, 404 for an object that is missing or unreadable.
    """
    if not schema.wire.favoritable:
        raise ApiError(NO_FAVORITES)
    _mark(schema, uid, user, "favorites", marked=marked)
    return f"Object '{uid}' {'set' if marked else 'removed'} as favorite for user '{user.username}'"


def subscribe(schema: Schema, uid: str, user: Any, *, marked: bool) -> str:
    """Subscribe `user` to the object, or end that; the message says so. Errors: as for favourites."""
    if not schema.wire.subscribable:
        raise ApiError(NO_SUBSCRIBERS)
    _mark(schema, uid, user, "subscribers", marked=marked)
    if marked:
        return f"User '{user.username}' subscribed to object '{uid}'"
    return f"User '{user.username}' removed as subscriber of object '{uid}'"


@transaction.atomic
def _mark(schema: Schema, uid: str, user: Any, column: str, *, marked: bool) -> None:
    """The right to read is enough; of two users at once neither undoes the other."""
    rows = readable_rows(schema, ReadingContext(user.principal)).filter(uid=uid)
    row = rows.select_for_update().only("pk", column).first()
    if row is None:
        raise ApiError(E1005, schema.simple_klass, uid)
    uids = [known for known in getattr(row, column) if known != user.uid] + ([user.uid] if marked else [])
    schema.model._base_manager.filter(pk=row.pk).update(**{column: uids})
