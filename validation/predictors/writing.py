"""What predictions change in the value table: what is new, what differs, what is predicted no more.

The rows are compared and written set-wise, in key order, as imports of data values do: a row that stays the same is not
touched, one that goes is marked deleted, and the table's trigger audits what is replaced.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from datavalues.importer.staging import KEY
from datavalues.stored_periods import period_keys
from dhis2api.periods import Period
from validation.predictors.definitions import Output
from validation.predictors.evaluating import Key

STORED = f"""
    SELECT data_element_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id, value, deleted
    FROM datavalue
    WHERE data_element_id = ANY(%(elements)s) AND period_id = (SELECT id FROM metadata_period WHERE iso = %(period)s)
      AND organisation_unit_id = ANY(%(units)s) AND category_option_combo_id = ANY(%(combos)s)
    ORDER BY {KEY} FOR UPDATE
"""
_ROWS = """
    unnest(%(elements)s::int[], %(units)s::int[], %(combos)s::int[], %(attributes)s::int[], %(texts)s::text[])
        AS predicted (element, unit, combo, attribute_combo, text)
"""
_SAME_KEY = """
    (stored.data_element_id, stored.period_id, stored.organisation_unit_id, stored.category_option_combo_id,
        stored.attribute_option_combo_id)
    = (predicted.element, %(period)s, predicted.unit, predicted.combo, predicted.attribute_combo)
"""
INSERT = f"""
    -- a value that another writer stored in the meantime is overwritten: what comes last counts
    INSERT INTO datavalue ({KEY}, followup, deleted, created, last_updated, value, stored_by)
    SELECT element, %(period)s, unit, combo, attribute_combo, false, false, %(now)s, %(now)s, text, %(stored_by)s
    FROM {_ROWS} ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT ({KEY}) DO UPDATE SET
        value = excluded.value, deleted = false, stored_by = excluded.stored_by, last_updated = excluded.last_updated
"""
UPDATE = f"""
    -- a deleted row that comes back has neither comment nor mark; its time of creation stays
    UPDATE datavalue AS stored SET
        value = predicted.text, deleted = false, stored_by = %(stored_by)s, last_updated = %(now)s,
        comment = CASE WHEN NOT stored.deleted THEN stored.comment END,
        followup = stored.followup AND NOT stored.deleted
    FROM {_ROWS} WHERE {_SAME_KEY}
"""
DELETE = f"""
    UPDATE datavalue AS stored SET deleted = true, stored_by = %(stored_by)s, last_updated = %(now)s
    FROM {_ROWS} WHERE {_SAME_KEY}
"""


@dataclass(slots=True)
class Counts:
    """What predictions changed."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0

    def add(self, other: Counts) -> None:
        """Count more."""
        self.inserted += other.inserted
        self.updated += other.updated
        self.deleted += other.deleted
        self.unchanged += other.unchanged


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who writes, and when."""

    stored_by: str
    now: datetime.datetime


def store_predictions(
    predicted: Mapping[Key, str], outputs: Iterable[Output], period: Period, org_units: Collection[int], stamp: Stamp
) -> Counts:
    """Make the stored values of the outputs what was predicted, for these org units. At most eight queries."""
    combos = {(output.pk, combo.pk) for output in outputs for combo in output.parts}
    stored = _stored(combos, period, org_units)
    live = {key: text for key, (text, deleted) in stored.items() if not deleted}
    changed = {key: text for key, text in predicted.items() if key in stored and live.get(key) != text}
    gone = {key: text for key, text in live.items() if key not in predicted}
    new = {key: text for key, text in predicted.items() if key not in stored}
    key = period_keys([period])[period.iso] if new or changed or gone else 0
    for statement, rows in ((INSERT, new), (UPDATE, changed), (DELETE, gone)):
        _write(statement, rows, key, stamp)
    revived = sum(key not in live for key in changed)
    return Counts(
        len(new) + revived, len(changed) - revived, len(gone), len(predicted) - len(new) - len(changed)
    )  # fmt: skip


def _stored(
    combos: set[tuple[int, int]], period: Period, org_units: Collection[int]
) -> dict[Key, tuple[str | None, bool]]:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STORED, {
            "elements": [element for element, _ in combos], "combos": [combo for _, combo in combos],
            "period": period.iso, "units": list(org_units),
        })  # fmt: skip
        return {
            (element, unit, combo, attribute_combo): (text, deleted)
            for element, unit, combo, attribute_combo, text, deleted in cursor.fetchall()
            if (element, combo) in combos
        }


def _write(statement: str, rows: Mapping[Key, str | None], period: int, stamp: Stamp) -> None:
    if not rows:
        return
    elements, units, combos, attributes = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, {
            "elements": list(elements), "units": list(units), "combos": list(combos), "attributes": list(attributes),
            "texts": list(rows.values()), "period": period, "stored_by": stamp.stored_by,
            "now": stamp.now,
        })  # fmt: skip
