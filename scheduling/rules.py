"""Rules of job configurations in the import. Source: DHIS2 2.42 and 2.36, scheduling, validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.errors import E5003
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.pipeline import MetAnotherImport
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from scheduling.catalogue import CONFIGURABLE, RUN_AS_CREATOR
from scheduling.cron import Cron, CronError, is_defined
from scheduling.environments import find_missing
from scheduling.errors import E7000, E7003, E7004, E7005, E7007, E7010
from scheduling.job_parameters import read_parameters
from scheduling.job_types import RENAMED, JobType
from scheduling.models import Job, Notification, PayloadChunk
from scheduling.queues import leave_queues, lock_queues
from scheduling.registry import find_declaration
from scheduling.states import ENDED, Queue, SchedulingType, Status

FAULTS = "jobParameters"  # of a bundle's remembered things
TIMES = ("cron_expression", "delay", "scheduling_type")
SCHEDULE = (*TIMES, "enabled")
ENABLED = "jobsKeepEnabled"  # of a bundle's remembered things: uids of jobs whose body does not name it


def register() -> None:
    """Hang them into the import."""
    jobs = hooks_of("jobConfiguration")
    jobs.prepare.append(complete)
    jobs.locks.append(lock_queues)
    jobs.checks.append(job_is_right)
    jobs.check_all.append(schedules_are_single)
    jobs.check_all.append(names_are_single)
    jobs.check_deletes.append(deleted_jobs_are_the_users)
    jobs.before_write.append(set_state)
    jobs.before_delete += [leave_queues, forget_belongings]


def complete(bundle: Bundle, objects: list[ImportObject]) -> None:
    """What follows from other members, or from what is stored: the type, what makes it run, its parameters."""
    known = {job.uid: job for job in Job.objects.filter(uid__in=[item.uid for item in objects])}
    for item in objects:
        raw, stored, at = item.raw, known.get(item.uid), f"jobConfigurations[{item.index}]"
        if stored is not None and not item.is_partial:
            raw["jobType"] = stored.type
            if "enabled" not in raw:
                raw["enabled"] = stored.enabled
                bundle.remembered.setdefault(ENABLED, set()).add(item.uid)
        elif stored is not None and "jobType" in raw:
            raw["jobType"] = stored.type
        type = _read_type(raw["jobType"], at) if raw.get("jobType") is not None else None
        if type is not None:
            raw["jobType"] = type.value
        elif stored is not None:
            type = JobType(stored.type)
        _complete_schedule(item, stored, at)
        if type is not None and not item.keeps("jobParameters"):
            place = f"{at}.jobParameters" if bundle.single is False else "jobParameters"
            raw["jobParameters"], faults = read_parameters(type, raw.get("jobParameters"), at=place)
            bundle.remembered.setdefault(FAULTS, {})[item.uid] = faults


def _read_type(given: Any, at: str) -> JobType:
    found = RENAMED.get(given) or JobType.__members__.get(given) if isinstance(given, str) else None
    if found is None:
        types = ", ".join(CONFIGURABLE)
        raise ApiError(BAD_REQUEST, f"`{at}.jobType`: {given!r:.100} is no job type. Valid values are: [{types}]")
    return found


def _complete_schedule(item: ImportObject, stored: Job | None, at: str) -> None:
    raw = item.raw
    delay = raw.get("delay")
    if isinstance(delay, str) and delay.strip():
        if not delay.strip().lstrip("-").isdecimal() or len(delay) > 11:
            raise ApiError(BAD_REQUEST, f"`{at}.delay` must be a number of seconds")
        raw["delay"] = int(delay)
    if isinstance(raw.get("cronExpression"), str) and not raw["cronExpression"].strip():
        raw["cronExpression"] = None
    if stored is not None and stored.queue_name is not None:
        # The queue's schedule is the queue's.
        raw |= {"cronExpression": stored.cron_expression, "schedulingType": stored.scheduling_type, "delay": None}
        return
    touched = not item.is_partial or "cronExpression" in raw or "delay" in raw
    if touched and raw.get("schedulingType") is None:
        cron = stored.cron_expression if item.keeps("cronExpression") and stored else raw.get("cronExpression")
        delay = stored.delay if item.keeps("delay") and stored else raw.get("delay")
        by_time = SchedulingType.FIXED_DELAY if delay is not None else SchedulingType.ONCE_ASAP
        # What is no text is refused with its place when the value is read.
        has_cron = isinstance(cron, str) and is_defined(cron)
        raw["schedulingType"] = SchedulingType.CRON.value if has_cron else by_time.value
    elif isinstance(raw.get("schedulingType"), str):
        raw["schedulingType"] = raw["schedulingType"].upper()


def job_is_right(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E7003 of jobs that are not the users', E7004, E7005, E7007, parameters, E7010."""
    before = len(item.faults)
    values = {**(item.stored or {}), **item.values}
    if item.stored is not None and not item.stored["configurable"]:
        changed = [name for name in ("name", "parameters", "enabled") if values[name] != item.stored[name]]
        if changed or not item.stored["is_system"]:
            yield Fault(E7003, (item.stored["type"],), "jobType", main_id=item.uid)
    if item.stored is None and values.get("type") in JobType.__members__ and values["type"] not in CONFIGURABLE:
        yield Fault(E7003, (values["type"],), "jobType", main_id=item.uid)
    is_queued = item.stored is not None and item.stored["queue_name"] is not None
    cron, scheduling = values.get("cron_expression"), values.get("scheduling_type")
    faults = list(bundle.remembered.get(FAULTS, {}).get(item.uid, ()))
    # A job that left its queue has lost its time, and may still be renamed.
    is_as_before = item.stored is not None and all(values.get(column) == item.stored[column] for column in TIMES)
    if scheduling == SchedulingType.CRON and not is_defined(cron) and not is_queued and not is_as_before:
        faults.append(Fault(E7004, (item.uid,), "cronExpression", main_id=item.uid))
    if is_defined(cron):
        try:
            Cron.parse(cron)
        except CronError as error:
            faults.append(Fault(E7005, (error,), "cronExpression", main_id=item.uid, value=cron))
    if scheduling == SchedulingType.FIXED_DELAY and values.get("delay") is None:
        faults.append(Fault(E7007, (item.uid,), "delay", main_id=item.uid))
    yield from faults
    if not faults and len(item.faults) == before and values.get("type") in JobType.__members__:
        missing = find_missing(JobType(values["type"]))
        if missing is not None:
            yield Fault(E7010, (missing,), "jobType", main_id=item.uid)


