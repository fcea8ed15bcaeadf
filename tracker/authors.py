"""Who writes: the snapshot of a user that answers show under `createdBy` and `updatedBy`.

There is one row for each state that an account was in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tracker.models import Author, TrackedEntity


def author_key(user: Any) -> int:
    """The key of the user as he is now. One query, three at the first time."""
    members = _members(user)
    found = Author.objects.filter(**members).values_list("pk", flat=True).first()
    if found is None:
        Author.objects.bulk_create([Author(**members)], ignore_conflicts=True)
        found = Author.objects.values_list("pk", flat=True).get(**members)
    return found


def shown_author(author: Author | None) -> dict[str, str] | None:
    """How answers show one."""
    if author is None:
        return None
    return {
        "uid": author.uid, "username": author.username, "firstName": author.first_name, "surname": author.surname,
    }  # fmt: skip


def touch_entity(key: int, user: Any, now: datetime) -> None:
    """Say that a tracked entity was changed."""
    TrackedEntity.objects.filter(pk=key).update(updated_at=now, updated_by_id=author_key(user))


def _members(user: Any) -> dict[str, str]:
    return {
        "uid": user.uid, "username": user.username, "first_name": user.first_name or "", "surname": user.surname or "",
    }  # fmt: skip
