"""Fifth stage: the accepted values of a chunk are copied into a temporary table, to be written when all are there.

What is locked while chunks are still read would be locked in the payload's order, and two imports could wait for
each other in a circle. So nothing of the value table is touched before `write`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import compress
from typing import Any

from django.db import connection

from datavalues.importer.context import Context
from datavalues.importer.resolve import ResolvedChunk
from datavalues.stored_periods import period_keys
from dhis2api.periods import Period
from dhis2api.value_types import FILE_TYPES, is_insignificant_zero

KEY = "data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id"
KEY_COLUMNS, VANISHES = 5, 8  # of what is copied: the first ones, and the place of one

# One row a value; `vanishes` where storing it would store nothing, `round` is the turn of values that share a key.
# The tables stay with the connection, empty: making them anew for each small set would cost more than the set. What an
# earlier import of the same transaction left is deleted; TRUNCATE would write to the catalogue each time. Without its
# key, `stored_value` would be read anew for each row of a join that the planner takes for a row or two.
STAGED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_value (
        data_element_id integer, period_id integer, organisation_unit_id integer,
        category_option_combo_id integer, attribute_option_combo_id integer,
        position integer, followup boolean, deleted boolean, vanishes boolean,
        value text, comment text, stored_by text, round smallint DEFAULT 0
    ) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS stored_value (
        position integer PRIMARY KEY, outcome "char"
    ) ON COMMIT DELETE ROWS;
    DELETE FROM staged_value;
    DELETE FROM stored_value;
"""

COPY = f"COPY staged_value ({KEY}, position, followup, deleted, vanishes, value, comment, stored_by) FROM STDIN"

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def stage(context: Context, resolved: ResolvedChunk, refused: set[int]) -> None:
    """Copy the accepted values of a chunk into the temporary table; three queries at most."""
    if len(refused) == len(resolved):
        return
    accepted = [position not in refused for position in range(len(resolved))] if refused else None
    store_periods(context, [context.metadata.periods[text] for text in set(_kept(resolved.chunk.period, accepted))])
    columns = _columns(context, resolved, accepted)
    staged = context.staged
    keys = columns[:KEY_COLUMNS]
    staged.has_repeated = staged.has_repeated or len(set(zip(*keys, strict=True))) < len(keys[0])
    with connection.cursor() as cursor:
        if not staged.chunks:
            cursor.execute(STAGED)
        cursor.copy_expert(COPY, io.BytesIO("\n".join(map("\t".join, zip(*columns, strict=True))).encode()))
    staged.has_vanishing = staged.has_vanishing or "t" in columns[VANISHES]
    staged.files |= {
        element.pk for element in set(resolved.data_element) if element is not None and element.value_type in FILE_TYPES
    }
    staged.chunks += 1
    staged.size += len(keys[0])


def _kept(column: Iterable[Any], accepted: list[bool] | None) -> Iterable[Any]:
    return column if accepted is None else compress(column, accepted)


def store_periods(context: Context, periods: Iterable[Period | None]) -> None:
    """Give every period that data refers to a row."""
    known = context.metadata.period_keys
    known.update(period_keys(period for period in periods if period is not None and period.iso not in known))


def _columns(context: Context, resolved: ResolvedChunk, accepted: list[bool] | None) -> list[Any]:
    """The accepted values as columns of the texts that COPY reads, in its order."""
    chunk = resolved.chunk
    values = _trimmed(_kept(resolved.value, accepted))
    comments = _trimmed(_kept(chunk.comment, accepted))
    elements = list(_kept(resolved.data_element, accepted))
    periods = {text: _period_key(context, text) for text in set(chunk.period)}
    return [
        _keys(elements),
        list(map(periods.__getitem__, _kept(chunk.period, accepted))),
        _keys(_kept(resolved.org_unit, accepted)),
        _keys(_kept(resolved.category_option_combo, accepted)),
        _keys(_kept(resolved.attribute_option_combo, accepted)),
        map(str, _kept(range(chunk.start, chunk.start + len(resolved)), accepted)),
        _booleans(_kept(chunk.followup, accepted)),
        _booleans(_kept(chunk.deleted, accepted)),
        _vanishing(elements, values, comments),
        _escaped(values),
        _escaped(comments),
        _escaped(_stored_by(context, _kept(chunk.stored_by, accepted))),
    ]


def _period_key(context: Context, text: str | None) -> str:
    """The key of a period as text; empty for a refused one, whose values are not written."""
    period = context.metadata.periods.get(text)
    return (
        str(context.metadata.period_keys[period.iso]) if period and period.iso in context.metadata.period_keys else ""
    )


def _keys(column: Iterable[Any]) -> list[str]:
    objects = list(column)
    texts = {item: str(item.pk) for item in set(objects)}
    return list(map(texts.__getitem__, objects))


def _stored_by(context: Context, column: Iterable[str | None]) -> list[str | None]:
    username = context.principal.username
    texts = list(column)
    names = {text: (text and text.strip()) or username for text in set(texts)}
    return list(map(names.__getitem__, texts))


def _trimmed(column: Iterable[str | None]) -> list[str | None]:
    texts = list(column)
    distinct = {text: (text.strip() or None) if text else None for text in set(texts)}
    return list(map(distinct.__getitem__, texts))


def _booleans(column: Iterable[bool | None]) -> list[str]:
    return list(map({True: "t", False: "f", None: "f"}.__getitem__, column))


def _escaped(column: list[str | None]) -> list[str]:
    distinct = {text: NULL if text is None else text.translate(_ESCAPES) for text in set(column)}
    return list(map(distinct.__getitem__, column))


def _vanishing(elements: list[Any], values: list[str | None], comments: list[str | None]) -> list[str]:
    """Whether storing a value would store nothing: no value and no comment, or a zero that does not count."""
    distinct = set(values)
    if None not in distinct and not any(text[0] == "0" for text in distinct):
        return ["f"] * len(values)
    return [
        "t" if (comment is None if value is None else value[0] == "0" and _is_zero(element, value)) else "f"
        for element, value, comment in zip(elements, values, comments, strict=True)
    ]


def _is_zero(element: Any, value: str) -> bool:
    return is_insignificant_zero(element.value_type, element.aggregation_type, element.zero_is_significant, value)
