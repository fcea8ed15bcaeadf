"""What synchronization refuses, and what ends a push. Source: DHIS2 2.42, synchronization and metadata versioning."""

from __future__ import annotations

from dhis2api.errors import E1003, E1004, Code, plain

NOT_ALLOWED = E1004  # "Provided URL is not in the remote servers allowed list"
NO_ANSWER = plain(503, "The remote server gave no usable answer: {}")
PUSH_UNDER_WAY = plain(409, "Another push is under way")
NOT_METADATA = plain(500, "The remote answered with something that is not metadata: {}")
SNAPSHOT_TOO_LARGE = plain(409, "The snapshot is larger than {} bytes")
VERSION_IN_THE_MAKING = plain(409, "Another metadata version was made in this moment")

VERSIONING_DISABLED = Code(E1003.name, "Metadata versioning is not enabled for this instance.", 400)
NO_VERSION_NAMED = plain(500, "No metadata version with name {} exists. Please check again later.")
NO_VERSIONS = plain(500, "No metadata versions exist. Please check again later.")
NO_SNAPSHOT = plain(500, "No metadata version snapshot found for the given version {}")
VERSION_EXISTS = plain(409, "Version already exists in system and hence not starting the sync.")
SYNC_INPUT = plain(400, "Error in parsing inputParams {}")
SYNC_REMOTE = plain(500, "{}")
SYNC_RELEASE_DIFFERS = plain(403, "{}")
SYNC_IMPORT_FAILED = plain(409, "{}")


def remote_failed(status: int, reason: str) -> tuple[Code, str]:
    """The remote's own refusal, with its status; a redirect, which is not followed, is a bad gateway's."""
    return plain(status if 400 <= status <= 599 else 502, "{}"), reason


class RemoteFailed(Exception):
    """The remote answered, but neither with what was asked for nor with a report of what is wrong with it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The remote server answered with status {status}")
        self.status = status
