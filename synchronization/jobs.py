"""Jobs of synchronization. Source: DHIS2 2.42, synchronization jobs and their texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scheduling.job_runs import JobRun
from scheduling.job_types import JobType
from scheduling.models import Level, Queue
from scheduling.progress import JobRefused
from scheduling.registry import Outcome, job
from synchronization.availability import look_patiently
from synchronization.outgoing.errors import RequestRefused
from synchronization.params import DataSyncParams, MetadataSyncParams, TrackerSyncParams
from synchronization.remote import Remote, find_remote
from synchronization.tracker.pushing import Tally, push_entities, push_events
from synchronization.turns import push_turn
from synchronization.values.completions import push_completions
from synchronization.values.pushing import push_values
from synchronization.versions.job import sync_metadata

VALUES, EVENTS, ENTITIES = "DataValueSynchronization", "EventSynchronization", "TrackedEntitySynchronization"
METADATA = "MetadataSynchronization"
AWAY = "{} failed. Remote server is unavailable."
DONE = "SUCCESS! {} job is done."


@job(JobType.DATA_SYNC, parameters=DataSyncParams, queue=Queue.LONG, in_steps=True)
def data_sync(run: JobRun) -> Outcome:
    """Push data values, then completeness registrations, whatever became of the values."""
    remote = available_remote(run, VALUES)
    problems = push_aggregate_data(run, remote, run.parameters.page_size)
    return Outcome(message=f"{VALUES} failed. {' '.join(problems)}" if problems else DONE.format(VALUES),
                   is_error=bool(problems))  # fmt: skip


@job(JobType.SINGLE_EVENT_DATA_SYNC, parameters=TrackerSyncParams, queue=Queue.LONG, in_steps=True)
def single_event_data_sync(run: JobRun) -> Outcome:
    """Push events of event programs."""
    return _tracker_sync(run, EVENTS, push_events)


@job(JobType.TRACKED_ENTITY_DATA_SYNC, parameters=TrackerSyncParams, queue=Queue.LONG, in_steps=True)
def tracked_entity_data_sync(run: JobRun) -> Outcome:
    """Push tracked entities with enrollments, events and relationships."""
    return _tracker_sync(run, ENTITIES, push_entities)


@job(JobType.META_DATA_SYNC, parameters=MetadataSyncParams, queue=Queue.LONG, in_steps=True)
def metadata_sync(run: JobRun) -> Outcome:
    """Push aggregate data, then import the versions of the remote that are new, in their order."""

    def push() -> Remote:
        remote = available_remote(run, METADATA)
        problems = push_aggregate_data(run, remote, run.parameters.data_values_page_size)
        if problems:
            raise JobRefused(" ".join(problems))
        return remote

    return Outcome(message=sync_metadata(run, push))


def available_remote(run: JobRun, name: str) -> Remote:
    """The remote, once it has answered; a cancelled job waits for none of its answers. Errors: JobRefused."""
    with run.stage("Looking for the remote server"):
        availability = look_patiently(run.check)
        try:
            remote = find_remote() if availability.is_available else None
        except RequestRefused:
            remote = None
        if remote is None:
            run.tell(availability.message, Level.ERROR)
            raise JobRefused(AWAY.format(name))
    return replace(remote, check=run.check)


def push_aggregate_data(run: JobRun, remote: Remote, size: int) -> list[str]:
    """Both steps of a data push; what went wrong, in words."""
    problems = []
    with push_turn(run.check):
        try:
            pushed = push_values(run, remote, size)
            if pushed.refused:
                problems.append(f"{pushed.refused} pages of data values were not taken.")
        except JobRefused as error:
            problems.append(f"{error}.")
        try:
            push_completions(run, remote)
        except JobRefused as error:
            problems.append(f"{error}.")
    return problems


def _tracker_sync(run: JobRun, name: str, push: Callable[[JobRun, Remote, int], Tally]) -> Outcome:
    tally = push(run, available_remote(run, name), run.parameters.page_size)
    if tally.refused:
        return Outcome(message=f"{name} failed. {tally.refused} objects were not taken.", is_error=True)
    return Outcome(message=DONE.format(name))
