"""What the data stores refuse. Source: DHIS2 2.42 and 2.36, data store; `wording.py` chooses by version."""

from __future__ import annotations

from dhis2api.errors import code, plain

NAMESPACE_NOT_FOUND = code("E1005", "Namespace not found: '{}'", 404)
KEY_NOT_FOUND = code("E1005", "Key '{}' not found in namespace '{}'", 404)
KEY_EXISTS = code("E1004", "Key '{}' already exists in namespace '{}'", 409)
VALUE_INVALID = code("E1003", "Invalid JSON value for key '{}'", 400)
NAMESPACE_PROTECTED = plain(403, "Namespace '{}' is protected, access denied")
READ_DENIED = code("E1006", "Access denied for key '{}' in namespace '{}'", 403)
WRITE_DENIED = plain(403, "Access denied for key '{}' in namespace '{}'")

# The words of 2.36, which knew no codes here.
NAMESPACE_NOT_FOUND_2_36 = plain(404, "The namespace '{}' was not found.")
KEY_NOT_FOUND_2_36 = plain(404, "The key '{}' was not found in the namespace '{}'.")
KEY_EXISTS_2_36 = plain(409, "The key '{}' already exists on the namespace '{}'.")
OWN_KEY_EXISTS_2_39 = plain(409, "The key '{}' already exists in the namespace '{}'.")
VALUE_INVALID_2_36 = plain(400, "The data is not valid JSON.")
NAMESPACE_PROTECTED_2_36 = plain(
    403, "The namespace '{}' is protected, and you don't have the right authority to access it."
)
READ_DENIED_2_36 = plain(403, "You do not have the authority to access the key: '{}' in the namespace:'{}'")
UPDATE_DENIED_2_36 = plain(403, "You do not have the authority to update the key: '{}' in the namespace: '{}'")
DELETE_DENIED_2_36 = plain(403, "You do not have the authority to delete the key: '{}' in the namespace: '{}'")
NAMESPACE_DENIED_2_36 = plain(403, "You do not have the authority to delete the namespace:'{}'")

BODY_MISSING = plain(400, "Required request body is missing")
NAME_TOO_LONG = plain(400, "The {} must not be longer than {} characters")
PATH_TOO_LONG = plain(400, "The path must not have more than {} parts")
UNDECRYPTABLE = plain(409, "The value of key '{}' in namespace '{}' cannot be decrypted with the keys of this server")
NOT_SUPERUSER = plain(409, "Only superusers can read or write other users data using the `username` parameter.")
USER_UNKNOWN = plain(409, "No user with username {} exists.")

# The query language. Source: DHIS2 2.42, data store, query API.
E7650 = code("E7650", "Not a valid path: `{}`")
E7651 = code("E7651", "Illegal fields expression, expected `,`, `[` or `]` at position {} but found `{}`")
E7652 = code("E7652", "Illegal filter expression `{}`: {}")
E7653 = code("E7653", "Illegal filter `{}`: {}")
OPERATOR_UNKNOWN = plain(409, "Unknown operator: {}")
TOO_MANY_FIELDS = plain(400, "At most {} fields can be asked for at once")
TOO_MANY_FILTERS = plain(400, "At most {} filters can be given at once")
VALUE_TOO_LONG = plain(400, "The value of the filter on `{}` is longer than {} characters")
ORDER_INVALID = plain(400, "Illegal order expression `{}`: {}")
NOT_NUMERIC = plain(400, "Cannot use numeric sort order on property `{}`: not all of its values are numbers")
QUERY_FAILED = plain(400, "Unknown error when running the query: {}")
