"""Load the demo through the public import services, as the admin: what they refuse, the demo cannot contain.

Loading again is harmless: everything is updated to the same, and nobody's password is set back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from io import BytesIO

import orjson

from datavalues.importer import import_data_value_set
from datavalues.params import ImportParams
from datavalues.summary import ImportSummary
from dhis2api.objects.importer import MetadataImportParams, import_metadata
from tracker.importer.bodies import JSON, decoder_of
from tracker.importer.pipeline import import_tracker_objects
from tracker.params import TrackerImportParams
from users.models import User

from .change_requests import load_requests
from .facility_profiles import PROPOSALS
from .forms import FORMS
from .identifiers import ADMIN
from .objects import Payload
from .payloads import data_value_sets, metadata_payload
from .persons import tracker_bundles

# what is being done, how much of it is done, and how much there is
Progress = Callable[[str, int, int], None]
SHOWN_ERRORS = 5


class DemoRefused(Exception):
    """An import service refused a part of the demo; nothing of that part was written. Shows the first reasons."""

    def __init__(self, part: str, reasons: Collection[str]) -> None:
        shown = list(reasons)[:SHOWN_ERRORS]
        super().__init__(f"{part} of the demo refused with {len(reasons)} errors:\n" + "\n".join(shown))


def load(scale: int = 1, progress: Progress | None = None) -> None:
    """Load metadata, a year of data values, individual data, then change requests of org units.

    `scale` times the facilities of the ordinary demo.

    Errors: DemoRefused, and what was loaded before stays; User.DoesNotExist before the first start's admin exists.
    """
    report = progress or _silent
    load_metadata(scale, report)
    load_data_values(scale, report)
    load_tracker_objects(scale, report)
    load_change_requests(report)


def load_metadata(scale: int, progress: Progress) -> None:
    """Import all metadata in one transaction."""
    payload = metadata_payload(scale)
    count = sum(len(rows) for rows in payload.values())
    progress("Metadata", 0, count)
    _keep_passwords(payload)
    report = import_metadata(payload, params=MetadataImportParams(), user=User.objects.get(uid=ADMIN))
    if not report.is_ok:
        raise DemoRefused("Metadata", report.errors())
    progress("Metadata", count, count)


def load_data_values(scale: int, progress: Progress) -> None:
    """Import the values of each data set; progress counts data sets. Needs the metadata of the same scale."""
    # the import reads the admin's org units, which the metadata has just set
    admin = User.objects.get(uid=ADMIN)
    position = {form.uid: number for number, form in enumerate(FORMS)}
    for payload in data_value_sets(scale):
        progress("Data sets", position[payload["dataSet"]], len(FORMS))
        summary = import_data_value_set(BytesIO(orjson.dumps(payload)), params=ImportParams(), user=admin)
        if summary.status != "SUCCESS":
            raise DemoRefused("Data values", _reasons(summary))
    progress("Data sets", len(FORMS), len(FORMS))


def load_tracker_objects(scale: int, progress: Progress) -> None:
    """Import people with their enrollments and events, and single events. Needs the metadata of the same scale."""
    admin = User.objects.get(uid=ADMIN)
    bundles = list(tracker_bundles(scale))
    for number, bundle in enumerate(bundles):
        progress("Tracker objects", number, len(bundles))
        body = orjson.dumps(bundle)
        params = TrackerImportParams(run_async=False)
        report = import_tracker_objects(decoder_of(body, JSON, params), params=params, user=admin)
        if report.is_error:
            raise DemoRefused("Tracker objects", [f"{fault.uid}: {fault.message}" for fault in report.errors])
    progress("Tracker objects", len(bundles), len(bundles))


def load_change_requests(progress: Progress) -> None:
    """Types, a project, a form with submissions, and requests; the same at every scale. Needs the metadata."""
    progress("Change requests", 0, len(PROPOSALS))
    load_requests()
    progress("Change requests", len(PROPOSALS), len(PROPOSALS))


def _reasons(summary: ImportSummary) -> list[str]:
    conflicts = [merged.conflict.message for merged in summary.conflicts.values()]
    return conflicts or [summary.description]


def _keep_passwords(payload: dict[str, list[Payload]]) -> None:
    """Take the passwords of users that exist out of the payload: they may have been changed since."""
    users = {row["username"]: row for row in payload["users"]}
    for username in User.objects.filter(username__in=users).values_list("username", flat=True):
        users[username].pop("password", None)


def _silent(part: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""
