"""The versions that this server knows, and new ones made of its own metadata.

Source: DHIS2 2.42, metadata versioning.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from configuration.settings import store_settings, system_setting
from dhis2api.errors import ApiError
from dhis2api.objects.uids import generate_uid
from dhis2api.web.timestamps import format_timestamp
from synchronization.errors import (
    NO_SNAPSHOT,
    NO_VERSION_NAMED,
    NO_VERSIONS,
    VERSION_IN_THE_MAKING,
    VERSIONING_DISABLED,
)
from synchronization.models import MetadataVersion
from synchronization.moments import database_now
from synchronization.versions.snapshots import find_snapshot, hash_of, make_snapshot, store_snapshot

PREFIX = "Version_"
LOCK = "SELECT pg_advisory_xact_lock(%s)"
LOCK_NUMBER = 0x76657273696F6E  # "version"


def require_versioning() -> None:
    """Errors: E1003 (400) unless it is switched on."""
    if not system_setting("keyVersionEnabled"):
        raise ApiError(VERSIONING_DISABLED)


def current_version() -> MetadataVersion | None:
    """The newest one."""
    return MetadataVersion.objects.order_by("-created", "-pk").first()


def get_version(name: str) -> MetadataVersion:
    """One by its name, the current one for an empty name. Errors: 500, as DHIS2 answers here."""
    if not name:
        found = current_version()
        if found is None:
            raise ApiError(NO_VERSIONS)
        return found
    found = MetadataVersion.objects.filter(name=name).first()
    if found is None:
        raise ApiError(NO_VERSION_NAMED, name)
    return found


def list_versions(baseline: str = "") -> list[MetadataVersion]:
    """All in their order, or those after one. Errors: 500 for a baseline that is unknown."""
    versions = MetadataVersion.objects.order_by("created", "pk")
    if baseline:
        versions = versions.filter(created__gt=get_version(baseline).created)
    return list(versions)


def get_snapshot(name: str) -> str:
    """The snapshot of a version. Errors: 500 for a version without one."""
    found = find_snapshot(name) if MetadataVersion.objects.filter(name=name).exists() else None
    if found is None:
        raise ApiError(NO_SNAPSHOT, name)
    return found


def create_version(type: MetadataVersion.Type, user: Any) -> MetadataVersion:
    """Make a version of what changed since the current one. Outside transactions: it reads one state of the database.

    It is as old as the moment before it was read, so that the next one has what was written meanwhile.
    Errors: 409 when somebody else makes one.
    """
    before = current_version()
    created = database_now()
    snapshot = make_snapshot(before and before.created)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [LOCK_NUMBER])
        if current_version() != before:
            raise ApiError(VERSION_IN_THE_MAKING)
        version = MetadataVersion.objects.create(
            uid=generate_uid(), name=PREFIX + str(_next_number(before)), type=type, created=created,
            last_updated=timezone.now(), hash_code=hash_of(snapshot),
        )  # fmt: skip
        store_snapshot(version.name, snapshot, user.uid)
        store_settings({"keySystemMetadataVersion": version.name})
    return version


def shown_version(version: MetadataVersion) -> dict[str, Any]:
    """The object as its own endpoints show it."""
    shown = {
        "name": version.name, "created": format_timestamp(version.created),
        "lastUpdated": format_timestamp(version.last_updated), "displayName": version.name, "externalAccess": False,
        "type": version.type, "hashCode": version.hash_code, "id": version.uid,
        "importDate": version.import_date and format_timestamp(version.import_date),
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value is not None}


def listed_version(version: MetadataVersion) -> dict[str, Any]:
    """The object as lists show it."""
    shown = {
        "name": version.name, "type": version.type, "created": format_timestamp(version.created), "id": version.uid,
        "importdate": version.import_date and format_timestamp(version.import_date), "hashCode": version.hash_code,
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value is not None}


def _next_number(before: MetadataVersion | None) -> int:
    digits = before.name.removeprefix(PREFIX) if before is not None else "0"
    return int(digits) + 1 if digits.isdecimal() and len(digits) < 10 else MetadataVersion.objects.count() + 1
