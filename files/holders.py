"""Models whose rows say which value a file belongs to. A value of one kind must not take what one of another kind has:
the file would go with the first of them that lets it go."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import models

_holders: list[type[models.Model]] = []
# Which of some files (uids) objects name in a text, as documents do.
mentions: list[Callable[[Collection[str]], Collection[str]]] = []


def register_holder(holder: type[models.Model]) -> None:
    """Have the rows of `holder` own the files in its field `file`."""
    _holders.append(holder)


def held_elsewhere(keys: Collection[int], holder: type[models.Model]) -> set[int]:
    """Which of the files (primary keys) rows of other models than `holder` own. A query each."""
    held: set[int] = set()
    for other in _holders:
        if other is not holder:
            held.update(other._default_manager.filter(file__in=keys).values_list("file_id", flat=True))
    return held
