"""The body of a review as values: all faults of its members at once, then those of how they go together.

Source: the change request API, approve or reject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orgunit_changes.errors import NON_FIELD, NOT_NULL, REQUIRED, STRING_INVALID, Refused, refuse_all
from orgunit_changes.fields import FIELD_OF, REQUESTABLE
from orgunit_changes.members import Wrong, require_list
from orgunit_changes.models import Status
from orgunit_changes.uploads.reading import NAME_TOO_LONG

# `validated` is the contract's word, `approved` that of its messages and of every client.
DECISIONS = {"validated": Status.VALIDATED, "approved": Status.VALIDATED, "rejected": Status.REJECTED}
LONGEST_COMMENT = 10_000
UNDECIDED = "Must be `approved` or `rejected`."
NO_CHOICE = '"{}" is not a valid choice.'
NO_FIELD = "Value {} is not a valid choice."
FIELD_NEEDED = "At least one `approved_fields` must be provided."
COMMENT_NEEDED = "A `rejection_comment` must be provided."

Reader = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Review:
    """A decision; `approved_fields` None are all that were requested, of a rejection none."""

    status: Status
    approved_fields: tuple[str, ...] | None
    comment: str

    def approved_of(self, requested: list[str]) -> list[str]:
        """What is approved of these fields, in their order. Errors: 400 for what was not requested."""
        if self.status == Status.REJECTED:
            return []
        if self.approved_fields is None:
            return requested
        if foreign := [name for name in self.approved_fields if name not in requested]:
            raise refuse_all({"approved_fields": [NO_FIELD.format(name) for name in foreign]})
        return [name for name in requested if name in self.approved_fields]


def read_review(body: Mapping[str, Any]) -> Review:
    """The review of one request. Errors: 400."""
    values = read_members(body, {
        "status": read_status, "approved_fields": _read_fields, "rejection_comment": read_comment,
    })  # fmt: skip
    status, fields, comment = values["status"], values["approved_fields"], values["rejection_comment"]
    if status == Status.VALIDATED and not fields:
        raise Refused({NON_FIELD: [FIELD_NEEDED]})
    require_comment(status, comment)
    return Review(status, fields, comment)


def require_comment(status: Status, comment: str) -> None:
    """Errors: 400 for a rejection without a word."""
    if status == Status.REJECTED and not comment:
        raise Refused({NON_FIELD: [COMMENT_NEEDED]})


def read_members(body: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """What each reader makes of the body. Errors: 400 with every member that is wrong."""
    values, faults = {}, {}
    for name, read in readers.items():
        try:
            values[name] = read(body)
        except Wrong as wrong:
            faults[name] = list(wrong.args)
    if faults:
        raise refuse_all(faults)
    return values


def read_status(body: Mapping[str, Any]) -> Status:
    """What the reviewer decided. Errors: Wrong."""
    if "status" not in body:
        raise Wrong(REQUIRED)
    given = body["status"]
    if given is None:
        raise Wrong(NOT_NULL)
    if given == Status.NEW:
        raise Wrong(UNDECIDED)
    if not isinstance(given, str) or given not in DECISIONS:
        raise Wrong(NO_CHOICE.format(given))
    return DECISIONS[given]


def read_comment(body: Mapping[str, Any]) -> str:
    """Why; empty where there is none. Errors: Wrong."""
    given = body.get("rejection_comment")
    if given is None:
        return ""
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise Wrong(STRING_INVALID)
    text = str(given).strip()
    if len(text) > LONGEST_COMMENT:
        raise Wrong(NAME_TOO_LONG.format(LONGEST_COMMENT))
    return text


def _read_fields(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of fields, each once; those that uploads use will do, too."""
    given = body.get("approved_fields")
    if given is None:
        return ()
    names = [FIELD_OF.get(item, item) if isinstance(item, str) else item for item in require_list(given)]
    if unknown := [item for item in names if not isinstance(item, str) or item not in REQUESTABLE]:
        raise Wrong(*(NO_FIELD.format(item) for item in unknown))
    return tuple(dict.fromkeys(names))
