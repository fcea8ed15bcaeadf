"""Give a tracked entity to another org unit, in one program. Source: DHIS2 2.42, tracker ownership."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import record_writer
from metadata.models import OrganisationUnit, Program
from sharing.access import data_writable
from tracker.access.reader import reader_of
from tracker.access.reading import get_readable_entity
from tracker.authors import touch_entity
from tracker.collisions import begun_again
from tracker.models import ProgramOwner, ProgramOwnerHistory, TrackedEntity
from tracker.ownership import errors as codes


@begun_again
def transfer_ownership(entity: str, program: str, org_unit: str, user: Any) -> None:
    """Make an org unit the owner of an enrolled tracked entity; the one before goes into the history.

    Errors: 404 and 403 of reading the tracked entity in the program, which ask for ownership, too, temporary or not;
    403 for an org unit outside the effective search scope, or that the program is not assigned to; 403 without data
    write on the program. Superusers are not exempt from those of the org unit.
    """
    # One transfer at a time, and none beside an import; the tracked entity comes first everywhere.
    TrackedEntity.objects.select_for_update(no_key=True).filter(uid=entity).first()
    reader = reader_of(user)
    key = get_readable_entity(reader, entity, program)
    place = OrganisationUnit.objects.filter(uid=org_unit).values_list("pk", "path").first()
    if place is None or not reader.viewer.search.covers(place[1]):
        raise ApiError(codes.NOT_TRANSFERRED_OUT_OF_SCOPE)
    found = Program.objects.filter(uid=program)
    if not found.filter(organisation_units=place[0]).exists():
        raise ApiError(codes.PROGRAM_NOT_AT_ORG_UNIT, program, org_unit)
    if not found.filter(data_writable(get_schema("program").rules, user.principal)).exists():
        raise ApiError(codes.NO_DATA_WRITE, program)
    owner = ProgramOwner.objects.get(tracked_entity=key, program__uid=program)
    if owner.organisation_unit_id != place[0]:
        _replace(owner, place[0], user)


def _replace(owner: ProgramOwner, place: int, user: Any) -> None:
    now = timezone.now()
    ProgramOwnerHistory.objects.create(
        tracked_entity_id=owner.tracked_entity_id, program_id=owner.program_id,
        organisation_unit_id=owner.organisation_unit_id, start_date=owner.created_at, end_date=now,
        created_by=owner.created_by,
    )  # fmt: skip
    owner.organisation_unit_id, owner.created_at, owner.created_by = place, now, user.username
    owner.save(update_fields=["organisation_unit_id", "created_at", "created_by"])
    touch_entity(owner.tracked_entity_id, user, now)
    record_writer(now)
