"""The log of a job: how its lines are written. Source: DHIS2 2.42, system, tasks, storage rules.

A statement takes its job by id and attempt and writes nothing for an attempt that is over, so that a worker that was
thought dead cannot speak for its successor. It runs over any connection: progress over the side, where it is seen at
once; the last line with the result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from configuration.settings import system_settings
from dhis2api.objects.uids import generate_uid
from scheduling.models import Level

Execute = Callable[[str, dict[str, Any]], Any]

INSERT = """
    -- one more line, at least a millisecond after the one before
    INSERT INTO job_notification (job_id, uid, level, time, message, completed, data)
    SELECT job.id, %(uid)s, %(level)s,
           greatest(date_trunc('milliseconds', clock_timestamp()), last.time + interval '1 millisecond'),
           %(message)s, %(completed)s, %(data)s::jsonb
    FROM job LEFT JOIN LATERAL (
        SELECT time FROM job_notification WHERE job_id = job.id ORDER BY id DESC LIMIT 1
    ) AS last ON true
    WHERE job.id = %(job)s AND job.attempt = %(attempt)s
"""
# A LOOP line gives way to the next; of too many the middle goes: the first and the newest stay.
TRIM = """
    WITH log AS (
        SELECT id, level, row_number() OVER (ORDER BY id DESC) AS newest, row_number() OVER (ORDER BY id) AS oldest
        FROM job_notification WHERE job_id = %(job)s
    )
    DELETE FROM job_notification USING log
    WHERE job_notification.id = log.id
      AND (log.level = 'LOOP' AND log.newest > 1 OR log.newest >= %(most)s AND log.oldest > 1)
"""
LEVELS = list(Level)


class Log:
    """The log of one attempt. Its first and last line are written whatever the level: clients wait for the end."""

    def __init__(self, job: int, attempt: int, execute: Execute) -> None:
        settings = system_settings("notifierLogLevel", "notifierMaxMessagesPerJob")
        self._least = LEVELS.index(Level(settings["notifierLogLevel"]))
        self._most = max(2, settings["notifierMaxMessagesPerJob"])
        self._job, self._attempt, self._execute = job, attempt, execute

    def begin(self, parameters: dict[str, Any]) -> None:
        """The first line, with the job's parameters."""
        self._write("Process started", Level.INFO, data=json.dumps(parameters))

    def tell(self, message: str, level: Level = Level.INFO, execute: Execute | None = None) -> None:
        """A line of progress, if the setting `notifierLogLevel` lets it through; OFF lets none."""
        if self._least > 0 and LEVELS.index(level) >= self._least:
            self._write(message, level, execute=execute)

    def end(self, message: str, level: Level, execute: Execute) -> None:
        """The last line, written over the connection that stores the result."""
        self._write(message, level, completed=True, execute=execute)

    def _write(
        self, message: str, level: Level, *, completed: bool = False, data: str | None = None,
        execute: Execute | None = None,
    ) -> None:  # fmt: skip
        run = execute or self._execute
        line = {
            "job": self._job, "attempt": self._attempt, "uid": generate_uid(), "level": level.value,
            "message": message.replace("\x00", ""), "completed": completed, "data": data,
        }  # fmt: skip
        run(INSERT, line)
        run(TRIM, {"job": self._job, "most": self._most})


def execute_here(statement: str, parameters: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    """Over Django's own connection, as part of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
