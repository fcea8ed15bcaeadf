"""How large an answer may become: what is referred to is loaded once, but written at every place that refers to it.

`parent[children[parent[children]]]` over siblings multiplies at every level, so sizes are added up from the innermost
objects outwards, and refused before anything is written. A size counts members: one for every object, value and
item, and one more for every 64 characters of a long text or JSON value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import ApiError
from dhis2api.objects.errors import TOO_MANY_MEMBERS
from dhis2api.web.renderers import encode_json

MAX_MEMBERS = 5_000_000
MAX_TREE_MEMBERS = 250_000  # of an answer that is built whole (XML, HTML), which costs twenty times as much
CHARACTERS = 6  # 2 ** 6 characters weigh as much as one member


@dataclass(frozen=True, slots=True)
class Related:
    """What rows refer to by one member: rendered values and their sizes, both by the same key.

    `path` is the chain of names below, each the largest of its level.
    """

    shown: Mapping[Any, Any]
    sizes: Mapping[Any, int]
    path: str = ""


@dataclass(slots=True)
class Rendered:
    """Objects in the order of their rows, each with its size; `nested` is what each member refers to, in all."""

    objects: list[dict[str, Any]]
    sizes: list[int]
    nested: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """`parent[children]`: where most of the size is."""
        if not self.nested:
            return ""
        name = max(self.nested, key=self.nested.__getitem__)
        below = self.paths.get(name)
        return f"{name}[{below}]" if below else name


def within_budget(rendered: Rendered, limit: int | None = None) -> Rendered:
    """The answer, if it may be written. What the rows themselves hold does not count: it grows with them alone.

    Errors: E1003 (400) naming the nested fields that make it too large.
    """
    check_size(sum(rendered.nested.values()), rendered.path, limit)
    return rendered


def check_size(members: int, path: str, limit: int | None = None) -> None:
    """Errors: E1003 (400) for more members than an answer may have: `limit`, or the usual MAX_MEMBERS."""
    limit = MAX_MEMBERS if limit is None else limit
    if members > limit:
        raise ApiError(TOO_MANY_MEMBERS, path, members, limit)


def size_of(value: Any) -> int:
    """The size of a value that is no object of its own."""
    if type(value) is str:
        return 1 + (len(value) >> CHARACTERS)
    if isinstance(value, dict | list):
        return 1 + (len(encode_json(value)) >> CHARACTERS)
    return 1
