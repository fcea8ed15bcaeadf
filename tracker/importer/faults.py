"""What is wrong, or remarkable, with an object of a bundle."""

from __future__ import annotations

from typing import Any

import msgspec

from dhis2api.errors import Code


class Fault(msgspec.Struct, frozen=True, gc=False):
    """One entry of the report, error or warning. `args` are the texts that fill the code's message.

    Rules may tell of each object of a large import: nothing to be collected hangs on a fault, and words are made last.
    """

    code: Code
    tracker_type: str
    uid: str
    args: tuple[str, ...] = ()
    index: int = 0  # of the object among those of its type

    @property
    def message(self) -> str:
        return self.code.message(*self.args)


class FailFast(Exception):
    """The first error of an import that asked to stop there; nothing of it is written."""


def argument(value: Any) -> str:
    """An argument as reports print it: a uid where there is one, the payload's text for metadata, NULL for nothing."""
    if value.__class__ is str:
        return value
    if value is None:
        return "NULL"
    shown = getattr(value, "shown", None) or getattr(value, "uid", None)
    if shown is not None:
        return str(shown)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(argument(one) for one in value) + "]"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
