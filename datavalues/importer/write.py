"""Sixth stage: what was staged goes into the value table, set-wise, in key order.

Values are compared with what is stored in one join, and then inserted, updated or marked deleted by one statement each.
A value that is stored as it was sent is not touched, so `last_updated` stays true. Every import first inserts and then
locks what it changes, both in key order: that keeps the index's pages full and two imports from waiting for each other
in a circle; where one of them cannot (it looks for nothing, or its values take turns), it begins its writing again.
What an update replaces is audited by the table's own trigger.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from datavalues.importer.context import Context
from datavalues.importer.file_ownership import settle_files
from datavalues.importer.staging import KEY
from datavalues.params import Strategy
from datavalues.records import CHUNK

GONE, REVIVED, DELETED, UNCHANGED, CHANGED, NEW = "g", "r", "d", "u", "c", "n"
LIVE = [DELETED, UNCHANGED, CHANGED]
MAX_ROUNDS = 20
ATTEMPTS = 5  # at writing, each after a deadlock
DEADLOCK = "40P01"
# From here on the planner is better off knowing what it joins.
ANALYZED_FROM = 2_000

# Staging and sorting happen in the memory of one session; beyond it PostgreSQL uses disk.
MEMORY = "SET LOCAL work_mem = '64MB'"

HAS_REPEATED = f"SELECT EXISTS (SELECT 1 FROM staged_value GROUP BY {KEY} HAVING count(*) > 1)"

NUMBER_ROUNDS = f"""
    -- values of one key take their turns as they were sent. The last turn is the last value's: a payload of one key a
    -- hundred thousand times must not cost as many statements; what is passed over has no turn
    WITH numbered AS (
        SELECT position, row_number() OVER turns - 1 AS turn, count(*) OVER (PARTITION BY {KEY}) - 1 AS last
        FROM staged_value WINDOW turns AS (PARTITION BY {KEY} ORDER BY position)
    )
    UPDATE staged_value staged
    SET round = CASE WHEN turn < %(most)s THEN turn WHEN turn = last THEN %(most)s ELSE -1 END
    FROM numbered WHERE numbered.position = staged.position AND turn > 0
"""

COUNT_ROUNDS = "SELECT max(round) + 1, count(*) FILTER (WHERE round < 0) FROM staged_value"

# What a staged value means for its row: g(one and stays so), r(evived), d(eleted), u(nchanged) or c(hanged).
_OUTCOME = """
    CASE WHEN stored.deleted THEN CASE WHEN staged.vanishes THEN 'g' ELSE 'r' END
         WHEN staged.vanishes OR staged.deleted THEN 'd'
         WHEN (stored.value, stored.comment, stored.followup)
             IS NOT DISTINCT FROM (staged.value, staged.comment, staged.followup) THEN 'u'
         ELSE 'c' END
"""

_FIND = f"""
    -- which staged values have a row already, and what they mean for it; answers the number of each
    WITH found AS (
        INSERT INTO stored_value
        SELECT staged.position, {_OUTCOME} FROM staged_value staged JOIN datavalue stored USING ({KEY})
        WHERE staged.round = %(round)s {{condition}}
        RETURNING outcome
    )
    SELECT outcome, count(*) FROM found GROUP BY outcome
"""
FIND_STORED = _FIND.format(condition="")
# Those that another import stored in the meantime. What is inserted must have been analyzed: read in a loop, the table
# that grows meanwhile would be read for ever.
FIND_OTHERS = "ANALYZE stored_value;" + _FIND.format(
    condition="AND NOT EXISTS (SELECT 1 FROM stored_value WHERE position = staged.position)"
)

_ABSENT = """
    staged.round = %(round)s AND NOT EXISTS (SELECT 1 FROM stored_value WHERE position = staged.position)
"""

COUNT_EMPTY = f"""
    -- values without a row that would store nothing
    SELECT count(*) FROM staged_value staged WHERE staged.vanishes AND {_ABSENT}
