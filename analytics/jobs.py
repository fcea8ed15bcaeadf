"""What is offered to the job engine: resource tables, analytics tables, and what changed of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from analytics.continuous import update_continuously
from analytics.hands import Hands, ManyHands, hand_count
from analytics.params import AnalyticsTableParams, ContinuousParams
from analytics.plans import Update
from analytics.rebuilding import leaving_nothing_behind, rebuild_all
from analytics.updating import update_latest, update_tables
from configuration.settings import system_settings
from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Queue
from scheduling.registry import Outcome, job

UPDATED = "Analytics tables updated: {}"
RESOURCES_UPDATED = "Resource tables generated"


@job(JobType.RESOURCE_TABLE, queue=Queue.LONG, in_steps=True)
def resource_table(run: JobRun) -> Outcome:
    """Metadata laid out flat, anew."""
    run.tell("Generating resource tables")
    with hands_of(run) as hands, leaving_nothing_behind(hands):
        rebuild_all(hands, run, run.started)
    return Outcome(message=RESOURCES_UPDATED)


@job(JobType.ANALYTICS_TABLE, parameters=AnalyticsTableParams, queue=Queue.LONG, in_steps=True)
def analytics_table(run: JobRun) -> Outcome:
    """All tables, those of some years, or what changed."""
    given: AnalyticsTableParams = run.parameters
    update = Update(
        started=run.started,
        last_years=given.last_years,
        skip_types=frozenset(given.skip_table_types),
        skip_programs=frozenset(given.skip_programs),
        skip_outliers=given.skip_outliers,
    )
    with hands_of(run) as hands:
        if given.last_years == 0:
            return Outcome(message=UPDATED.format(update_latest(update, hands, run)))
        lasted = update_tables(update, hands, run, skip_resource_tables=given.skip_resource_tables)
        return Outcome(message=UPDATED.format(lasted))


@job(JobType.CONTINUOUS_ANALYTICS_TABLE, parameters=ContinuousParams, queue=Queue.LONG, in_steps=True)
def continuous_analytics_table(run: JobRun) -> Outcome:
    """Everything once a day, and between what changed."""
    given: ContinuousParams = run.parameters
    update = Update(
        started=run.started,
        last_years=given.last_years or None,
        skip_types=frozenset(given.skip_table_types),
        skip_outliers=given.skip_outliers,
    )
    with hands_of(run) as hands:
        lasted = update_continuously(
            update, hands, run, hour=given.full_update_hour_of_day, skip_resource_tables=given.skip_resource_tables
        )
    return Outcome(message=UPDATED.format(lasted))


@contextmanager
def hands_of(run: JobRun) -> Iterator[Hands]:
    """As many connections as the settings say; they end with the block."""
    settings = system_settings("keyParallelJobsInAnalyticsTableExport", "keyDatabaseServerCpus")
    with ManyHands(run, hand_count(settings)) as hands:
        yield hands