def deleted_jobs_are_the_users(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E7003 of jobs that are not the users': those of the server, and what requests started."""
    for item in objects:
        if item.stored is not None and not item.stored["configurable"]:
            item.faults.append(Fault(E7003, (item.stored["type"],), "jobType", main_id=item.uid))


def schedules_are_single(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E7000: two jobs of a type with the same cron expression would run as one."""
    timed = [item for item in objects if is_defined(_value(item, "cron_expression"))]
    types = {_value(item, "type") for item in timed}
    rows = Job.objects.filter(type__in=types, cron_expression__isnull=False) if timed else Job.objects.none()
    taken = {(type, cron): uid for type, cron, uid in rows.values_list("type", "cron_expression", "uid")}
    for item in timed:
        place = (_value(item, "type"), _value(item, "cron_expression"))
        if taken.setdefault(place, item.uid) != item.uid:
            item.faults.append(Fault(E7000, (place[1],), "cronExpression", main_id=item.uid))


def names_are_single(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E5003: a name belongs to one job, those of requests aside."""
    names = {_value(item, "name") for item in objects}
    rows = Job.objects.filter(name__in=names - {None}).exclude(configurable=False, is_system=False)
    taken = dict(rows.values_list("name", "uid")) if objects else {}
    for item in objects:
        name = _value(item, "name")
        if name is not None and taken.setdefault(name, item.uid) != item.uid:
            arguments = ("name", name, item.uid, taken[name])
            item.faults.append(Fault(E5003, arguments, "name", main_id=item.uid, value=name))


def _value(item: ImportObject, column: str) -> Any:
    return item.values[column] if column in item.values else (item.stored or {}).get(column)


def set_state(bundle: Bundle, objects: list[ImportObject]) -> None:
    """What the engine needs: a new job rests, and one whose schedule changed is done with all slots so far."""
    now = timezone.now()
    _read_again(bundle, [item for item in objects if item.stored is not None])
    for item in objects:
        values, stored = item.values, item.stored
        if stored is None:
            declaration = find_declaration(values["type"])
            values |= {
                "configurable": values["type"] in CONFIGURABLE, "status": Status.RESTING, "slot": now,
                "queue": declaration.queue if declaration is not None else Queue.SHORT,
                "user_uid": bundle.principal.uid if values["type"] in RUN_AS_CREATOR else None,
            }  # fmt: skip
        elif any(column in values and values[column] != stored[column] for column in SCHEDULE):
            values["slot"] = now
            repeats = _value(item, "scheduling_type") != SchedulingType.ONCE_ASAP
            if stored["status"] in ENDED and repeats:
                values["status"] = Status.RESTING
            if stored["status"] == Status.QUEUED and _value(item, "enabled") is False:
                # What is disabled does not begin; an "execute now" is taken back with it.
                values["status"] = Status.RESTING
                values["scheduling_type"] = scheduling_type_of(
                    _value(item, "cron_expression"), _value(item, "delay"), stored["queue_name"]
                )


def _read_again(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Lock the rows, and take what the engine and others have made of them since they were read for the stored: an
    import writes back the columns of all its objects that it changes in one of them."""
    locked = Job.objects.filter(pk__in=[item.pk for item in objects]).select_for_update(of=("self",)).order_by("pk")
    fresh = {row["id"]: row for row in locked.values(*(field.attname for field in Job._meta.concrete_fields))}
    kept = bundle.remembered.get(ENABLED, ())
    for item in objects:
        before, row = item.stored, fresh.get(item.pk)
        if row is None:
            raise MetAnotherImport
        item.stored = {**before, **{column: row[column] for column in before if column in row}}
        if item.uid in kept:
            item.values["enabled"] = row["enabled"]
        if before["queue_name"] is not None or row["queue_name"] is not None:
            item.values |= {column: row[column] for column in TIMES if column in item.values}


def scheduling_type_of(cron: str | None, delay: int | None, queue_name: str | None) -> SchedulingType:
    """What makes a job run that nobody has executed by hand."""
    if cron is not None or queue_name is not None:
        return SchedulingType.CRON
    return SchedulingType.ONCE_ASAP if delay is None else SchedulingType.FIXED_DELAY


def forget_belongings(keys: Sequence[int]) -> None:
    """Payload and log go with a job; what it is just doing comes to nothing."""
    PayloadChunk.objects.filter(job__in=keys).delete()
    Notification.objects.filter(job__in=keys).delete()
