"""Break the glass: access to a tracked entity in a protected program for a while, with a reason that is kept.

Source: DHIS2 2.42, tracker ownership. Whoever asks cannot read the tracked entity yet, so nothing here asks for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import record_writer
from metadata.enums import AccessLevel, ProgramType
from metadata.models import OrganisationUnit, Program, TrackedEntityType
from sharing.access import data_readable
from tracker.access.viewer import viewer_of
from tracker.authors import touch_entity
from tracker.models import ProgramOwner, TemporaryOwner, TemporaryOwnerAudit, TrackedEntity
from tracker.ownership import errors as codes

VALID = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose ownership is asked for, and by whom."""

    entity: TrackedEntity
    program: Program
    user: Any


@transaction.atomic
def grant_temporary_ownership(entity: str, program: str, reason: str, user: Any) -> None:
    """Let the user in for three hours; the owner stays.

    Errors: 403 by `CHECKS`, in that order, and before them for what does not exist.
    """
    found = Program.objects.select_related("tracked_entity_type").filter(uid=program).first()
    if found is None:
        raise ApiError(codes.NO_PROGRAM)
    subject = TrackedEntity.objects.select_related("tracked_entity_type").filter(uid=entity, deleted=False).first()
    if subject is None:
        raise ApiError(codes.NO_ENTITY)
    asked = Asked(subject, found, user)
    for check in CHECKS:
        for error in check(asked):
            raise error
    _grant(asked, reason)


def is_no_superuser(asked: Asked) -> Iterator[ApiError]:
    """A superuser owns everything anyway."""
    if asked.user.principal.is_superuser:
        yield ApiError(codes.IS_SUPERUSER)


def program_registers(asked: Asked) -> Iterator[ApiError]:
    """Event programs have no owners."""
    if asked.program.program_type != ProgramType.WITH_REGISTRATION:
        yield ApiError(codes.NO_TRACKER_PROGRAM)


def program_is_protected(asked: Asked) -> Iterator[ApiError]:
    """Open ones need no ownership, closed ones know no exception."""
    if asked.program.access_level != AccessLevel.PROTECTED:
        yield ApiError(codes.NOT_PROTECTED, asked.program.uid, asked.program.access_level)


def owner_lies_in_search_scope(asked: Asked) -> Iterator[ApiError]:
    """Of the search org units proper; without an owner the tracked entity's org unit stands in."""
    owner = ProgramOwner.objects.filter(tracked_entity=asked.entity, program=asked.program).first()
    place = owner.organisation_unit_id if owner else asked.entity.organisation_unit_id
    path = OrganisationUnit.objects.filter(pk=place).values_list("path", flat=True).first()
    if not viewer_of(asked.user).own_search.covers(path):
        yield ApiError(codes.OWNER_OUT_OF_SEARCH)


def program_data_is_readable(asked: Asked) -> Iterator[ApiError]:
    """By sharing."""
    rules = get_schema("program").rules
    if not Program.objects.filter(data_readable(rules, asked.user.principal), pk=asked.program.pk).exists():
        yield ApiError(codes.NO_PROGRAM_DATA, asked.program.uid)


def type_data_is_readable(asked: Asked) -> Iterator[ApiError]:
    """By sharing."""
    rules, type = get_schema("trackedEntityType").rules, asked.program.tracked_entity_type
    readable = TrackedEntityType.objects.filter(data_readable(rules, asked.user.principal))
    if type is None or not readable.filter(pk=type.pk).exists():
        yield ApiError(codes.NO_TYPE_DATA, "" if type is None else type.uid)


def types_are_the_same(asked: Asked) -> Iterator[ApiError]:
    """The program follows what the tracked entity is."""
    if asked.program.tracked_entity_type_id != asked.entity.tracked_entity_type_id:
        yield ApiError(codes.OTHER_TYPE, asked.program.uid, asked.entity.uid)


# The order decides the message.
CHECKS: tuple[Callable[[Asked], Iterator[ApiError]], ...] = (
    is_no_superuser, program_registers, program_is_protected, owner_lies_in_search_scope, program_data_is_readable,
    type_data_is_readable, types_are_the_same,
)  # fmt: skip


def _grant(asked: Asked, reason: str) -> None:
    now = timezone.now()
    entity, program, user = asked.entity, asked.program, asked.user
    TemporaryOwner.objects.create(
        tracked_entity=entity, program=program, user=user, reason=reason, created_at=now, valid_till=now + VALID
    )
    if entity.tracked_entity_type.allow_audit_log:
        TemporaryOwnerAudit.objects.create(
            tracked_entity_uid=entity.uid, program_uid=program.uid, username=user.username, reason=reason,
            created_at=now,
        )  # fmt: skip
    touch_entity(entity.pk, user, now)
    record_writer(now)
