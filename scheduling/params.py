"""Query parameters of `/api/system/tasks`."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class TasksParams(Params):
    """Parameters of the lists of tasks."""

    gist: bool | None = param(
        None, doc="Only the newest and the oldest entry of each job; the setting `notifierGistOverview` if absent."
    )
