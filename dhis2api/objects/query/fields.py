"""The `fields` language: text to a tree of selections, without knowledge of any schema.

Grammar: `name`, `name[sub,…]`, `name(sub,…)` (not after a transformer), `!name`, `:preset`, `*`, each followed by
transformers `::t`, `~t` or `|t` with arguments `(a;b)`. A bracket that is never closed ends with the text: the
legacy d2 client sends one. Source: DHIS2 2.42, metadata API, field filter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from dhis2api.errors import ApiError
from dhis2api.objects.errors import INVALID_QUERY

MAX_LENGTH = 20_000
MAX_DEPTH = 20

_NAME = re.compile(r"[A-Za-z0-9_.\-*:]")
_TRANSFORMER = re.compile(r"(?:::|~|\|)([A-Za-z\-]+)(?:\(([^)\]]*)\)?)?")


@dataclass(frozen=True, slots=True)
class Transformer:
    """One `~name(a;b)`."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """One selected name, its sub-selection (None: no brackets) and its transformers."""

    name: str
    children: tuple[Selection, ...] | None = None
    transformers: tuple[Transformer, ...] = ()
    excluded: bool = False


@dataclass(slots=True)
class _Reader:
    text: str
    position: int = 0
    depth: int = 0
    found: list[Selection] = field(default_factory=list)

    def read_list(self) -> tuple[Selection, ...]:
        found: list[Selection] = []
        while self.position < len(self.text):
            letter = self.text[self.position]
            if letter in "])":
                self.position += 1
                break
            if letter == "," or letter.isspace():
                self.position += 1
                continue
            selection = self._read_one()
            if selection is not None:
                found.append(selection)
        return tuple(found)

    def _read_one(self) -> Selection | None:
        excluded = self.text[self.position] == "!"
        self.position += excluded
        name = self._read_name()
        transformers = self._read_transformers()
        children = None
        if self.position < len(self.text) and self.text[self.position] in "[(":
            self.position += 1
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise ApiError(INVALID_QUERY, f"Fields are nested deeper than {MAX_DEPTH} levels")
            children = self.read_list()
            self.depth -= 1
        transformers += self._read_transformers()
        if not name:
            # A character that starts nothing is passed over, as DHIS2 does.
            self.position += children is None and not transformers
            return None
        return Selection(name, children, transformers, excluded)

    def _read_name(self) -> str:
        start = self.position
        while self.position < len(self.text) and _NAME.match(self.text[self.position]):
            if self.text.startswith("::", self.position) and self.position > start:
                break
            self.position += 1
        return self.text[start : self.position]

    def _read_transformers(self) -> tuple[Transformer, ...]:
        found = []
        while match := _TRANSFORMER.match(self.text, self.position):
            self.position = match.end()
            arguments = tuple(a.strip() for a in (match[2] or "").split(";") if a.strip())
            found.append(Transformer(match[1], arguments))
        return tuple(found)


_PRESETS_OF_36 = {
    ":identifiable": "id,name,code,created,lastUpdated,href",
    ":nameable": "id,name,shortName,description,code,created,lastUpdated,href",
}


def with_presets_of_36(text: str) -> str:
    """A `fields` value of a client of version 36 or before, whose presets show `href`: their names written out."""
    for preset, names in _PRESETS_OF_36.items():
        text = text.replace(preset, names)
    return text


@lru_cache(maxsize=1024)
def parse_fields(text: str) -> tuple[Selection, ...]:
    """Parse a `fields` value (several occurrences joined by commas).

    Errors: ApiError E1003 when the text is longer than MAX_LENGTH or nested deeper than MAX_DEPTH.
    """
    if len(text) > MAX_LENGTH:
        raise ApiError(INVALID_QUERY, f"Fields are longer than {MAX_LENGTH} characters")
    reader = _Reader(text)
    found: list[Selection] = []
    while reader.position < len(reader.text):
        found += reader.read_list()
    return tuple(found)
