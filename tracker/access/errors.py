"""What refuses a reader of tracker data. Source: DHIS2 2.42, tracker access control."""

from __future__ import annotations

from dhis2api.errors import code

NO_ORG_UNITS = code("E1006", "User needs to be assigned either search or data capture org units", 403)
NO_CAPTURE_ORG_UNITS = code("E1006", "User needs to be assigned data capture org units", 403)
NO_TYPE = code("E1006", "User has no access to any Tracked Entity Type", 403)
NO_ACCESS_TO_PROGRAM = code("E1006", "User has no access to program: {}", 403)
NO_ACCESS_TO_OBJECT = code("E1006", "User has no access to {}:{}", 403)
OWNERSHIP_DENIED = code("E1006", "OWNERSHIP_ACCESS_DENIED", 403)
PROGRAM_CLOSED = code("E1006", "PROGRAM_ACCESS_CLOSED", 403)
