"""Query parameters of `/api/system/tasks`."""

from __future__ import annotations

from dhis2api.web.params import Params, param

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
