"""What differs between versions of the API in an import."""

from __future__ import annotations

from dataclasses import dataclass

OLD = 37  # the last version of the first tracker API


@dataclass(frozen=True, slots=True)
class WireProfile:
    """Named switches, made from the version in the URL; a job keeps the version."""

    # The report carries timings, indexes and the bundle's own status and counts.
    tells_all: bool = False
    # A malformed uid of a tracker object is E1048 in the report; later versions refuse the request.
    reports_malformed_uids: bool = False
    # A relationship that is stored already is passed over; later versions answer E4018.
    ignores_repeated_relationships: bool = False


def wire_profile(explicit_version: int | None) -> WireProfile:
    """The profile of a version; no version means the newest."""
    is_old = explicit_version is not None and explicit_version <= OLD
    return WireProfile(is_old, is_old, is_old)
