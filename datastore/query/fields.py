"""`fields=`: which parts of each value are shown, and where in the answer. Source: DHIS2 2.42, data store, query API.

    fields := [field {"," field}]
    field  := name | name "~hoist(" alias ")" | name "[" fields "]" | name "(" fields ")"

A name is a path, so that `root[a,b[c]]` and `root.a,root.b.c` are the same. What stands at one place of the answer
is one object, also where its members are not asked for side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from datastore.errors import E7651, TOO_MANY_FIELDS
from datastore.query.paths import WHOLE, Path, parse_path
from dhis2api.errors import ApiError

MAX_FIELDS = 200
NAME = re.compile(r"[a-zA-Z0-9.]*")
HOIST = re.compile(r"~hoist\(([^()]*)\)")
CLOSING = {"[": "]", "(": ")"}
VALUE = "value"  # where the whole value is shown


@dataclass(frozen=True, slots=True)
class Field:
    """A part of the value, and the members that lead to its place in the answer."""

    path: Path
    place: tuple[str, ...]


def parse_fields(text: str) -> list[Field]:
    """The fields in the order in which they were asked for; none for an empty text.

    Errors: E7651 with the place of the first character that does not fit, E7650 for a path that cannot be, 400 for
        too many. A bracket that is not closed is closed by the end.
    """
    found = list(_Parser(text).fields())
    if len(found) > MAX_FIELDS:
        raise ApiError(TOO_MANY_FIELDS, MAX_FIELDS)
    return found


class _Parser:
    """Walks the text once; `opened` are the brackets around, each with the path that it continues."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.opened: list[tuple[str, str]] = []  # what closes it, its path with a dot at the end

    def fields(self) -> Iterator[Field]:
        while True:
            name = self._take_name()
            follower = self._peek()
            if follower in CLOSING and name not in ("", WHOLE):
                self.opened.append((CLOSING[follower], f"{self._prefix()}{name}."))
                self.position += 1
                continue
            if name:
                yield self._field(name)
            self._close()
            if not self._peek():
                return
            if self._peek() != ",":
                raise ApiError(E7651, self.position, self._peek())
            self.position += 1

    def _take_name(self) -> str:
        found = NAME.match(self.text, self.position)
        self.position = found.end()
        return found[0]

    def _field(self, name: str) -> Field:
        text = self._prefix() + name
        path = parse_path(text)
        alias = HOIST.match(self.text, self.position)
        if alias is None:
            return Field(path, path.steps or (VALUE,))
        self.position = alias.end()
        return Field(path, parse_path(alias[1]).steps or (VALUE,))

    def _close(self) -> None:
        while self.opened and self._peek() == self.opened[-1][0]:
            self.opened.pop()
            self.position += 1

    def _prefix(self) -> str:
        return self.opened[-1][1] if self.opened else ""

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]
