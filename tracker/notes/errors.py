"""What refuses a note. Source: DHIS2 2.42, tracker notes."""

from __future__ import annotations

from dhis2api.errors import plain

VALUE_EMPTY = plain(400, "Value cannot be empty")
NOTE_EXISTS = plain(400, "Note `{}` already exists.")
UID_INVALID = plain(
    400, "UID must be an alphanumeric string of 11 characters starting with a letter, but was: {}"
)  # fmt: skip
