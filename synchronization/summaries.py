"""What the remote made of what was sent: its import summary, whatever stands around it.

Source: DHIS2 2.42 and 2.36: summaries are bare or inside a WebMessage, also in answers of status 409.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from configuration.settings import system_setting
from scheduling.progress import JobRefused
from synchronization.errors import RemoteFailed
from synchronization.outgoing.errors import AnswerUnusable, OutgoingError
from synchronization.outgoing.exchanges import Exchange
from synchronization.remote import Remote

MOST_ATTEMPTS = 20
# Of a refusal that has nothing to do with what was sent; the next page would meet the same.
CLOSED = frozenset({401, 403, 404, 405, 407})
SHOWN = 200  # characters of a stranger's text in our logs

Body = Callable[[], bytes | Iterable[bytes]]  # made anew for each attempt


@dataclass(frozen=True, slots=True)
class Summary:
    """`members` as the remote sent them; `status` is SUCCESS, WARNING, ERROR or OK."""

    members: dict[str, Any]

    @property
    def status(self) -> str:
        return str(self.members.get("status"))

    @property
    def is_success(self) -> bool:
        return self.status in ("SUCCESS", "OK")

    @property
    def description(self) -> str:
        """The remote's words, shortened."""
        words = self.members.get("description") or self.members.get("message") or ""
        return quoted(f"{self.status}: {words if isinstance(words, str) else ''}")

    @property
    def conflicts(self) -> list[dict[str, Any]]:
        found = self.members.get("conflicts")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def quoted(words: str) -> str:
    """A stranger's words as our logs take them: short, on one line, without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in words[:SHOWN])


def post_for_summary(remote: Remote, path: str, body: Body, query: str = "", *, attempts: int | None = None) -> Summary:
    """Send a body and read the summary of its import; what the remote's own faults spoil is sent again.

    `attempts` in all; None: one more than the setting `syncMaxAttempts`.
    Errors: OutgoingError at once, RemoteFailed after the last attempt, or for a refusal that is no summary.
    """
    most = 1 + system_setting("syncMaxAttempts") if attempts is None else attempts
    for left in reversed(range(max(1, min(most, MOST_ATTEMPTS)))):
        answer = remote.post_json(path, body(), query)
        if answer.status < 500 or not left:
            break
    return read_summary(answer)


def push_page(remote: Remote, path: str, body: Body, query: str = "", *, attempts: int | None = None) -> Summary:
    """The same for a job. Errors: JobRefused where nothing more can be pushed now."""
    try:
        return post_for_summary(remote, path, body, query, attempts=attempts)
    except (OutgoingError, RemoteFailed) as error:
        raise JobRefused(f"The push stopped: {error}") from error


def read_summary(answer: Exchange) -> Summary:
    """Errors: RemoteFailed for a status without summary, AnswerUnusable for a success without one."""
    if answer.status >= 500 or answer.status in CLOSED:
        raise RemoteFailed(answer.status)
    try:
        found = answer.json()
    except AnswerUnusable:
        found = None
    if isinstance(found, dict) and isinstance(found.get("response"), dict):
        found = found["response"]
    if isinstance(found, dict) and found.get("status") in ("SUCCESS", "OK", "WARNING", "ERROR"):
        return Summary(found)
    if answer.status >= 300:
        raise RemoteFailed(answer.status)
    raise AnswerUnusable("The answer is no import summary")