"""

INSERT = f"""
    -- values without a row
    INSERT INTO datavalue ({KEY}, followup, deleted, created, last_updated, value, comment, stored_by)
    SELECT {KEY}, staged.followup, staged.deleted, %(now)s, %(now)s, staged.value, staged.comment, staged.stored_by
    FROM staged_value staged
    WHERE NOT staged.vanishes AND {_ABSENT}
    ORDER BY {KEY}
"""

INSERT_OR_OVERWRITE = f"""
    {INSERT}
    -- nobody looked for stored ones: what comes last counts
    ON CONFLICT ({KEY}) DO UPDATE SET
        value = excluded.value, comment = excluded.comment, followup = excluded.followup,
        deleted = excluded.deleted, stored_by = excluded.stored_by, last_updated = excluded.last_updated
"""

INSERT_ABSENT = f"""
    -- the same beside another import of the same values: n(ew) are those for which no row appeared in the meantime
    WITH written AS ({INSERT} ON CONFLICT DO NOTHING RETURNING {KEY})
    INSERT INTO stored_value
    SELECT staged.position, 'n' FROM staged_value staged JOIN written USING ({KEY}) WHERE staged.round = %(round)s
"""

LOCK_CHANGED = f"""
    -- rows about to change, locked in key order, so that overlapping imports wait in line instead of in a circle; what
    -- another import made of them in the meantime is looked at anew, and its number told by what it seemed and is
    WITH locked AS MATERIALIZED (
        SELECT staged.position, known.outcome, {_OUTCOME} AS now
        FROM datavalue stored JOIN staged_value staged USING ({KEY})
        JOIN stored_value known ON known.position = staged.position
        WHERE known.outcome = ANY(%(outcomes)s::"char"[])
        ORDER BY {KEY} FOR UPDATE OF stored
    ), overtaken AS (
        UPDATE stored_value known SET outcome = locked.now
        FROM locked WHERE locked.position = known.position AND locked.outcome <> locked.now
        RETURNING locked.outcome, locked.now
    )
    SELECT outcome, now, count(*) FROM overtaken GROUP BY 1, 2
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
    WHERE staged.round = %(round)s AND coalesce(known.outcome IN ('u', 'c', 'd'), false) = %(live)s
      AND coalesce(known.outcome <> 'n', true)
