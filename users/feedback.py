"""The group of users that receives feedback and manages tickets. Source: DHIS2 2.42, feedback recipients."""

from __future__ import annotations

from configuration.models import ConfigurationItem
from dhis2api.errors import E1005, ApiError
from users.models import UserGroup

ITEM = "feedbackRecipients"


def feedback_group() -> UserGroup | None:
    """The group, if one is named and still there."""
    row = ConfigurationItem.objects.filter(name=ITEM).first()
    return UserGroup.objects.filter(uid=row.value).first() if row is not None else None


def feedback_recipients() -> set[int]:
    """Its members, by their keys."""
    group = feedback_group()
    return set(group.users.values_list("pk", flat=True)) if group is not None else set()


def name_feedback_group(uid: str | None) -> None:
    """Have another group receive it, or (None) nobody. Errors: E1005 (404) for one that does not exist."""
    if uid is None:
        ConfigurationItem.objects.filter(name=ITEM).delete()
        return
    if not UserGroup.objects.filter(uid=uid).exists():
        raise ApiError(E1005, "UserGroup", uid)
    ConfigurationItem.objects.update_or_create(name=ITEM, defaults={"value": uid})
