"""Error codes and messages of login, the current user and the import of users (DHIS2 2.42, users)."""

from __future__ import annotations

from dhis2api.errors import plain

BAD_CREDENTIALS = plain(401, "Bad credentials")
ACCOUNT_LOCKED = plain(401, "Account locked")
ACCOUNT_DISABLED = plain(401, "Account disabled")
ACCOUNT_EXPIRED = plain(401, "Account expired")
OLD_AND_NEW_NEEDED = plain(409, "OldPassword and newPassword must be provided")
OLD_PASSWORD_WRONG = plain(409, "OldPassword is incorrect")
PASSWORD_REFUSED = plain(409, "{}")
PASSWORD_MISSING = plain(409, "Required attribute 'password' missing or null.")
