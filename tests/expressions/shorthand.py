"""Short names for items, so that a table of expressions can be read."""

from __future__ import annotations

import re

from expressions.kinds import Kind, Value


def spelled(text: str) -> str:
    """`<A>` as the data element AAAAAAAAAAA."""
    return re.sub(r"<([A-Z])>", lambda found: "#{" + found[1] * 11 + "}", text)


def key(name: str) -> str:
    """The key of a short name."""
    return spelled(f"<{name}>")


def keyed(values: dict[str, Value]) -> dict[str, Value]:
    """Values by the keys of their items."""
    return {key(name): value for name, value in values.items()}


# What stands for a missing one of these is no number.
KINDS = {key("T"): Kind.TEXT, key("Y"): Kind.BOOLEAN, key("F"): Kind.BOOLEAN, key("D"): Kind.DATE, key("U"): Kind.TEXT}
