"""Files that nobody has taken in time. Source: DHIS2 2.42, scheduling, FILE_RESOURCE_CLEANUP."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from files.enums import FileResourceDomain
from files.holders import mentions
from files.models import FileResource
from files.removal import delete_files

GRACE = timedelta(hours=2)  # between an upload and the object that takes the file
# What a conversation or an analysis sends is not taken by anything.
CLEANED = (
    FileResourceDomain.JOB_DATA, FileResourceDomain.DOCUMENT, FileResourceDomain.ICON, FileResourceDomain.ORG_UNIT,
    FileResourceDomain.USER_AVATAR, FileResourceDomain.DATA_VALUE,
)  # fmt: skip
BATCH = 1000


def remove_unclaimed() -> int:
    """Delete files that are older than the grace and that nothing refers to; how many. Queries: some for each thousand.

    A file that somebody is just taking is left to him.
    """
    removed, last = 0, 0
    while batch := _candidates(last):
        last = batch[-1][0]
        removed += _remove(dict(batch))
    return removed


def _candidates(after: int) -> list[tuple[int, str]]:
    old = FileResource.objects.filter(created__lt=timezone.now() - GRACE, domain__in=CLEANED, assigned=False)
    return list(old.filter(pk__gt=after).order_by("pk").values_list("pk", "uid")[:BATCH])


@transaction.atomic
def _remove(batch: dict[int, str]) -> int:
    locked = FileResource.objects.filter(pk__in=batch, assigned=False).select_for_update(skip_locked=True, of=("self",))
    free = set(locked.filter(~_is_held()).values_list("pk", flat=True))
    named = {uid for find in mentions for uid in find([batch[pk] for pk in free])} if free else set()
    free = {pk for pk in free if batch[pk] not in named}
    delete_files(free)
    return len(free)


def _is_held() -> Q:
    """Whether a row of any table refers to the file."""
    held = Q(pk__in=[])
    for relation in FileResource._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            held |= Q(Exists(rows))
    return held
