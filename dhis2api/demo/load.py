"""Load the demo through the public import services, as the admin: what they refuse, the demo cannot contain.

Loading again is harmless: everything is updated to the same, and nobody's password is set back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from dhis2api.objects.importer import MetadataImportParams, import_metadata
from users.models import User

from .identifiers import ADMIN
from .objects import Payload
from .payloads import metadata_payload

# what is being done, how much of it is done, and how much there is
Progress = Callable[[str, int, int], None]
SHOWN_ERRORS = 5


class DemoRefused(Exception):
    """An import service refused a part of the demo; nothing of that part was written. Shows the first reasons."""

    def __init__(self, part: str, reasons: Collection[str]) -> None:
        shown = list(reasons)[:SHOWN_ERRORS]
        super().__init__(f"{part} of the demo refused with {len(reasons)} errors:\n" + "\n".join(shown))


def load(scale: int = 1, progress: Progress | None = None) -> None:
    """Load metadata, `scale` times the facilities of the ordinary demo.

    Errors: DemoRefused; User.DoesNotExist before the first start's admin exists.
    """
    report = progress or _silent
    load_metadata(scale, report)


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


def _keep_passwords(payload: dict[str, list[Payload]]) -> None:
    """Take the passwords of users that exist out of the payload: they may have been changed since."""
    users = {row["username"]: row for row in payload["users"]}
    for username in User.objects.filter(username__in=users).values_list("username", flat=True):
        users[username].pop("password", None)


def _silent(part: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""
