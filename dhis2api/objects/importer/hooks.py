"""Rules of single types that the generic import calls by name; apps register theirs when they are ready.

A lower type's rules may come from any app: data values veto the deletion of the data elements that they name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject

Prepare = Callable[[Bundle, list[ImportObject]], None]
Lock = Callable[[], None]
Check = Callable[[ImportObject, Bundle], Iterable[Fault]]
CheckAll = Callable[[Bundle, list[ImportObject]], None]
Write = Callable[[Bundle, list[ImportObject]], None]
Veto = Callable[[Sequence[int]], dict[int, str]]  # primary keys → what stands in the way of deleting each
Cleanup = Callable[[Sequence[int]], None]


@dataclass(slots=True)
class TypeHooks:
    """The rules of one type, each list in the order of registration."""

    # Sets members of `raw`, before anything is loaded; what stands inside a member is the payload's and stays as it is.
    prepare: list[Prepare] = field(default_factory=list)
    locks: list[Lock] = field(default_factory=list)  # taken before anything is loaded, where imports must not overlap
    checks: list[Check] = field(default_factory=list)  # one object at a time
    check_all: list[CheckAll] = field(default_factory=list)  # all of a type at once; adds faults itself
    check_deletes: list[CheckAll] = field(default_factory=list)  # the same of those that shall be deleted
    before_write: list[Write] = field(default_factory=list)
    after_write: list[Write] = field(default_factory=list)
    before_vetoes: list[Cleanup] = field(default_factory=list)  # locks the rows of other types that go along
    vetoes: list[Veto] = field(default_factory=list)
    before_delete: list[Cleanup] = field(default_factory=list)


_hooks: dict[str, TypeHooks] = defaultdict(TypeHooks)


def hooks_of(singular: str) -> TypeHooks:
    """The hooks of a type; register by appending to its lists."""
    return _hooks[singular]
