"""A new epoch: what processes and the cache remember of the replaced database is forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dhis2api import epoch


@pytest.fixture
def replacements() -> Iterator[list[object]]:
    """One entry for each time that this process was told to forget."""
    told: list[object] = []

    def receive(sender: object, **_: object) -> None:
        told.append(sender)

    before, epoch._current = epoch._current, None
    epoch.database_replaced.connect(receive)
    yield told
    epoch.database_replaced.disconnect(receive)
    epoch._current = before


def test_processes_are_told_once_per_epoch(replacements: list[object]) -> None:
    for seen in ("first", "first", "second", "second"):
        epoch.see_epoch(seen)

    assert len(replacements) == 1


def test_a_key_of_the_cache_belongs_to_its_epoch(replacements: list[object]) -> None:
    epoch.see_epoch("first")
    before = epoch.cache_key("key", "", 1)
    epoch.see_epoch("second")

    assert epoch.cache_key("key", "", 1) != before
