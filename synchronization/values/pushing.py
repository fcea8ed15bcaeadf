"""The push of data values: everything that changed since the last one that went well, in pages.

How far it came stands in a row (`ValuePush`), moved with each page that the remote answered. Whoever is interrupted, by
a kill or because the remote went away, is followed by a run that goes on behind that page and with the same start. A
page that was sent and not noted is sent twice, which changes nothing at the remote.
Source: DHIS2 2.42, synchronization, data values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from dhis2api.web.timestamps import format_timestamp
from scheduling.job_runs import JobRun
from scheduling.models import Level
from synchronization.models import KnownRemote, ValuePush
from synchronization.moments import VALUES, database_now, last_success, note_success, reads_from
from synchronization.remote import Remote
from synchronization.summaries import Summary, post_for_summary, push_page
from synchronization.values.reading import Page, count_values, pages_of_values

PATH = "/api/dataValueSets"
NOTHING = "Skipping synchronization, no new or updated DataValues"
NOTHING_TO_PUSH = {
    "responseType": "ImportSummary", "status": "SUCCESS", "description": "No new or updated data values to push.",
    "importCount": {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did; `refused` pages were answered with WARNING or ERROR."""

    values: int = 0
    refused: int = 0


def push_values(run: JobRun, remote: Remote, size: int) -> Pushed:
    """Push all pages, or those that an interrupted run left; the success moves when all of them were taken.

    Errors: JobRefused when the remote goes away: it ends where it is, and the next run goes on from there.
    """
    push = _resume_or_begin(run, remote)
    total = count_values(push.reads_from, push.after)
    if not total and push.after is None:
        with run.step():
            push.delete()
        run.tell(NOTHING)
        return Pushed()
    with run.stage("Pushing data values", items=-(-total // size)) as stage:
        for number, page in enumerate(pages_of_values(push.reads_from, size, push.after), 1):
            run.check()
            with stage.item(f"Page {number}: {len(page.values)} values"):
                summary = push_page(remote, PATH, page.body)
                with run.step():
                    _note(push, page, summary)
            if not summary.is_success:
                run.tell(f"Page {number} was not taken: {summary.description}", Level.WARN)
            stage.count(len(page.values))
    with run.step():
        _end(push)
    return Pushed(push.pushed, push.refused_pages)


def push_values_at_once(remote: Remote) -> dict[str, object]:
    """The same as one request, without a job: `POST /api/synchronization/dataPush`.

    Shapes: the remote's summary as it is. Errors: OutgoingError, RemoteFailed.
    """
    url = str(remote.place)
    last = last_success(VALUES, url)
    started = database_now()
    since = reads_from(last)
    if not count_values(since):
        with transaction.atomic():
            note_success(VALUES, url, started)
        return NOTHING_TO_PUSH
    summary = post_for_summary(remote, PATH, lambda: _whole_body(pages_of_values(since, BATCH)))
    if summary.is_success:
        with transaction.atomic():
            note_success(VALUES, url, started)
    return summary.members


BATCH = 5_000  # values in memory of a push in one request


def _whole_body(pages: Iterator[Page]) -> Iterator[bytes]:
    opening = b'{"dataValues":['
    for page in pages:
        yield opening + ",".join(page.values).encode()
        opening = b","
    yield b"]}"


def _resume_or_begin(run: JobRun, remote: Remote) -> ValuePush:
    """The push that was interrupted, if it built on the same success, or a new one."""
    known, _ = KnownRemote.objects.get_or_create(url=str(remote.place))
    last = last_success(VALUES, known.url)
    found = ValuePush.objects.filter(pk=known.pk).first()
    if found is not None and found.last == last and found.after is not None:
        run.tell(f"Going on with the push that began at {format_timestamp(found.started)}, after {found.pushed} values")
        return found
    started = database_now()
    push = ValuePush(remote=known, last=last, reads_from=reads_from(last), started=started)
    with run.step():
        ValuePush.objects.filter(pk=known.pk).delete()
        push.save(force_insert=True)
    return push


def _note(push: ValuePush, page: Page, summary: Summary) -> None:
    push.after = page.after
    push.pushed += len(page.values)
    push.refused_pages += not summary.is_success
    push.save()


def _end(push: ValuePush) -> None:
    """A push with refused pages is no success: the next one begins where this one did."""
    if not push.refused_pages:
        note_success(VALUES, push.remote.url, push.started)
    push.delete()
