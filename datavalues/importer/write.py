"""Fifth stage: the accepted values of a chunk go into the table, set-wise, in key order.

Values are copied into a temporary table, compared with what is stored in one join, and then inserted, updated or
marked deleted by one statement each. A value that is stored as it was sent is not touched, so `last_updated` stays
true. Key order keeps the index's pages full and two imports from waiting for each other in a circle.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from itertools import compress
from typing import Any

from django.db import connection

from datavalues.importer.context import Context
from datavalues.importer.resolve import ResolvedChunk
from datavalues.params import Strategy
from dhis2api.periods import Period
from dhis2api.value_types import is_insignificant_zero

KEY = "data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id"

STAGED = """
    -- one row a value of the chunk; `vanishes` where storing it would store nothing
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_value (
        data_element_id integer, period_id integer, organisation_unit_id integer,
        category_option_combo_id integer, attribute_option_combo_id integer,
        position integer, followup boolean, deleted boolean, vanishes boolean,
        value text, comment text, stored_by text
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE IF NOT EXISTS stored_value (
        position integer, deleted boolean, same boolean
    ) ON COMMIT DROP;
    TRUNCATE staged_value, stored_value;
"""

COPY = f"COPY staged_value ({KEY}, position, followup, deleted, vanishes, value, comment, stored_by) FROM STDIN"

FIND_STORED = f"""
    -- which staged values have a row already, and whether it says the same
    INSERT INTO stored_value
    SELECT staged.position, stored.deleted,
           (stored.value, stored.comment, stored.followup)
               IS NOT DISTINCT FROM (staged.value, staged.comment, staged.followup)
    FROM staged_value staged JOIN datavalue stored USING ({KEY})
"""

INSERT = f"""
    -- values without a row; another import that stored one in the meantime is overwritten
    INSERT INTO datavalue ({KEY}, followup, deleted, created, last_updated, value, comment, stored_by)
    SELECT {KEY}, staged.followup, staged.deleted, %(now)s, %(now)s, staged.value, staged.comment, staged.stored_by
    FROM staged_value staged
    WHERE NOT staged.vanishes AND NOT EXISTS (SELECT 1 FROM stored_value WHERE position = staged.position)
    ORDER BY {KEY}
    ON CONFLICT ({KEY}) DO UPDATE SET
        value = excluded.value, comment = excluded.comment, followup = excluded.followup,
        deleted = excluded.deleted, stored_by = excluded.stored_by, last_updated = excluded.last_updated
"""

LOCK_CHANGED = f"""
    -- rows about to change, locked in key order, so that overlapping imports wait in line instead of in a circle
    SELECT count(*) FROM (
        SELECT 1 FROM datavalue stored JOIN staged_value staged USING ({KEY})
        JOIN stored_value known ON known.position = staged.position
        WHERE known.deleted OR NOT known.same OR staged.vanishes OR staged.deleted
        ORDER BY {KEY} FOR UPDATE OF stored
    ) AS locked
"""

UPDATE = f"""
    -- live rows that change, or (`revive`) deleted ones that come back; the time of creation stays
    UPDATE datavalue stored SET
        value = staged.value, comment = staged.comment, followup = staged.followup, deleted = staged.deleted,
        stored_by = staged.stored_by, last_updated = %(now)s
    FROM staged_value staged JOIN stored_value known ON known.position = staged.position
    WHERE (stored.data_element_id, stored.period_id, stored.organisation_unit_id,
           stored.category_option_combo_id, stored.attribute_option_combo_id)
        = (staged.data_element_id, staged.period_id, staged.organisation_unit_id,
           staged.category_option_combo_id, staged.attribute_option_combo_id)
      AND known.deleted = %(revive)s AND (%(revive)s OR NOT (known.same OR staged.deleted)) AND NOT staged.vanishes
"""

DELETE = """
    -- live rows that the payload deletes: marked, so that synchronisation sees them go
    UPDATE datavalue stored SET deleted = true, stored_by = staged.stored_by, last_updated = %(now)s
    FROM staged_value staged JOIN stored_value known ON known.position = staged.position
    WHERE (stored.data_element_id, stored.period_id, stored.organisation_unit_id,
           stored.category_option_combo_id, stored.attribute_option_combo_id)
        = (staged.data_element_id, staged.period_id, staged.organisation_unit_id,
           staged.category_option_combo_id, staged.attribute_option_combo_id)
      AND NOT known.deleted AND (%(all)s OR staged.vanishes OR staged.deleted)
"""

COUNT = """
    -- what the chunk holds, before anything is written
    SELECT count(*) FILTER (WHERE known.position IS NULL AND staged.vanishes),
           count(*) FILTER (WHERE known.deleted AND staged.vanishes),
           count(*) FILTER (WHERE NOT known.deleted AND known.same AND NOT staged.vanishes AND NOT staged.deleted)
    FROM staged_value staged LEFT JOIN stored_value known ON known.position = staged.position
"""

UNMATCHED = """
    -- values that the strategy has no use for: new ones (`live` false) or existing ones
    SELECT staged.position FROM staged_value staged
    LEFT JOIN stored_value known ON known.position = staged.position
    WHERE (known.position IS NOT NULL AND NOT known.deleted) = %(live)s
"""

_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def write(context: Context, resolved: ResolvedChunk, refused: set[int]) -> None:
    """Store the accepted values of a chunk and count what happened.

    Values of one key within a chunk are written one after the other, in payload order.
    """
    accepted = [position not in refused for position in range(len(resolved))]
    store_periods(context, compress(resolved.period, accepted))
    rows = _rows(context, resolved, accepted)
    for batch in _rounds(rows):
        with connection.cursor() as cursor:
            cursor.execute(STAGED)
            cursor.copy_expert(COPY, io.BytesIO("\n".join(map("\t".join, batch)).encode()))
            _apply(context, resolved, cursor, len(batch))


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


def _rows(context: Context, resolved: ResolvedChunk, accepted: list[bool]) -> list[Row]:
    """The accepted values as the texts that COPY reads, in the order of its columns."""
    chunk = resolved.chunk

    def kept(column: Iterable[Any]) -> Iterable[Any]:
        return compress(column, accepted)

    values = _trimmed(kept(resolved.value))
    comments = _trimmed(kept(chunk.comment))
    username = context.principal.username
    stored_by = [text.strip() or username if text else username for text in kept(chunk.stored_by)]
    period_keys = {iso: str(pk) for iso, pk in context.metadata.period_keys.items()}
    return list(
        zip(
            _keys(kept(resolved.data_element)),
            [period_keys[period.iso] for period in kept(resolved.period)],
            _keys(kept(resolved.org_unit)),
            _keys(kept(resolved.category_option_combo)),
            _keys(kept(resolved.attribute_option_combo)),
            map(str, compress(range(len(accepted)), accepted)),
            _booleans(kept(chunk.followup)),
            _booleans(kept(chunk.deleted)),
            _vanishing(kept(resolved.data_element), values, comments),
            _escaped(values),
            _escaped(comments),
            _escaped(stored_by),
            strict=True,
        )
    )


def _keys(column: Iterable[Any]) -> list[str]:
    objects = list(column)
    texts = {item: str(item.pk) for item in set(objects)}
    return list(map(texts.__getitem__, objects))


def _trimmed(column: Iterable[str | None]) -> list[str | None]:
    return [text.strip() or None if text else None for text in column]


def _booleans(column: Iterable[bool | None]) -> list[str]:
    return ["t" if flag else "f" for flag in column]


def _escaped(column: list[str | None]) -> list[str]:
    texts = [NULL if text is None else text for text in column]
    if not _SPECIAL.search("".join(text for text in column if text is not None)):
        return texts
    return [NULL if text is None else text.translate(_ESCAPES) for text in column]


def _vanishing(elements: Iterable[Any], values: list[str | None], comments: list[str | None]) -> list[str]:
    """Whether storing a value would store nothing: no value and no comment, or a zero that does not count."""
    return [
        "t" if (value is None and comment is None) or (value is not None and value[0] == "0" and _is_zero(element, value))
        else "f"
        for element, value, comment in zip(elements, values, comments, strict=True)
    ]  # fmt: skip


def _is_zero(element: Any, value: str) -> bool:
    return is_insignificant_zero(element.value_type, element.aggregation_type, element.zero_is_significant, value)


def _rounds(rows: list[Row]) -> list[list[Row]]:
    """The rows in batches without a repeated key; nearly always one."""
    if not rows or len({row[:5] for row in rows}) == len(rows):
        return [rows] if rows else []
    rounds: list[list[Row]] = []
    seen: dict[Row, int] = {}
    for row in rows:
        number = seen[row[:5]] = seen.get(row[:5], -1) + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(row)
    return rounds


def _apply(context: Context, resolved: ResolvedChunk, cursor: Any, staged: int) -> None:
    counts, strategy, now = context.summary.counts, context.strategy, context.now
    stored = 0
    if not context.params.skip_existing_check:
        cursor.execute("ANALYZE staged_value")
        cursor.execute(FIND_STORED)
        stored = cursor.rowcount
    if strategy in (Strategy.SYNC, Strategy.DELETE, Strategy.UPDATE):
        _reject(context, resolved, cursor, live=False)
    if strategy in (Strategy.SYNC, Strategy.CREATE):
        _reject(context, resolved, cursor, live=True)
    if stored:
        cursor.execute("ANALYZE stored_value")
        cursor.execute(LOCK_CHANGED)
    if strategy is Strategy.DELETE:
        cursor.execute(DELETE, {"now": now, "all": True})
        counts.deleted += cursor.rowcount
        return
    cursor.execute(COUNT)
    new_empty, gone_empty, unchanged = cursor.fetchone()
    if strategy in (Strategy.CREATE_AND_UPDATE, Strategy.CREATE):
        counts.ignored += new_empty + gone_empty
        cursor.execute(INSERT, {"now": now})
        counts.imported += cursor.rowcount
        if stored:
            cursor.execute(UPDATE, {"now": now, "revive": True})
            counts.imported += cursor.rowcount
    if stored and strategy in (Strategy.CREATE_AND_UPDATE, Strategy.UPDATE):
        counts.unchanged += unchanged
        cursor.execute(DELETE, {"now": now, "all": False})
        counts.deleted += cursor.rowcount
        cursor.execute(UPDATE, {"now": now, "revive": False})
        counts.updated += cursor.rowcount


def _reject(context: Context, resolved: ResolvedChunk, cursor: Any, *, live: bool) -> None:
    """Values that the strategy leaves alone are ignored and named by index, without a conflict."""
    cursor.execute(UNMATCHED, {"live": live})
    positions = [row[0] for row in cursor.fetchall()]
    context.summary.counts.ignored += len(positions)
    context.summary.rejected.extend(resolved.chunk.start + position for position in positions)