"""


def write(context: Context) -> None:
    """Store what was staged as the strategy says, and count what happened.

    Values of one key are written one after the other, in payload order; of more than MAX_ROUNDS, the last alone counts
    beside the first ones, and what stands between is ignored.
    """
    staged, summary = context.staged, context.summary
    if not staged.size:
        return
    size, counts, rejected = staged.size, replace(summary.counts), summary.rejected[:]
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                _write(context)
            return
        except OperationalError as error:
            is_deadlock = getattr(error.__cause__, "pgcode", None) == DEADLOCK
            if not is_deadlock or attempt == ATTEMPTS - 1:
                raise
        staged.size, summary.counts, summary.rejected = size, replace(counts), rejected[:]


def _write(context: Context) -> None:
    staged = context.staged
    with connection.cursor() as cursor:
        if staged.size > CHUNK:
            cursor.execute(MEMORY)
        if context.params.skip_audit:
            cursor.execute("SET LOCAL dhis2api.skip_audit = 'on'")
        for number in range(_rounds(context, cursor)):
            if number:
                cursor.execute("TRUNCATE stored_value")
            Round(context, cursor, number).apply()
        if staged.files:
            settle_files(cursor, sorted(staged.files), keep=context.keeps_files)
        if context.params.skip_audit:
            cursor.execute("SET LOCAL dhis2api.skip_audit = 'off'")


def _rounds(context: Context, cursor: Any) -> int:
    """How many turns the keys need; nearly always one."""
    staged = context.staged
    if not staged.has_repeated and staged.chunks > 1:
        cursor.execute(HAS_REPEATED)
        staged.has_repeated = cursor.fetchone()[0]
    if not staged.has_repeated:
        return 1
    cursor.execute(NUMBER_ROUNDS, {"most": MAX_ROUNDS - 1})
    cursor.execute(COUNT_ROUNDS)
    rounds, passed_over = cursor.fetchone()
    context.summary.counts.ignored += passed_over
    staged.size -= passed_over
    return rounds


class Round:
    """One turn: no key appears twice in it. `stored` counts the values that have a row, by what they mean for it."""

    def __init__(self, context: Context, cursor: Any, number: int) -> None:
        self.context = context
        self.cursor = cursor
        self.parameters = {"round": number, "now": context.now}
        self.stored: dict[str, int] = {}

    def apply(self) -> None:
        """Write as the strategy says, and count."""
        counts, strategy = self.context.summary.counts, self.context.strategy
        creates = strategy in (Strategy.CREATE_AND_UPDATE, Strategy.CREATE)
        updates = strategy in (Strategy.CREATE_AND_UPDATE, Strategy.UPDATE)
        if self.context.staged.size >= ANALYZED_FROM:
            self.cursor.execute("ANALYZE staged_value")
        if not self.context.params.skip_existing_check:
            self._find(FIND_STORED)
        if creates and sum(self.stored.values()) < self.context.staged.size:
            self._insert()
        self._lock(LIVE if strategy is Strategy.DELETE else [CHANGED, DELETED] * updates + [REVIVED] * creates)
        if strategy in (Strategy.SYNC, Strategy.DELETE, Strategy.UPDATE):
            self._reject(live=False)
        if strategy in (Strategy.SYNC, Strategy.CREATE):
            self._reject(live=True)
        if strategy is Strategy.DELETE:
            counts.deleted += self._run(DELETE, LIVE, outcomes=LIVE)
        if creates:
            counts.ignored += self.stored.get(GONE, 0)
            counts.imported += self._run(UPDATE, [REVIVED], outcome=REVIVED)
        if updates:
            counts.unchanged += self.stored.get(UNCHANGED, 0)
            counts.deleted += self._run(DELETE, [DELETED], outcomes=[DELETED])
            counts.updated += self._run(UPDATE, [CHANGED], outcome=CHANGED)

    def _find(self, statement: str) -> None:
        self.cursor.execute(statement, self.parameters)
        for outcome, count in self.cursor.fetchall():
            self.stored[outcome] = self.stored.get(outcome, 0) + count

    def _insert(self) -> None:
        """Insert new values; an insert that need not look for rows costs a third less, and others' are rare."""
        counts = self.context.summary.counts
        if self.context.staged.has_vanishing:
            self.cursor.execute(COUNT_EMPTY, self.parameters)
            counts.ignored += self.cursor.fetchone()[0]
        if self.context.params.skip_existing_check:
            self.cursor.execute(INSERT_OR_OVERWRITE, self.parameters)
            counts.imported += self.cursor.rowcount
            return
        try:
            with transaction.atomic():
                self.cursor.execute(INSERT, self.parameters)
                counts.imported += self.cursor.rowcount
        except IntegrityError:
            # Another import stored some of these values after this one had looked: now they all have a row.
            self.cursor.execute(INSERT_ABSENT, self.parameters)
            counts.imported += self.cursor.rowcount
            self._find(FIND_OTHERS)

    def _lock(self, outcomes: list[str]) -> None:
        if any(self.stored.get(outcome) for outcome in outcomes):
            if self.context.staged.size >= ANALYZED_FROM:
                self.cursor.execute("ANALYZE stored_value")
            self.cursor.execute(LOCK_CHANGED, {"outcomes": outcomes})
            for seemed, now, count in self.cursor.fetchall():
                self.stored[seemed] -= count
                self.stored[now] = self.stored.get(now, 0) + count

    def _run(self, statement: str, acts_on: list[str], **parameters: Any) -> int:
        """Run a statement if any row has one of the outcomes that it acts on; the number of rows it changed."""
        if not any(self.stored.get(outcome) for outcome in acts_on):
            return 0
        self.cursor.execute(statement, {**self.parameters, **parameters})
        return self.cursor.rowcount

    def _reject(self, *, live: bool) -> None:
        """Values that the strategy leaves alone are ignored and named by index, without a conflict."""
        self.cursor.execute(UNMATCHED, {**self.parameters, "live": live})
        positions = [row[0] for row in self.cursor.fetchall()]
        self.context.summary.counts.ignored += len(positions)
        self.context.summary.rejected.extend(positions)
