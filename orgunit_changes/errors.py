"""Refusals in the shape of Django REST framework, which this dialect answers everywhere.

Messages are those of the change request API, letter by letter: phones and tests look for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FORBIDDEN_UNIT = "The user is trying to create a change request for an unauthorized OrgUnit."
NOT_FOUND = "Not found."
FORBIDDEN = "You do not have permission to perform this action."
REQUIRED = "This field is required."
NOT_NULL = "This field may not be null."
NOT_BLANK = "This field may not be blank."
NOT_EMPTY = "This list may not be empty."
NOTHING_REQUESTED = "You must provide at least one of the following fields: {}"
UUID_INVALID = "Must be a valid UUID."
TYPE_INVALID = "Incorrect type. Expected {} value, received {}."
UNKNOWN_PK = 'Invalid pk "{}" - object does not exist.'
UNKNOWN_PK_OR_UUID = 'Invalid pk or uuid "{}" - object does not exist.'
INTEGER_REQUIRED = "A valid integer is required."
NOT_A_NUMBER = "Enter a number."
STRING_INVALID = "Not a valid string."
NOT_A_LIST = 'Expected a list of items but got type "{}".'
LIST_TOO_LONG = "Ensure this field has no more than {} elements."
MISSING = "{} with id {} does not exist."
UNKNOWN_PARAMETER = "Unknown parameter."
MOST_ITEMS = 1000  # of a list that somebody sends
NON_FIELD = "non_field_errors"


class Refused(Exception):
    """Refuses a request; nothing was written. `body` is the answer: members with lists of messages, or a list."""

    def __init__(self, body: Any, status: int = 400) -> None:
        super().__init__(str(body))
        self.body = body
        self.status = status


def refuse(field: str, message: str, *args: object, status: int = 400) -> Refused:
    """One message about one field; its `{}` are filled with `args`."""
    return Refused({field: [message.format(*args)]}, status)


def refuse_all(found: Mapping[str, Sequence[str]]) -> Refused:
    """Messages about several fields."""
    return Refused({field: list(messages) for field, messages in found.items()})


def forbid(message: str) -> Refused:
    """403."""
    return Refused({"detail": message}, 403)


def not_found(message: str = NOT_FOUND) -> Refused:
    """404."""
    return Refused({"detail": message}, 404)
