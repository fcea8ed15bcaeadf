"""Who wrote a tracker object, as he was then: the snapshot outlives changes of the account, and the account."""

from __future__ import annotations

from django.db import models


class Author(models.Model):
    """What answers show of a user under `createdBy` and `updatedBy`; one row for each state an account was in."""

    uid = models.CharField(max_length=11)
    username = models.CharField(max_length=255)
    first_name = models.TextField()
    surname = models.TextField()

    class Meta:
        db_table = "tracker_author"
        constraints = [
            models.UniqueConstraint(fields=["uid", "username", "first_name", "surname"], name="tracker_author_once")
        ]

    def __str__(self) -> str:
        return self.username
