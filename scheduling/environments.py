"""What jobs of a type need around them: a remote server, a gateway. Asked when a job is saved (E7010).

Source: DHIS2 2.36, scheduling: jobs whose settings are not configured are refused.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduling.job_types import JobType

Describe = Callable[[], str | None]  # what is missing, None when all is there

# Filled by the apps that run a type, when they are ready.
environments: dict[JobType, Describe] = {
    JobType.SEND_SCHEDULED_MESSAGE: lambda: "SMS gateway configuration does not exist",
}


def find_missing(type: JobType) -> str | None:
    """What keeps jobs of the type from running here."""
    describe = environments.get(type)
    return describe() if describe is not None else None
