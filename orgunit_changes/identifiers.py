"""An org unit is named by its row's number, its UUID or its uid; other things by fewer of these."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from dhis2api.objects.uids import is_uid
from metadata.models import OrganisationUnit

LARGEST_ID = 2**63 - 1
DIGITS = re.compile(r"[0-9]{1,19}")  # of ASCII alone: `int` takes any script's
HEX_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


class Malformed(ValueError):
    """What was given can name nothing."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a client named something by: one of the three; `given` is as it was sent."""

    given: Any
    pk: int | None = None
    uuid: uuid.UUID | None = None
    uid: str | None = None


def parse_reference(given: Any) -> Reference:
    """A number, digits, a UUID in any case, or a uid. Errors: Malformed."""
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise Malformed
    text = str(given).strip()
    if DIGITS.fullmatch(text) and int(text) <= LARGEST_ID:
        return Reference(given, pk=int(text))
    if HEX_UUID.fullmatch(text):
        return Reference(given, uuid=uuid.UUID(text))
    if is_uid(text):
        return Reference(given, uid=text)
    raise Malformed


def parse_id(given: Any) -> int:
    """A number or digits. Errors: Malformed."""
    reference = parse_reference(given)
    if reference.pk is None:
        raise Malformed
    return reference.pk


def find_org_units(references: Iterable[Reference]) -> dict[Reference, OrganisationUnit]:
    """The org units that exist of those named, their profiles and types loaded; one query."""
    wanted = list(references)
    condition = (
        Q(pk__in=[one.pk for one in wanted if one.pk is not None])
        | Q(uid__in=[one.uid for one in wanted if one.uid is not None])
        | Q(change_profile__uuid__in=[one.uuid for one in wanted if one.uuid is not None])
    )
    found = list(
        OrganisationUnit.objects.filter(condition)
        .select_related("parent", "change_profile__org_unit_type", "change_profile__version")
    )  # fmt: skip
    by_pk = {unit.pk: unit for unit in found}
    by_uid = {unit.uid: unit for unit in found}
    by_uuid = {unit.change_profile.uuid: unit for unit in found}
    named = {one: by_pk.get(one.pk) or by_uid.get(one.uid) or by_uuid.get(one.uuid) for one in wanted}
    return {one: unit for one, unit in named.items() if unit is not None}


def find_org_unit(reference: Reference) -> OrganisationUnit | None:
    """One org unit, as `find_org_units`."""
    return find_org_units([reference]).get(reference)
