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

PASSWORD_EXPIRED = plain(401, "Password expired")
SECOND_FACTOR_NEEDED = plain(401, "Two-factor authentication is enabled for this account: log in with a code")

E3021 = code("E3021", "Not allowed to disable two-factor authentication of this user", 403)
E3022 = code("E3022", "Two-factor authentication is enabled already; disable it before you enroll again")
E3023 = code("E3023", "Invalid two-factor code", 403)
E3029 = code("E3029", "User has not begun to enroll in two-factor authentication")
E3031 = code("E3031", "Two-factor authentication is not enabled")
E3042 = code("E3042", "Too many wrong codes: log in with a right one before you disable two-factor authentication")
E3043 = code("E3043", "User has no verified email address; verify it before you enroll in two-factor authentication")
E3047 = code("E3047", "There is a QR code only while a user enrolls in two-factor authentication by an app")
E3050 = code("E3050", "The two-factor code can not be null or empty")
E3051 = code("E3051", "A two-factor code was sent to the user's email address")
E6200 = code("E6200", "Feedback message recipients user group not defined")
E6201 = code("E6201", "User with id {} could not be found", 404)

E4000 = code("E4000", "Missing required property `{}`")
TOKEN_MALFORMED = plain(400, "Api token is malformed")
TOKEN_CHECKSUM_WRONG = plain(400, "Checksum validation failed")
TOKEN_UNKNOWN = plain(401, "The API token does not exists")
TOKEN_EXPIRED = plain(401, "Failed to authenticate API token, token has expired.")
TOKEN_IP_REFUSED = plain(401, "Failed to authenticate API token, request ip address is not allowed.")
TOKEN_METHOD_REFUSED = plain(401, "Failed to authenticate API token, request http method is not allowed.")
TOKEN_REFERRER_REFUSED = plain(
    401, "Failed to authenticate API token, request http referrer is missing or not allowed."
)
TOKEN_OWNER_CLOSED = plain(401, "The API token is disabled, locked or 2FA is enabled.")
TOKEN_ATTRIBUTES_INVALID = plain(409, "Failed to validate the token's attributes, message: {}")
TOKEN_CODE_TAKEN = plain(409, "Property `code` with value `{}` already exists")
TOKEN_BODY_INVALID = plain(400, "Not a valid API token: {}")

NO_UPDATE_USER = code("E1006", "You don't have the proper permissions to update this user.", 403)
USERNAME_UNKNOWN = plain(409, "User with username {} could not be found.")
SETTINGS_REFUSED = plain(403, "You are not authorized to access user: {}")
USER_SETTING_UNKNOWN = code("E1005", "Setting does not exist: {}", 404)
USER_SETTING_EMPTY = plain(409, "You need to specify a new value")
USER_SETTING_INVALID = plain(400, "Not a valid value for setting {}: {}")
WHATS_APP_INVALID = plain(409, "Invalid format for WhatsApp value '{}'")
E4027 = code("E4027", "Value `{}` is not a valid for property `{}`")
E3052 = code("E3052", "The email address cannot change while two-factor authentication by email is enabled")

USER_MISSING = plain(404, "User does not exist: {}")
USER_NOT_FOUND = plain(409, "User not found: {}")
REPLICA_NEEDS_USERNAME = plain(409, "Username must be specified")
REPLICA_USERNAME_INVALID = plain(409, "Username is not valid")
REPLICA_USERNAME_TAKEN = plain(409, "Username already taken: {}")
REPLICA_NEEDS_PASSWORD = plain(409, "Password must be specified")
NOT_INVITED = plain(409, "User account is not an invitation: {}")
MAIL_MISSING = plain(409, "User account does not have a valid email address")
USERNAME_EXISTS = plain(409, "Username is already taken")
RESTORE_TOKEN_INVALID = plain(409, "Account recovery link is not valid or has expired")
RECOVERY_OFF = plain(409, "Account recovery is not enabled")
EMAIL_OR_USERNAME_MISSING = plain(400, "Required attribute 'emailOrUsername' missing or null.")
PASSWORD_NOT_EXPIRED = plain(409, "Account is not expired, redirecting to login.")
TOO_MANY_ATTEMPTS = plain(403, "Too many attempts to recover accounts; try again later")
