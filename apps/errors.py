"""What refuses an app or a question about apps (DHIS2 2.42, apps)."""

from __future__ import annotations

from dhis2api.errors import plain

MANIFEST_MISSING = plain(409, "Manifest file missing from zip file")
MANIFEST_INVALID = plain(409, "Invalid JSON in app manifest file")
ZIP_UNREADABLE = plain(409, "Zip file could not be read")
NAMESPACE_TAKEN = plain(409, "Namespace defined in manifest is already in use")
NAMESPACE_INCOMPLETE = plain(
    409, "An additional namespace declaration in the manifest does not define all required properties"
)
BEING_DELETED = plain(409, "App is currently being deleted. Please try again after few minutes.")
ALREADY_BEING_DELETED = plain(409, "App is already being deleted: {}")
APP_UNKNOWN = plain(404, "App does not exist: {}")
APP_NOT_FOUND = plain(404, "App '{}' not found.")
FILE_NOT_FOUND = plain(404, "App '{}' has no file '{}'.")
FILTER_INVALID = plain(409, "Invalid filter: {}")
MENU_INVALID = plain(400, "The body must be a JSON array of names of modules")
LOGO_UNKNOWN = plain(404, "Key does not exist.")
LOGO_ABSENT = plain(404, "No custom file found.")
LOGO_UNSUPPORTED = plain(400, "This key is not supported.")
LOGO_NO_PNG = plain(415, "Only PNG images are supported.")
LOGO_TOO_LARGE = plain(409, "File size can't be bigger than {}, current file size {}")
