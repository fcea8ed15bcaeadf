"""What refuses to make values up; plain words, as DHIS2 answers."""

from __future__ import annotations

from dhis2api.errors import plain

NO_PATTERN = plain(400, "Attribute does not contain pattern.")
RESERVE_COUNT = plain(400, "You can only reserve between 1 and 1000 values in a single request.")
MISSING_VALUES = plain(409, "Missing required values: {}")
UNSUITABLE_VALUE = plain(409, "The value `{}` is too short for {}({})")
TOO_FEW_LEFT = plain(409, "Unable to reserve value: there are not {} values of `{}` left.")
