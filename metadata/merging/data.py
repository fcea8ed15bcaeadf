"""Data kept by objects that are merged or split: the higher apps that store it move it themselves.

They say which of their models they take care of; every other reference is found by the walk over the models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from django.db import models


class Strategy(StrEnum):
    """Which of several values of one key stays."""

    LAST_UPDATED = "LAST_UPDATED"
    DISCARD = "DISCARD"  # the target's own; those of sources go


Mover = Callable[[str, Sequence[int], int, Strategy], None]
Lock = Callable[[str], None]
_movers: list[Mover] = []
_locks: list[Lock] = []
_models: set[type[models.Model]] = set()


def register_mover(mover: Mover, *stored_in: type[models.Model]) -> None:
    """`mover(singular, sources, target, strategy)` moves an app's data, by primary keys; `stored_in` are its models."""
    _movers.append(mover)
    _models.update(stored_in)


def register_lock(lock: Lock) -> None:
    """`lock(singular)` takes what a mover needs beside rows, in time: whoever holds it may wait for one of the rows."""
    _locks.append(lock)


def lock_data(singular: str) -> None:
    """Take the locks of all movers, before any row is locked; needs a transaction."""
    for lock in _locks:
        lock(singular)


def move_data(singular: str, sources: Sequence[int], target: int, strategy: Strategy) -> None:
    """Have all data of the sources pass on to the target; the rows of all of them are locked by the caller."""
    for mover in _movers:
        mover(singular, sources, target, strategy)


def models_of_data() -> frozenset[type[models.Model]]:
    """The models whose references their own app moves."""
    return frozenset(_models)
