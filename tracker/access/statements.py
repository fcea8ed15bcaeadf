"""Conditions in SQL with their values beside them: text here is ours, what came with a request is only ever a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metadata.hierarchy import Scope


class Values(dict[str, Any]):
    """The named values of a statement under construction."""

    def bind(self, value: Any) -> str:
        """Where the value stands in the statement."""
        name = f"v{len(self)}"
        self[name] = value
        return f"%({name})s"


def all_of(conditions: Iterable[str]) -> str:
    """That all hold; nothing to hold is true."""
    return " AND ".join(conditions) or "TRUE"


def any_of(conditions: Iterable[str]) -> str:
    """That one holds; of nothing none does."""
    given = list(conditions)
    return f"({' OR '.join(given)})" if given else "FALSE"


def is_below(scope: Scope, column: str, values: Values) -> str:
    """That the path in `column` is one of the tops of a scope, or lies below one."""
    if not scope.paths:
        return "FALSE"
    tops = values.bind(list(scope.paths))
    below = values.bind([f"{path}/%" for path in scope.paths])
    return f"({column} = ANY({tops}) OR {column} LIKE ANY({below}))"
