"""Fifth stage: the accepted values of a chunk go into the table, set-wise, in key order.

Values are copied into a temporary table, compared with what is stored in one join, and then inserted, updated or
marked deleted by one statement each. A value that is stored as it was sent is not touched, so `last_updated` stays
true. Key order keeps the index's pages full and two imports from waiting for each other in a circle.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import compress
from typing import Any

from django.db import IntegrityError, connection, transaction

from datavalues.importer.context import Context
from datavalues.importer.resolve import ResolvedChunk
from datavalues.params import Strategy
from dhis2api.periods import Period
from dhis2api.value_types import is_insignificant_zero

KEY = "data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id"

STAGED = """
    -- one row a value of the batch; `vanishes` where storing it would store nothing
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_value (
        data_element_id integer, period_id integer, organisation_unit_id integer,
        category_option_combo_id integer, attribute_option_combo_id integer,
        position integer, followup boolean, deleted boolean, vanishes boolean,
        value text, comment text, stored_by text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS stored_value (position integer, outcome "char") ON COMMIT DROP;
    TRUNCATE staged_value, stored_value;
"""

COPY = f"COPY staged_value ({KEY}, position, followup, deleted, vanishes, value, comment, stored_by) FROM STDIN"

FIND_STORED = f"""
    -- which staged values have a row already, and what they mean for it: g(one and stays so), r(evived), d(eleted),
    -- u(nchanged) or c(hanged); answers the number of each
    WITH found AS (
        INSERT INTO stored_value
        SELECT staged.position,
               CASE WHEN stored.deleted THEN CASE WHEN staged.vanishes THEN 'g' ELSE 'r' END
                    WHEN staged.vanishes OR staged.deleted THEN 'd'
                    WHEN (stored.value, stored.comment, stored.followup)
                        IS NOT DISTINCT FROM (staged.value, staged.comment, staged.followup) THEN 'u'
                    ELSE 'c' END
        FROM staged_value staged JOIN datavalue stored USING ({KEY})
        RETURNING outcome
    )
    SELECT outcome, count(*) FROM found GROUP BY outcome
"""

COUNT_EMPTY = """
    -- values without a row that would store nothing
    SELECT count(*) FROM staged_value staged
    WHERE staged.vanishes AND NOT EXISTS (SELECT 1 FROM stored_value WHERE position = staged.position)
"""

INSERT = f"""
    -- values without a row
    INSERT INTO datavalue ({KEY}, followup, deleted, created, last_updated, value, comment, stored_by)
    SELECT {KEY}, staged.followup, staged.deleted, %(now)s, %(now)s, staged.value, staged.comment, staged.stored_by
    FROM staged_value staged
    WHERE NOT staged.vanishes AND NOT EXISTS (SELECT 1 FROM stored_value WHERE position = staged.position)
    ORDER BY {KEY}
"""

INSERT_OR_OVERWRITE = f"""
    {INSERT}
    -- the same where a row appeared in the meantime (or nobody looked): what came last counts
    ON CONFLICT ({KEY}) DO UPDATE SET
        value = excluded.value, comment = excluded.comment, followup = excluded.followup,
        deleted = excluded.deleted, stored_by = excluded.stored_by, last_updated = excluded.last_updated
"""

LOCK_CHANGED = f"""
    -- rows about to change, locked in key order, so that overlapping imports wait in line instead of in a circle
    SELECT count(*) FROM (
        SELECT 1 FROM datavalue stored JOIN staged_value staged USING ({KEY})
        JOIN stored_value known ON known.position = staged.position
        WHERE known.outcome = ANY(%(outcomes)s::"char"[])
        ORDER BY {KEY} FOR UPDATE OF stored
    ) AS locked
"""

_SAME_KEY = """
    (stored.data_element_id, stored.period_id, stored.organisation_unit_id,
     stored.category_option_combo_id, stored.attribute_option_combo_id)
  = (staged.data_element_id, staged.period_id, staged.organisation_unit_id,
     staged.category_option_combo_id, staged.attribute_option_combo_id)
"""

UPDATE = f"""
    -- live rows that change, or deleted ones that come back; the time of creation stays
    UPDATE datavalue stored SET
        value = staged.value, comment = staged.comment, followup = staged.followup, deleted = staged.deleted,
        stored_by = staged.stored_by, last_updated = %(now)s
    FROM staged_value staged JOIN stored_value known ON known.position = staged.position
    WHERE known.outcome = %(outcome)s AND {_SAME_KEY}
"""

DELETE = f"""
    -- live rows that the payload deletes: marked, so that synchronisation sees them go
    UPDATE datavalue stored SET deleted = true, stored_by = staged.stored_by, last_updated = %(now)s
    FROM staged_value staged JOIN stored_value known ON known.position = staged.position
    WHERE known.outcome = ANY(%(outcomes)s::"char"[]) AND {_SAME_KEY}
"""

UNMATCHED = """
    -- values that the strategy has no use for: those with a live row, or (`live` false) the others
    SELECT staged.position FROM staged_value staged
    LEFT JOIN stored_value known ON known.position = staged.position
    WHERE coalesce(known.outcome IN ('u', 'c', 'd'), false) = %(live)s
"""

GONE, REVIVED, DELETED, UNCHANGED, CHANGED = "g", "r", "d", "u", "c"
LIVE = [DELETED, UNCHANGED, CHANGED]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def write(context: Context, resolved: ResolvedChunk, refused: set[int]) -> None:
    """Store the accepted values of a chunk and count what happened.

    Values of one key within a chunk are written one after the other, in payload order.
    """
    if len(refused) == len(resolved):
        return
    accepted = [position not in refused for position in range(len(resolved))] if refused else None
    periods = set(_kept(resolved.chunk.period, accepted))
    store_periods(context, [context.metadata.periods[text] for text in periods])
    columns = _columns(context, resolved, accepted)
    for batch in _rounds(context, columns):
        with connection.cursor() as cursor:
            cursor.execute(STAGED)
            cursor.copy_expert(COPY, io.BytesIO("\n".join(map("\t".join, batch)).encode()))
            _apply(context, resolved, cursor, size=cursor.rowcount)


def _kept(column: Iterable[Any], accepted: list[bool] | None) -> Iterable[Any]:
    return column if accepted is None else compress(column, accepted)


def store_periods(context: Context, periods: Iterable[Period | None]) -> None:
    """Give every period that data refers to a row; in order, so that two imports do not wait in a circle."""
    known = context.metadata.period_keys
    new = {period.iso: period for period in set(periods) if period is not None and period.iso not in known}
    if not new:
        return
    ordered = [new[iso] for iso in sorted(new)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metadata_period (iso, period_type, start_date, end_date) "
            "SELECT * FROM unnest(%s, %s, %s::date[], %s::date[]) ORDER BY 1 ON CONFLICT (iso) DO NOTHING",
            [
                [p.iso for p in ordered], [p.type.name for p in ordered],
                [p.start for p in ordered], [p.end for p in ordered],
            ],
        )  # fmt: skip
        cursor.execute("SELECT iso, id FROM metadata_period WHERE iso = ANY(%s)", [list(new)])
        known.update(cursor.fetchall())


Row = tuple[str, ...]
KEY_COLUMNS = 5
MAX_ROUNDS = 20


def _columns(context: Context, resolved: ResolvedChunk, accepted: list[bool] | None) -> list[Iterable[str]]:
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
        map(str, _kept(range(len(resolved)), accepted)),
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


def _rounds(context: Context, columns: list[Iterable[str]]) -> list[Iterable[Row]]:
    """The rows in batches without a repeated key; nearly always one.

    A key that is repeated more often than MAX_ROUNDS times is written as it was sent last; what stands between is
    counted as ignored. A payload of one key a hundred thousand times must not cost as many statements.
    """
    keys = columns[:KEY_COLUMNS]
    if len(set(zip(*keys, strict=True))) == len(keys[0]):
        return [zip(*columns, strict=True)]
    rounds: list[dict[Row, Row]] = [{} for _ in range(MAX_ROUNDS)]
    seen: dict[Row, int] = {}
    for row in zip(*columns, strict=True):
        key = row[:KEY_COLUMNS]
        number = seen[key] = seen.get(key, -1) + 1
        if number >= MAX_ROUNDS:
            context.summary.counts.ignored += 1
        rounds[min(number, MAX_ROUNDS - 1)][key] = row
    return [batch.values() for batch in rounds if batch]


def _apply(context: Context, resolved: ResolvedChunk, cursor: Any, *, size: int) -> None:
    """Write one batch of `size` staged values as the strategy says, and count."""
    counts, strategy, now = context.summary.counts, context.strategy, context.now
    stored: dict[str, int] = {}
    if not context.params.skip_existing_check:
        cursor.execute(FIND_STORED)
        stored = dict(cursor.fetchall())
    if strategy in (Strategy.SYNC, Strategy.DELETE, Strategy.UPDATE):
        _reject(context, resolved, cursor, live=False)
    if strategy in (Strategy.SYNC, Strategy.CREATE):
        _reject(context, resolved, cursor, live=True)
    creates = strategy in (Strategy.CREATE_AND_UPDATE, Strategy.CREATE)
    updates = strategy in (Strategy.CREATE_AND_UPDATE, Strategy.UPDATE)
    touched = LIVE if strategy is Strategy.DELETE else [CHANGED, DELETED] * updates + [REVIVED] * creates
    if any(stored.get(outcome) for outcome in touched):
        cursor.execute("ANALYZE staged_value; ANALYZE stored_value")
        cursor.execute(LOCK_CHANGED, {"outcomes": touched})
    if strategy is Strategy.DELETE:
        counts.deleted += _run(cursor, DELETE, stored, LIVE, now=now, outcomes=LIVE)
    if creates:
        if size > sum(stored.values()):
            cursor.execute(COUNT_EMPTY)
            counts.ignored += cursor.fetchone()[0]
            counts.imported += _insert(context, cursor)
        counts.ignored += stored.get(GONE, 0)
        counts.imported += _run(cursor, UPDATE, stored, [REVIVED], now=now, outcome=REVIVED)
    if updates:
        counts.unchanged += stored.get(UNCHANGED, 0)
        counts.deleted += _run(cursor, DELETE, stored, [DELETED], now=now, outcomes=[DELETED])
        counts.updated += _run(cursor, UPDATE, stored, [CHANGED], now=now, outcome=CHANGED)


def _run(cursor: Any, statement: str, stored: dict[str, int], acts_on: list[str], **parameters: Any) -> int:
    """Run a statement if any row has one of the outcomes that it acts on; the number of rows it changed."""
    if not any(stored.get(outcome) for outcome in acts_on):
        return 0
    cursor.execute(statement, parameters)
    return cursor.rowcount


def _insert(context: Context, cursor: Any) -> int:
    """Insert the new values; an insert that need not look for conflicts costs a third less, and they are rare."""
    if context.params.skip_existing_check:
        cursor.execute(INSERT_OR_OVERWRITE, {"now": context.now})
        return cursor.rowcount
    try:
        with transaction.atomic():
            cursor.execute(INSERT, {"now": context.now})
            return cursor.rowcount
    except IntegrityError:
        # Another import stored one of these values after this one had looked.
        cursor.execute(INSERT_OR_OVERWRITE, {"now": context.now})
        return cursor.rowcount


def _reject(context: Context, resolved: ResolvedChunk, cursor: Any, *, live: bool) -> None:
    """Values that the strategy leaves alone are ignored and named by index, without a conflict."""
    cursor.execute(UNMATCHED, {"live": live})
    positions = [row[0] for row in cursor.fetchall()]
    context.summary.counts.ignored += len(positions)
    context.summary.rejected.extend(resolved.chunk.start + position for position in positions)
