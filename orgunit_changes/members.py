"""Members of a body, each read alone, so that all that is wrong can be said at once."""

from __future__ import annotations

from typing import Any

from orgunit_changes.errors import LIST_TOO_LONG, MOST_ITEMS, NOT_A_LIST


class Wrong(ValueError):
    """What is wrong with one member, as its sender is told; each argument is a message."""


def require_list(given: Any) -> list[Any]:
    """A list of bounded length. Errors: Wrong."""
    if not isinstance(given, list):
        raise Wrong(NOT_A_LIST.format(type(given).__name__))
    if len(given) > MOST_ITEMS:
        raise Wrong(LIST_TOO_LONG.format(MOST_ITEMS))
    return given
