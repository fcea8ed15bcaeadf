"""Query parameters of the endpoints of jobs."""

from __future__ import annotations

from datetime import datetime

from dhis2api.web.params import Params, param
from scheduling.job_types import JobType

LONGEST_DAYS = 36_500  # PostgreSQL knows no timestamps before 4713 BC


class TasksParams(Params):
    """Parameters of the lists of tasks."""

    gist: bool | None = param(
        None, doc="Only the newest and the oldest entry of each job; the setting `notifierGistOverview` if absent."
    )


class TasksDeleteParams(Params):
    """Which entries of the lists go; all of them, if neither is given."""

    max_age: int | None = param(None, min=0, max=LONGEST_DAYS, doc="Those of jobs that ended so many days ago.")
    max_count: int | None = param(None, min=0, max=2**31 - 1, doc="Those of all but so many newest jobs of a type.")


class DueParams(Params):
    """Parameters of `GET /api/jobConfigurations/due`."""

    seconds: int = param(min=0, doc="Jobs whose time comes within so many seconds.")
    include_waiting: bool = param(False, doc="Also those whose type just runs, and which therefore wait.")


class StaleParams(Params):
    """Parameters of `GET /api/jobConfigurations/stale`."""

    seconds: int = param(doc="Without a sign of life for so long; 0: for `jobsRescheduleAfterMinutes`.")


class CleanParams(Params):
    """Parameters of `POST /api/jobConfigurations/clean`."""

    minutes: int = param(min=0, max=LONGEST_DAYS * 24 * 60, doc="Run-once jobs that ended so long ago go.")


class JobErrorsParams(Params):
    """Parameters of `GET /api/jobConfigurations/errors`; of each one of the values must be met."""

    user: list[str] = param(doc="As whom the job ran.")
    from_: datetime | None = param(None, name="from", doc="Ended at that time or later.")
    to: datetime | None = param(None, end_of_day=True, doc="Ended at that time or earlier.")
    code: list[str] = param(doc="Error codes.")
    object: list[str] = param(doc="The ids of the objects that had errors.")
    type: list[JobType] = param(doc="Types of jobs.")
    include_input: bool = param(False, doc="Payloads are not given out: the member is null.")


class SchedulerParams(Params):
    """Parameters of `GET /api/scheduler`."""

    order: str | None = param(None, doc="`name`; by the next time of execution otherwise.")


class QueueableParams(Params):
    """Parameters of `GET /api/scheduler/queueable`."""

    name: str | None = param(None, doc="A queue whose own jobs are listed, too.")
