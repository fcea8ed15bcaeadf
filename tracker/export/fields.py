"""`fields=` of tracker objects: which members are shown, and so which collections are read at all.

`*` and `:all` are all members, `:simple` those that are neither object nor collection; `!x` wins over inclusion;
`a[…]` narrows `a`. Exclusions alone select nothing at the top and everything else below. Unknown names are ignored.
Source: DHIS2 2.42, tracker export, fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dhis2api.objects.query.fields import Selection, Transformer, parse_fields
from dhis2api.objects.query.transformers import transform


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The members of an object in the order they are shown; `nested` those that are objects or lists of them, with
    their shapes (None: an object that is shown as a whole)."""

    members: tuple[str, ...]
    nested: Mapping[str, Shape | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What of a shape is shown. `parts` holds the plans of nested members, `changes` their transformers."""

    names: frozenset[str]
    parts: Mapping[str, Plan]
    changes: Mapping[str, tuple[Transformer, ...]]
    is_whole: bool

    def shows(self, *names: str) -> bool:
        """Whether any of these members is shown."""
        return not self.names.isdisjoint(names)

    def part(self, name: str) -> Plan:
        """The plan of a nested member; one that shows nothing if the member is not shown."""
        return self.parts.get(name, NOTHING)

    def apply(self, shown: Any) -> Any:
        """An object, or a list of them, with nothing but what is to be shown."""
        if self.is_whole:
            return shown
        if isinstance(shown, list):
            return [self.apply(item) for item in shown]
        if not isinstance(shown, dict):
            return shown
        answer = {}
        for name, value in shown.items():
            if name not in self.names:
                continue
            part = self.parts.get(name)
            value = value if part is None else part.apply(value)
            if changes := self.changes.get(name):
                name, value = transform(name, value, changes)
            answer[name] = value
        return answer


NOTHING = Plan(frozenset(), {}, {}, False)


def plan_of(texts: Sequence[str], default: str, shape: Shape) -> Plan:
    """The plan of a `fields` parameter; without one the default."""
    text = ",".join(text for text in texts if text.strip()) or default
    return _compiled(text, shape)


@lru_cache(maxsize=256)
def _compiled(text: str, shape: Shape) -> Plan:
    return _compile(parse_fields(text), shape, is_top=True)


def everything(shape: Shape) -> Plan:
    """All members, and all of theirs."""
    parts = {name: everything(nested) for name, nested in shape.nested.items() if nested is not None}
    return Plan(frozenset(shape.members), parts, {}, True)


def _compile(selections: tuple[Selection, ...], shape: Shape, *, is_top: bool = False) -> Plan:
    excluded = {one.name for one in selections if one.excluded}
    wanted = [one for one in selections if not one.excluded]
    if not wanted and excluded and not is_top:
        wanted = [Selection("*")]
    names: set[str] = set()
    narrowed: dict[str, list[Selection]] = {}
    changes: dict[str, tuple[Transformer, ...]] = {}
    for one in wanted:
        if one.name in ("*", ":all"):
            names.update(shape.members)
        elif one.name == ":simple":
            names.update(name for name in shape.members if name not in shape.nested)
        elif one.name in shape.members:
            names.add(one.name)
            if one.children is not None:
                narrowed.setdefault(one.name, []).extend(one.children)
            if one.transformers:
                changes[one.name] = one.transformers
    names -= excluded
    parts = {
        name: _compile(tuple(narrowed[name]), nested) if name in narrowed else everything(nested)
        for name, nested in shape.nested.items()
        if name in names and nested is not None
    }
    is_whole = (
        names.issuperset(shape.members) and not changes and all(part.is_whole for part in parts.values())
    )  # fmt: skip
    return Plan(frozenset(names), parts, changes, is_whole)
