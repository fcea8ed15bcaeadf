"""Remove deletion marks for good (DHIS2 2.42, maintenance). Pulls of what changed do not see these values any more."""

from __future__ import annotations

from django.db import connection

from metadata.maintenance import require_maintainer
from sharing.access import Principal

REMOVE = "DELETE FROM datavalue WHERE deleted"


def remove_deleted_values(principal: Principal) -> None:
    """Remove all deleted values. Errors: 403 without the authority."""
    require_maintainer(principal)
    with connection.cursor() as cursor:
        cursor.execute(REMOVE)
