"""What refuses a transfer or a temporary ownership. Source: DHIS2 2.42, tracker ownership."""

from __future__ import annotations

from dhis2api.errors import code, plain

PARAMETER_ABSENT = plain(400, "Required parameter '{}' is not present")
ORG_UNIT_ABSENT = plain(400, "Required request parameter 'orgUnit' is not present")
GIVEN_TWICE = plain(
    400, "Only one parameter of '{}' (deprecated) and '{}' must be specified. Prefer '{}' as '{}' will be removed."
)

NOT_TRANSFERRED_OUT_OF_SCOPE = code(
    "E1006", "Tracked entity not transferred. Org unit supplied is not in the user scope.", 403
)
PROGRAM_NOT_AT_ORG_UNIT = code("E1006", "The program {} is not associated to the org unit {}", 403)
NO_DATA_WRITE = code("E1006", "Current user doesn't have data write access to the provided program {}.", 403)

_NOT_CREATED = "Temporary ownership not created. "
NO_PROGRAM = code("E1006", f"{_NOT_CREATED}Program supplied does not exist.", 403)
NO_ENTITY = code("E1006", f"{_NOT_CREATED}Tracked entity supplied does not exist.", 403)
IS_SUPERUSER = code("E1006", f"{_NOT_CREATED}Current user is a superuser.", 403)
NO_TRACKER_PROGRAM = code("E1006", f"{_NOT_CREATED}Program supplied is not a tracker program.", 403)
NOT_PROTECTED = code(
    "E1006",
    f"{_NOT_CREATED}Temporary ownership can only be granted to protected programs. {{}} access level is {{}}.",
    403,
)
OWNER_OUT_OF_SEARCH = code(
    "E1006", f"{_NOT_CREATED}The owner of the entity-program combination is not in the user's search scope.", 403
)
NO_PROGRAM_DATA = code("E1006", f"{_NOT_CREATED}User has no data read access to program: {{}}", 403)
NO_TYPE_DATA = code("E1006", f"{_NOT_CREATED}User has no data read access to tracked entity type: {{}}", 403)
OTHER_TYPE = code(
    "E1006",
    f"{_NOT_CREATED}The tracked entity type of the program {{}} differs from that of the tracked entity {{}}.",
    403,
)
