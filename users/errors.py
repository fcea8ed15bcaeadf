"""Error codes and messages of login, the current user and the import of users (DHIS2 2.42, users)."""

from __future__ import annotations

from dhis2api.errors import code, plain

BAD_CREDENTIALS = plain(401, "Bad credentials")
ACCOUNT_LOCKED = plain(401, "Account locked")
ACCOUNT_DISABLED = plain(401, "Account disabled")
ACCOUNT_EXPIRED = plain(401, "Account expired")
OLD_AND_NEW_NEEDED = plain(409, "OldPassword and newPassword must be provided")
OLD_PASSWORD_WRONG = plain(409, "OldPassword is incorrect")
PASSWORD_REFUSED = plain(409, "{}")
PASSWORD_MISSING = plain(409, "Required attribute 'password' missing or null.")
NOT_MANAGED = plain(
    409, "You must have permissions to create user, or ability to manage at least one user group for the user."
)
GROUP_REFUSED = plain(409, "You don't have permissions to add user to user group: {}")
LAST_SUPERUSER = plain(409, "Can not remove the last super user.")

E3003 = code("E3003", "User `{}` is not allowed to grant users access to user role `{}`")
E3005 = code("E3005", "User `{}` is not allowed to manage users of the user groups `{}`")
E3032 = code("E3032", "User `{}` does not have access to user role")
E3041 = code("E3041", "User `{}` is not allowed to change a user having the ALL authority")
E4005 = code("E4005", "Property `{}` requires a valid password, was given `{}`")
E4054 = code("E4054", "Property `{}` already exists, was given `{}`")
E4055 = code("E4055", "User `{}` must have at least one user role")
E4056 = code("E4056", "Property `{}` can not be changed, was `{}`, was given `{}`")
