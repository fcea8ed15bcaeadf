"""The authorities that data asks for, and the refusal of those who have none."""

from __future__ import annotations

from dhis2api.errors import NEEDS_AUTHORITY, ApiError
from sharing.access import Principal

DATAVALUE_ADD = "F_DATAVALUE_ADD"
EDIT_EXPIRED = "F_EDIT_EXPIRED"
MINMAX_ADD = "F_MINMAX_DATAELEMENT_ADD"
SKIP_AUDIT = "F_SKIP_DATA_IMPORT_AUDIT"


def require_authority(principal: Principal, *authorities: str) -> None:
    """Errors: ApiError 403 for a user with none of them."""
    if not principal.has_any(authorities):
        raise ApiError(NEEDS_AUTHORITY, ", ".join(authorities))
