"""Delete accounts whose owners did not complete them in time (DHIS2 2.42, maintenance, expiredInvitationsClear)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from dhis2api.objects.importer.records import Action, ImportObject
from dhis2api.objects.importer.write import delete
from dhis2api.objects.registry import get_schema
from dhis2api.objects.writers import record_writer
from users.models import User
from users.restoring import Purpose


@transaction.atomic
def delete_expired_invitations() -> None:
    """Delete them; those that something refers to stay."""
    now = timezone.now()
    expired = User.objects.filter(
        invitation=True, last_login=None, restore_purpose=Purpose.INVITE, restore_expires__lt=now
    )
    schema = get_schema("user")
    objects = [
        ImportObject(schema, index, {}, uid, action=Action.DELETE, pk=pk)
        for index, (pk, uid) in enumerate(expired.order_by("pk").values_list("pk", "uid"))
    ]
    if objects:
        delete(schema, objects)
        record_writer(now)  # what was shared with them is stamped anew
