"""Conditions on members that no column holds: asked of the rendered values, in memory (`leaf`, `registration`).

As in SQL, an absent value matches nothing but `null` and `empty`. Source: DHIS2 2.42, metadata API, object filter.
"""

from __future__ import annotations

import operator as op
import re
from collections.abc import Callable, Mapping
from typing import Any

from dhis2api.objects.query.operators import Operator

MAX_ROWS = 100_000  # whose values are computed for one condition


def _text(test: Callable[[str, str], bool], *, ignoring_case: bool = False) -> Callable[[Any, Any], bool]:
    def compare(value: Any, wanted: Any) -> bool:
        own, other = str(value), str(wanted)
        return test(own.lower(), other.lower()) if ignoring_case else test(own, other)

    return compare


def _has_words(value: Any, wanted: Any) -> bool:
    words = re.findall(r"[^\W_]+", str(wanted))
    return bool(words) and all(re.search(rf"\b{word}", str(value), re.IGNORECASE) for word in words)


TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "exact": op.eq, "gt": op.gt, "gte": op.ge, "lt": op.lt, "lte": op.le,
    "in": lambda value, wanted: value in wanted,
    "iexact": _text(op.eq, ignoring_case=True),
    "contains": _text(op.contains), "icontains": _text(op.contains, ignoring_case=True),
    "startswith": _text(str.startswith), "istartswith": _text(str.startswith, ignoring_case=True),
    "endswith": _text(str.endswith), "iendswith": _text(str.endswith, ignoring_case=True),
    "token": _has_words,
}  # fmt: skip


def holds(value: Any, operator: Operator, wanted: Any) -> bool:
    """Whether the condition holds of a value, a list or map standing for its size."""
    if operator.values == "none":
        is_without = value is None or (operator.lookup == "empty" and value in ("", [], {}))
        return is_without != operator.negated
    if value is None:
        return False
    compared = len(value) if isinstance(value, list | dict) else value
    return TESTS[operator.lookup.removeprefix("not_")](compared, wanted) != operator.negated
