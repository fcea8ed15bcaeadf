"""The other server: where it is, by which name this one logs in there, and what may be asked of it.

Source: DHIS2 2.42, synchronization settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings

from configuration.bindings import belongs_to, server_of
from configuration.settings import system_settings
from dhis2api.ciphers import UndecryptableError
from scheduling.progress import Cancelled
from synchronization.outgoing.errors import RequestRefused, Unreachable
from synchronization.outgoing.exchanges import Credentials, Exchange, Limits, ask
from synchronization.outgoing.places import Place, is_held, parse_place

URL, USERNAME, PASSWORD = "keyRemoteInstanceUrl", "keyRemoteInstanceUsername", "keyRemoteInstancePassword"

PROBE = Limits(silence=10, total=15, size=64 * 1024)
PUSH = Limits(silence=300, total=600, size=16 * 1024 * 1024)  # an import answers when it is done


@dataclass(frozen=True, slots=True)
class Remote:
    """The configured remote. Printed, it shows no password. `check` raises Cancelled once the job that asks was."""

    place: Place
    credentials: Credentials
    check: Callable[[], None] | None = None

    def ask(
        self, path: str, query: str = "", *, limits: Limits, method: str = "GET",
        body: bytes | Iterable[bytes] | None = None, headers: Mapping[str, str] | None = None,
    ) -> Exchange:  # fmt: skip
        """One request below the remote's URL, as its user. Errors: OutgoingError, and what `check` raises."""
        try:
            return ask(
                self.place.below(path, query), limits=limits, method=method, body=body, headers=headers,
                credentials=self.credentials, allowed_networks=settings.SYNC_PRIVATE_NETWORKS,
                is_unwanted=self._is_cancelled,
            )  # fmt: skip
        except Unreachable:
            if self.check is not None:
                self.check()
            raise

    def _is_cancelled(self) -> bool:
        try:
            if self.check is not None:
                self.check()
        except Cancelled:
            return True
        return False

    def post_json(self, path: str, body: bytes | Iterable[bytes], query: str = "") -> Exchange:
        """Send JSON and wait until it is imported."""
        return self.ask(
            path, query, limits=PUSH, method="POST", body=body, headers={"Content-Type": "application/json"}
        )


def find_remote() -> Remote | None:
    """The configured remote; None when URL, user name or password is missing, or the password is another server's.

    Errors: RequestRefused for a URL that no request can be sent to, and a password that cannot be read any more.
    """
    try:
        found = system_settings(URL, USERNAME, PASSWORD)
    except UndecryptableError as error:
        raise RequestRefused("Its password was encrypted with a key that this server no longer has") from error
    if not all(str(value).strip() for value in found.values()):
        return None
    if belongs_to(PASSWORD) not in ("", server_of(found[URL])):
        return None
    return Remote(parse_place(found[URL]), Credentials(found[USERNAME], found[PASSWORD]))


def fetch(url: str, *, limits: Limits, is_public: bool = False) -> Exchange:
    """GET a URL of the remote, as its user unless it `is_public`, or of a server on the allowlist, as nobody.

    Errors: RequestRefused for any other URL, OutgoingError.
    """
    place = parse_place(url)
    remote = find_remote()
    headers = {"Accept-Encoding": "gzip"}
    is_remote = remote is not None and remote.place.holds(place)
    if remote is not None and is_remote and not is_public:
        return replace(remote, place=place).ask("", place.query, limits=limits, headers=headers)
    if is_remote or is_held(place, settings.SYNC_SERVERS_ALLOWED):
        return ask(place, limits=limits, headers=headers, allowed_networks=settings.SYNC_PRIVATE_NETWORKS)
    raise RequestRefused("Provided URL is not in the remote servers allowed list")
