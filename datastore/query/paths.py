"""Where something stands in a value: `name`, `eats.0.name`, `eats[0].name`; `.` is the value itself, `_` the key."""

from __future__ import annotations

import re
from dataclasses import dataclass

from datastore.errors import E7650
from dhis2api.errors import ApiError

INDEX = re.compile(r"\.?\[([0-9]+)\]")
PATH = re.compile(r"[-_a-zA-Z0-9]{1,32}(\.[-_a-zA-Z0-9]{1,32}){0,5}")
WHOLE = "."
KEY = "_"


@dataclass(frozen=True, slots=True)
class Path:
    """`text` as it was given; `steps` as PostgreSQL's `#>` takes them, none for the value itself."""

    text: str
    steps: tuple[str, ...]

    @property
    def is_key(self) -> bool:
        return self.text == KEY


def parse_path(text: str) -> Path:
    """A path of up to six steps. Errors: E7650."""
    if text == WHOLE:
        return Path(text, ())
    dotted = INDEX.sub(r".\1", text)
    if PATH.fullmatch(dotted) is None:
        raise ApiError(E7650, text)
    return Path(text, tuple(dotted.split(".")))


def rejoin(steps: tuple[str, ...]) -> str:
    """The plain form of a path: `parse_path` gives the same steps again."""
    return ".".join(steps) or WHOLE
