"""The `filter` language: text to conditions. What they mean is for `filters` to say.

Source: DHIS2 2.42, metadata API, object filter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dhis2api.errors import ApiError
from dhis2api.objects.errors import INVALID_QUERY

MAX_FILTERS = 200
MAX_STEPS = 400  # of the paths of all filters together

_PIECE = re.compile(r"([A-Za-z0-9.]+):([A-Za-z!$^]{2,15})(?::(\[[^\]]*\]?|[^,]*))?(?:,|$)")


@dataclass(frozen=True, slots=True)
class Condition:
    """One `property:operator:value`."""

    path: str
    operator: str
    value: str | None
    occurrence: int = 1  # which `filter` of the request it stands in, from 1
    start: int = 0  # where in that text

    @property
    def text(self) -> str:
        return ":".join(part for part in (self.path, self.operator, self.value) if part is not None)

    def listed(self) -> list[str]:
        """The values of `[a,b]`. Errors: E1003 for a value without brackets."""
        text = self.value or ""
        if not (text.startswith("[") and text.endswith("]")):
            raise self.fault("value", f"Invalid argument `{text}` for in operator.")
        return [part.strip() for part in text[1:-1].split(",") if part.strip()]

    def size(self) -> int:
        """The value as a number of members. Errors: E1003 for what is none."""
        try:
            return int(self.value or "")
        except ValueError:
            raise self.fault("value", f"Collection size must be integer `{self.value}`") from None

    def fault(self, part: str, message: str) -> ApiError:
        """What refuses the condition for its `path`, `operator` or `value`, with the place of that part."""
        return ApiError(INVALID_QUERY, message, detail=self.place(part))

    def place(self, part: str) -> str:
        """`filter 2, character 6: ilikee`, both from 1."""
        token = getattr(self, part) or ""
        before = {"path": 0, "operator": len(self.path) + 1, "value": len(self.path) + len(self.operator) + 2}
        return f"filter {self.occurrence}, character {self.start + before[part] + 1}: {token}"


def parse_filters(texts: Sequence[str]) -> list[Condition]:
    """The conditions of a request's `filter` values.

    A single occurrence may hold several conditions separated by commas; each occurrence on its own may have commas
    in its value as long as no piece after one reads like a condition.
    Errors: ApiError E1003 (400) naming the text.
    """
    found: list[Condition] = []
    for occurrence, text in enumerate(texts, 1):
        found += _split(text, occurrence)
    if len(found) > MAX_FILTERS:
        raise ApiError(INVALID_QUERY, f"More than {MAX_FILTERS} filters")
    if sum(condition.path.count(".") + 1 for condition in found) > MAX_STEPS:
        raise ApiError(INVALID_QUERY, f"The paths of all filters have more than {MAX_STEPS} steps")
    return found


def _split(text: str, occurrence: int) -> list[Condition]:
    pieces = []
    position = 0
    while position < len(text):
        match = _PIECE.match(text, position)
        if match is None:
            break
        pieces.append(Condition(match[1], match[2], match[3], occurrence, position))
        position = match.end()
    if position >= len(text) and pieces:
        return pieces
    parts = text.split(":", 2)
    if len(parts) < 2:
        place = f"filter {occurrence}, character 1: {text}"
        raise ApiError(INVALID_QUERY, f"Invalid filter => {text}", detail=place)
    return [Condition(parts[0], parts[1], parts[2] if len(parts) == 3 else None, occurrence)]
