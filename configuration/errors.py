"""Error codes and messages of settings and configuration (DHIS2 2.42, system settings)."""

from __future__ import annotations

from dhis2api.errors import code, plain

SETTING_UNKNOWN = code("E1005", "Setting does not exist: {}", 404)
SETTING_INVALID = plain(400, "Not a valid value for setting {}: {}")
SETTING_VALUE_MISSING = plain(400, "Value must be specified as query parameter `value`, or as payload")
SETTING_CONFIDENTIAL = plain(403, "Setting is marked as confidential")
SETTING_UNTRANSLATABLE = plain(409, "Setting can not be translated: {}")
LOCALE_INVALID = plain(400, "Value '{}' is not a locale such as pt_BR")
ORIGINS_EXPECTED = plain(400, "The body must be a JSON array of origins such as https://app.example.org")
ORIGIN_INVALID = plain(400, "Not a valid origin: {}")
MAIL_NOT_CONFIGURED = plain(409, "Email is not configured")
MAIL_NOT_SENT = plain(409, "The email could not be sent")
LOCALE_UNKNOWN = plain(404, "Locale with id {} could not be found.")
LOCALE_EXISTS = plain(409, "Locale {} already exists")
