"""Jobs of the engine itself: housekeeping, and two for trying things out."""

from __future__ import annotations

import time

from dhis2api.web.params import Params, param
from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.progress import JobRefused, OnFailure
from scheduling.registry import Outcome, job
from scheduling.states import Queue
from scheduling.sweeping import tidy

LONGEST_MILLISECONDS = 600_000
MOST = 1000  # stages, and items of each


@job(JobType.HOUSEKEEPING)
def housekeeping(run: JobRun) -> Outcome:
    """Forget what is too old of payloads, logs and results."""
    tidy()
    return Outcome()


class TestParams(Params):
    """What a job of type TEST pretends to do."""

    wait_millis: int | None = param(None, min=0, max=LONGEST_MILLISECONDS, doc="So long it waits first.")
    stages: int | None = param(None, min=0, max=MOST)
    fail_at_stage: int | None = param(None, min=0, doc="The number of a stage, from 0.")
    items: int | None = param(None, min=0, max=MOST, doc="Of each stage.")
    fail_at_item: int | None = param(None, min=0, doc="The number of an item of the stage that fails, from 0.")
    item_duration: int | None = param(None, min=0, max=LONGEST_MILLISECONDS, doc="Milliseconds that each item takes.")
    fail_with_message: str | None = param(None)
    fail_with_exception: bool = param(False)
    fail_with_post_condition: bool = param(False)
    fail_with_policy: OnFailure | None = param(None)
    run_stages_parallel: bool = param(False, doc="Stages run one after the other here.")


@job(JobType.TEST, parameters=TestParams, queue=Queue.LONG)
def test(run: JobRun) -> Outcome:
    """Stages and items that take their time and fail where they are told to."""
    wanted: TestParams = run.parameters
    _wait(run, wanted.wait_millis or 0)
    for stage_number in range(wanted.stages or 0):
        fails_here = wanted.fail_at_stage == stage_number
        with run.stage(f"Stage {stage_number + 1}", wanted.items, wanted.fail_with_policy or OnFailure.PARENT) as stage:
            for number in range(wanted.items or 0):
                with stage.item(f"Item {number + 1}"):
                    _wait(run, wanted.item_duration or 0)
                    if fails_here and wanted.fail_at_item == number:
                        _fail(wanted)
                stage.count(1)
            if fails_here and wanted.fail_at_item is None:
                _fail(wanted)
    if wanted.fail_with_post_condition:
        raise JobRefused("The post condition does not hold")
    return Outcome()


def _fail(wanted: TestParams) -> None:
    words = wanted.fail_with_message or "It was told to fail"
    raise RuntimeError(words) if wanted.fail_with_exception else JobRefused(words)


def _wait(run: JobRun, milliseconds: int) -> None:
    until = time.monotonic() + milliseconds / 1000
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.05))
        run.check()
