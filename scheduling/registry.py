"""What runs when a job of a type is due: functions that the apps' `jobs.py` declare.

    @job(JobType.DATAVALUE_IMPORT, parameters=ImportParams, queue=Queue.SHORT, failed=failed_import)
    def data_value_import(run: JobRun) -> Outcome:
        with run.open_body() as body:
            ...

The function runs inside the transaction in which its outcome is stored: both take effect, or neither. One that is
declared `in_steps` does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dhis2api.web.params import Params
from scheduling.job_types import JobType
from scheduling.models import Queue

if TYPE_CHECKING:
    from scheduling.job_runs import JobRun


class NoParams(Params):
    """Of jobs that take none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: what stands at `/api/system/taskSummaries`, and the last line of its log."""

    summary: Any = None  # JSON values, None for none
    message: str = ""
    is_error: bool = False  # whether nothing was done
    errors: Sequence[Mapping[str, Any]] = ()  # for `/api/jobConfigurations/errors`: code, id, type, args, message


JobFunction = Callable[["JobRun"], Outcome]
# What is told of a job that could not be carried out: its run and the reason, in words for the client.
Failure = Callable[["JobRun", str], Outcome]


@dataclass(frozen=True, slots=True)
class JobDeclaration:
    """One type of job, and how it is run."""

    type: JobType
    function: JobFunction
    parameters: type[Params]
    queue: Queue
    alone: bool
    authorities: tuple[str, ...]
    has_secrets: bool
    in_steps: bool
    failed: Failure


_declarations: dict[JobType, JobDeclaration] = {}


def job(
    type: JobType,
    *,
    parameters: type[Params] = NoParams,
    queue: Queue = Queue.SHORT,
    alone: bool = True,
    authorities: tuple[str, ...] = (),
    has_secrets: bool = False,
    in_steps: bool = False,
    failed: Failure | None = None,
) -> Callable[[JobFunction], JobFunction]:
    """Declare a function as what runs for jobs of `type`; one a type.

    With `alone` no two jobs of the type run at once, which is DHIS2's rule for every type; without it they may, on
    several workers. One of the `authorities` is what its user must still have when it runs. The payload of one that
    `has_secrets` (passwords) is forgotten with its end. One that works `in_steps` runs outside of a transaction and
    writes within `run.step()`, for what must stay even when the rest fails. `failed` words the outcome of one that
    could not be carried out.
    """

    def declare(function: JobFunction) -> JobFunction:
        _declarations[type] = JobDeclaration(
            type, function, parameters, queue, alone, authorities, has_secrets, in_steps, failed or _plain_failure
        )
        return function

    return declare


def find_declaration(type: str) -> JobDeclaration | None:
    """What runs for a type, None where this server offers no such job."""
    return _declarations.get(type)  # type: ignore[call-overload] - a member equals its name


def _plain_failure(run: JobRun, reason: str) -> Outcome:
    return Outcome(message=reason, is_error=True)
