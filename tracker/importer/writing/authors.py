"""The snapshot of who imports: one row for each state that an account was in."""

from __future__ import annotations

from typing import Any

from tracker.models import Author


def author_key(user: Any) -> int:
    """The key of the user as he is now. One query, two at the first time."""
    members = {
        "uid": user.uid, "username": user.username, "first_name": user.first_name or "", "surname": user.surname or "",
    }  # fmt: skip
    found = Author.objects.filter(**members).values_list("pk", flat=True).first()
    if found is None:
        Author.objects.bulk_create([Author(**members)], ignore_conflicts=True)
        found = Author.objects.values_list("pk", flat=True).get(**members)
    return found
