"""Forgetting jobs that have ended, with their payloads, logs and results; what has not ended stays."""

from __future__ import annotations

from django.db import transaction

from scheduling.notifications import execute_here

ENDED = """
    -- of one user, type or job where named: all, or those that are too old or not among the newest of their type
    SELECT id FROM (
        SELECT id, finished, row_number() OVER (PARTITION BY type ORDER BY id DESC) AS newest FROM job
        WHERE status IN ('COMPLETED', 'FAILED', 'STOPPED') AND (%(user)s::text IS NULL OR user_uid = %(user)s)
          AND (%(type)s::text IS NULL OR type = %(type)s) AND (%(uid)s::text IS NULL OR uid = %(uid)s)
    ) AS ended
    WHERE %(days)s::int IS NULL AND %(minutes)s::int IS NULL AND %(most)s::int IS NULL
       OR newest > %(most)s OR finished < clock_timestamp() - make_interval(days => %(days)s::int)
       OR finished < clock_timestamp() - make_interval(mins => %(minutes)s::int)
"""
FORGET_RESTING = """
    WITH resting AS (
        UPDATE job SET summary = NULL WHERE status = 'RESTING' AND (%(user)s::text IS NULL OR user_uid = %(user)s)
          AND (%(type)s::text IS NULL OR type = %(type)s) AND (%(uid)s::text IS NULL OR uid = %(uid)s)
        RETURNING id
    )
    DELETE FROM job_notification USING resting WHERE job_id = resting.id
"""
# Always in one order; what somebody else is just forgetting is left to him.
LOCK = "SELECT id FROM job WHERE id = ANY(%(jobs)s) ORDER BY id FOR UPDATE SKIP LOCKED"


@transaction.atomic
def forget_ended(
    *, user: str | None, type: str | None = None, uid: str | None = None, days: int | None, most: int | None,
    minutes: int | None = None,
) -> None:  # fmt: skip
    """Forget ended jobs: of the user with this uid (None: of all), of one type, or one alone.

    Units: `days` or `minutes` since they ended; `most` is how many of a type are kept. With none all are forgotten.
    Of jobs that repeat only the log and the result of the last run are, and only where all are asked for.
    """
    found = execute_here(ENDED, {"user": user, "type": type, "uid": uid, "days": days, "most": most,
        "minutes": minutes})  # fmt: skip
    locked = {"jobs": [row[0] for row in execute_here(LOCK, {"jobs": [row[0] for row in found]})]}
    for table in ("job_payload", "job_notification"):
        execute_here(f"DELETE FROM {table} WHERE job_id = ANY(%(jobs)s)", locked)
    execute_here("DELETE FROM job WHERE id = ANY(%(jobs)s)", locked)
    if days is minutes is most is None:
        resting = {"user": user, "type": type, "uid": uid}
        execute_here(FORGET_RESTING, resting)
