"""Who writes: the snapshot of a user that answers show under `createdBy` and `updatedBy`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tracker.models import Author, TrackedEntity


def author_key(user: Any) -> int:
    """The key of the snapshot of a user as he is now. One query, unless he is new."""
    made, _ = Author.objects.get_or_create(
        uid=user.uid, username=user.username, first_name=user.first_name, surname=user.surname
    )
    return made.pk


def touch_entity(key: int, user: Any, now: datetime) -> None:
    """Say that a tracked entity was changed."""
    TrackedEntity.objects.filter(pk=key).update(updated_at=now, updated_by_id=author_key(user))
