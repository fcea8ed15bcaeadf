"""Rows of periods: each period that something stored refers to has one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from dhis2api.periods import Period

# Held until the end by those who bring new periods: chunk by chunk they would wait for each other in a circle.
PERIODS_LOCK = 0x706572696F6473  # "periods"
FIND_PERIODS = "SELECT iso, id FROM metadata_period WHERE iso = ANY(%s)"
ADD_PERIODS = """
    INSERT INTO metadata_period (iso, period_type, start_date, end_date)
    SELECT * FROM unnest(%s, %s, %s::date[], %s::date[]) ON CONFLICT (iso) DO NOTHING
"""


def period_keys(periods: Iterable[Period]) -> dict[str, int]:
    """The primary keys of periods by their ISO text; those without a row get one."""
    wanted = {period.iso: period for period in set(periods)}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND_PERIODS, [list(wanted)])
        known = dict(cursor.fetchall())
        new = [period for iso, period in wanted.items() if iso not in known]
        if not new:
            return known
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PERIODS_LOCK])
        cursor.execute(
            ADD_PERIODS,
            [[p.iso for p in new], [p.type.name for p in new], [p.start for p in new], [p.end for p in new]],
        )
        cursor.execute(FIND_PERIODS, [[period.iso for period in new]])
        return known | dict(cursor.fetchall())
