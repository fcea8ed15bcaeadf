"""META_DATA_SYNC: every version of the remote that is new here, one after the other; tried again as a whole.

Source: DHIS2 2.42, metadata synchronization job.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.utils import timezone

from configuration.settings import delete_settings, store_settings, system_setting
from dhis2api.errors import ApiError
from mailing.queueing import MailDraft, queue_mails
from scheduling.job_runs import JobRun
from scheduling.models import Level
from scheduling.progress import JobRefused
from synchronization.errors import RemoteFailed
from synchronization.models import MetadataVersion
from synchronization.outgoing.errors import OutgoingError
from synchronization.remote import Remote
from synchronization.versions.catalogue import current_version
from synchronization.versions.pulling import (
    ReleaseDiffers,
    RemoteVersion,
    fetch_history,
    import_version,
    is_taken,
    obtain_snapshot,
)

UP_TO_DATE = "The metadata is up to date"
IMPORTED = "Imported {}"
FAILURE = "Metadata synchronization failed"
FAILED = ("keyMetadataFailedVersion", "keyMetadataLastFailedTime")


class VersionRefused(JobRefused):
    """A version that could not be imported."""

    def __init__(self, version: str, words: str) -> None:
        super().__init__(f"{version}: {words}")
        self.version = version


def sync_metadata(run: JobRun, push: Callable[[], Remote]) -> str:
    """Push with `push`, then import; the words for the end. Errors: JobRefused after the last attempt."""
    for left in reversed(range(max(1, settings.METADATA_SYNC_ATTEMPTS))):
        try:
            return _attempt(run, push)
        except JobRefused as error:
            if not left:
                _tell_of_failure(run, error)
                raise
            run.tell(f"{error}; {left} attempts are left", Level.WARN)
            _wait(run)
    raise AssertionError  # the last attempt returns or raises


def _attempt(run: JobRun, push: Callable[[], Remote]) -> str:
    with run.step():
        delete_settings(FAILED)
        store_settings({"keyVersionEnabled": True})
    remote = push()
    current = current_version()
    try:
        versions = fetch_history(remote, current.name if current is not None else "")
    except (OutgoingError, RemoteFailed) as error:
        raise JobRefused(f"The versions of the remote cannot be read: {error}") from error
    if not versions:
        return UP_TO_DATE
    with run.step():
        store_settings({"keyRemoteMetadataVersion": versions[-1].name})
    imported = []
    with run.stage("Importing versions of metadata", items=len(versions)) as stage:
        for version in versions:
            if MetadataVersion.objects.filter(name=version.name).exists():
                continue
            with stage.item(version.name):
                _import(run, remote, version)
            imported.append(version.name)
    return IMPORTED.format(", ".join(imported)) if imported else UP_TO_DATE


def _import(run: JobRun, remote: Remote, version: RemoteVersion) -> None:
    """One version, in one transaction. Errors: VersionRefused."""
    user = run.user
    try:
        snapshot = obtain_snapshot(remote, version, user.uid)
        with run.step():
            report = import_version(version, snapshot, user)
    except (OutgoingError, RemoteFailed, ReleaseDiffers) as error:
        raise VersionRefused(version.name, str(error)) from error
    except ApiError as error:
        raise VersionRefused(version.name, error.message) from error
    for words in report.errors()[:20]:
        run.tell(f"{version.name}: {words}", Level.WARN)
    if not is_taken(report, version):
        raise VersionRefused(version.name, f"the import ended with status {report.status}")


def _tell_of_failure(run: JobRun, error: JobRefused) -> None:
    version = error.version if isinstance(error, VersionRefused) else system_setting("keyRemoteMetadataVersion")
    with run.step():
        store_settings(dict(zip(FAILED, (version, timezone.now().isoformat()), strict=True)))
        to = system_setting("keySystemNotificationsEmail")
        queue_mails(
            [MailDraft(f"metadata sync:{run.started:%Y-%m-%dT%H:%M:%S}", [to], FAILURE, str(error))] if to else []
        )


def _wait(run: JobRun) -> None:
    """Until the next attempt; whoever cancels the job does not wait."""
    until = time.monotonic() + settings.METADATA_SYNC_WAIT_SECONDS
    while time.monotonic() < until:
        run.check()
        time.sleep(0.5)
