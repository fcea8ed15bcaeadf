"""Faults as values: error codes, what refuses a request, and what refuses one record of an import.

Each app keeps a catalogue of `Code`s in its own `errors.py`; nothing here knows HTTP beyond the number that a
code carries, and no words are made before a report or a response needs them.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of an app's error catalogue.

    `name` is what the wire shows as `errorCode` (None: the answer carries a message alone), `template` has one
    `{}` for each argument in order (DHIS2 puts back-ticks around most), `status` is the HTTP status when the code
    refuses a whole request.
    """

    name: str | None
    template: str
    status: int = 409

    def message(self, *args: object) -> str:
        """The template filled with `args`; surplus arguments are ignored, missing ones shown as empty."""
        template, places = _formatted(self.template)
        return template % tuple(map(str, (*args, *[""] * places)[:places]))

    @property
    def places(self) -> int:
        """How many arguments a message has room for."""
        return _formatted(self.template)[1]


@lru_cache(maxsize=2_000)
def _formatted(template: str) -> tuple[str, int]:
    """A template for the `%` operator, and how many arguments it takes."""
    return template.replace("%", "%%").replace("{}", "%s"), template.count("{}")


def code(name: str, template: str, status: int = 409) -> Code:
    """Declare an error code: `E7617 = code("E7617", "… not in hierarchy of current user: `{}`")`."""
    return Code(name, template, status)


def plain(status: int, template: str) -> Code:
    """Declare an error that has a message but no `errorCode` on the wire (DHIS2 has many)."""
    return Code(None, template, status)


class ApiError(Exception):
    """Refuses a whole request; nothing was written.

    `response` is the optional `response` member of the WebMessage (a report), `headers` go onto the answer,
    `detail` is for whoever debugs the client (`devMessage`).
    """

    def __init__(
        self,
        code: Code,
        *args: object,
        response: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(code.message(*args))
        self.detail = detail
        self.code = code
        self.args_given = args
        self.response = response
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        return self.code.status

    @property
    def message(self) -> str:
        return self.code.message(*self.args_given)


@dataclass(slots=True)
class Conflict:
    """Refuses one record of an import; the others go on.

    `index` is the record's 0-based position in the payload, None for a fault of the whole set. `objects` maps
    schema singular names to identifiers as they stood in the payload, `property` names the member at fault.
    """

    code: Code
    args: tuple[object, ...] = ()
    property: str | None = None
    objects: dict[str, str] = field(default_factory=dict)
    index: int | None = None

    @builtins.property  # the field above has taken the bare name
    def message(self) -> str:
        return self.code.message(*self.args)


# Generic codes of DHIS2's web layer, shared by every app (DHIS2 2.42, web conventions).
E1003 = code("E1003", "{}", 400)  # a query that cannot be read
E1004 = code("E1004", "{}", 409)  # cannot be performed
E1005 = code("E1005", "{} with id {} could not be found.", 404)
E1006 = code("E1006", "{}", 403)
BAD_REQUEST = plain(400, "{}")
UNAUTHORIZED = plain(401, "{}")
FORBIDDEN = plain(403, "{}")
NOT_FOUND = plain(404, "{}")
CONFLICT = plain(409, "{}")
NEEDS_AUTHORITY = plain(403, "Access is denied, requires one Authority from [{}]")
