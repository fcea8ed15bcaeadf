"""What users may change of themselves (DHIS2 2.42, `PUT /api/me`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dhis2api.errors import ApiError
from dhis2api.objects.errors import IMPORT_FAILED
from dhis2api.objects.importer.decode import PartialUpdate
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.pipeline import import_partly
from dhis2api.objects.importer.report import single_report
from dhis2api.objects.registry import get_schema
from files.references import require_own_file, settle_assigned
from sharing.access import SUPERUSER, Principal
from users.errors import WHATS_APP_INVALID
from users.models import User
from users.rules import PHONE_NUMBER

MEMBERS = (
    "firstName", "surname", "email", "phoneNumber", "jobTitle", "introduction", "gender", "whatsApp",
    "facebookMessenger", "skype", "telegram", "twitter", "birthday", "nationality", "employer", "education",
    "interests", "languages", "avatar",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Self:
    """A user who changes just these members of the own account needs no authority for it."""

    pk: int
    principal: Principal


@transaction.atomic
def update_profile(user: User, body: dict[str, Any]) -> None:
    """Set the members of MEMBERS that are not empty; all others stay.

    Errors: 409 for a WhatsApp number that is none, for a picture that is not there or somebody else's; otherwise what
        is wrong with which member is in the report.
    """
    given = {name: body[name] for name in MEMBERS if body.get(name) not in (None, "", {})}
    number = given.get("whatsApp")
    if number is not None and not (isinstance(number, str) and PHONE_NUMBER.fullmatch(number)):
        raise ApiError(WHATS_APP_INVALID, number)
    if not given:
        return
    if "avatar" in given:
        require_own_file(given["avatar"], user)
    update = PartialUpdate(user.uid, given)
    caller = _Self(user.pk, Principal(user.uid, frozenset({SUPERUSER}), username=user.username))
    params = MetadataImportParams(strategy_name="UPDATE")
    items, report = import_partly(get_schema("user"), [update], params=params, user=caller, members_only=True)
    if not report.is_ok:
        raise ApiError(IMPORT_FAILED, response=single_report(items[0]))


@transaction.atomic
def remove_avatar(user: User) -> None:
    """Have no picture; it is no fault to have none already."""
    User.objects.filter(pk=user.pk).update(avatar=None)
    settle_assigned(User, "avatar", [user.avatar_id])
