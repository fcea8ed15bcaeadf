"""What stands before some objects besides their sharing: who does not pass shares them no more than he reads them.

An app whose rows are guarded says so in `guards`: otherwise the sharing endpoints would be a way around.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from dhis2api.objects.schema import Schema
from sharing.access import Principal


@dataclass(frozen=True, slots=True)
class Passage:
    """What the guard of an object lets somebody do; his share in the object decides besides."""

    know: bool = True  # False: to him there is no such object
    read: bool = True
    change: bool = True


OPEN = Passage()

# Singular name of a type → the passages of those of the uids that are not open to everybody.
Guard = Callable[[Collection[str], Principal], Mapping[str, Passage]]
guards: dict[str, Guard] = {}


def passages(schema: Schema, uids: Collection[str], user: Principal) -> Mapping[str, Passage]:
    """By uid, of those objects that are guarded."""
    guard = guards.get(schema.singular)
    return guard(uids, user) if guard is not None else {}


def passage(schema: Schema, uid: str, user: Principal) -> Passage:
    """Of one object."""
    return passages(schema, [uid], user).get(uid, OPEN)
