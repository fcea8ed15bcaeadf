"""Versions of the remote are fetched, verified and imported, each in one transaction with the note that it was.

Source: DHIS2 2.42, metadata versioning, synchronization.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.utils import timezone

from configuration.settings import store_settings, system_setting
from dhis2api.objects.importer import ImportReport, import_metadata
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.uids import generate_uid, is_uid
from dhis2api.version import DHIS2_VERSION
from dhis2api.web.bodies import decode_json
from dhis2api.web.timestamps import parse_timestamp
from synchronization.errors import RemoteFailed
from synchronization.models import MetadataVersion
from synchronization.outgoing.errors import AnswerUnusable
from synchronization.outgoing.exchanges import Exchange, Limits, gunzip
from synchronization.remote import Remote
from synchronization.versions.catalogue import shown_version
from synchronization.versions.snapshots import LARGEST, OWN_OF_A_SERVER, find_snapshot, hash_of, store_snapshot

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,199}")
MOST_VERSIONS = 10_000
LISTS = Limits(silence=60, total=120, size=4 * 1024 * 1024)
SNAPSHOTS = Limits(silence=120, total=1800, size=LARGEST)
CORRUPTED = "Metadata snapshot is corrupted. Not saving it locally"


class ReleaseDiffers(Exception):
    """The snapshot was made by another release than this server's, and the setting says to stop then."""


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """A version as the remote tells of it."""

    name: str
    uid: str
    type: MetadataVersion.Type
    created: datetime.datetime
    hash_code: str


def fetch_history(remote: Remote, baseline: str) -> list[RemoteVersion]:
    """The versions of the remote after one, in their order. Errors: OutgoingError, RemoteFailed."""
    answer = _ask(remote, "/api/metadata/version/history", f"baseline={quote(baseline)}" if baseline else "", LISTS)
    if not answer.body.strip():
        return []
    found = answer.json()
    listed = found.get("metadataversions", []) if isinstance(found, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST_VERSIONS:
        raise AnswerUnusable("The answer is no list of metadata versions")
    return sorted(map(_parse, listed), key=lambda version: version.created)


def fetch_version(remote: Remote, name: str) -> RemoteVersion:
    """One version of the remote. Errors: OutgoingError, RemoteFailed."""
    answer = _ask(remote, "/api/metadata/version", f"versionName={quote(name)}", LISTS)
    return _parse(answer.json())


def obtain_snapshot(remote: Remote, version: RemoteVersion, owner_uid: str) -> str:
    """The snapshot of a version: kept from an earlier attempt, or fetched, verified and kept.

    Errors: OutgoingError, RemoteFailed; AnswerUnusable for one whose hash is not the version's.
    """
    kept = find_snapshot(version.name)
    if kept is not None and hash_of(kept) == version.hash_code:
        return kept
    answer = _ask(remote, f"/api/metadata/version/{quote(version.name)}/data.gz", "", SNAPSHOTS)
    is_packed = answer.body.startswith(b"\x1f\x8b")
    data = b"".join(gunzip([answer.body], LARGEST)) if is_packed else answer.body
    try:
        snapshot = data.decode()
    except UnicodeDecodeError as error:
        raise AnswerUnusable(CORRUPTED) from error
    if hash_of(snapshot) != version.hash_code or "\x00" in snapshot:
        raise AnswerUnusable(CORRUPTED)
    store_snapshot(version.name, snapshot, owner_uid)
    return snapshot


def import_version(version: RemoteVersion, snapshot: str, user: Any) -> ImportReport:
    """Import a snapshot; whether it counts as this server's version now is `is_taken`.

    Errors: ReleaseDiffers; ApiError 400 for what is not metadata. Nothing was written then.
    """
    payload = decode_json(snapshot.encode())
    if not isinstance(payload, dict):
        raise AnswerUnusable("The snapshot is not metadata")
    _check_release(payload)
    objects = {name: value for name, value in payload.items() if name not in OWN_OF_A_SERVER}
    is_atomic = version.type == MetadataVersion.Type.ATOMIC
    params = MetadataImportParams(atomicity="ALL" if is_atomic else "NONE")
    with transaction.atomic():
        report = import_metadata(objects, params=params, user=user)
        if is_taken(report, version):
            _record(version)
    return report


def is_taken(report: ImportReport, version: RemoteVersion) -> bool:
    """Whether an import makes the version one of this server: with BEST_EFFORT some objects may be left out."""
    return report.is_ok or (report.status == "WARNING" and version.type == MetadataVersion.Type.BEST_EFFORT)


def sync_summary(version: RemoteVersion, report: ImportReport) -> dict[str, Any]:
    """The MetadataSyncSummary of an import."""
    shown = {name: value for name, value in report.to_dict().items() if name != "responseType"}
    recorded = MetadataVersion.objects.filter(name=version.name).first()
    summary: dict[str, Any] = {"importReport": shown}
    return summary if recorded is None else summary | {"metadataVersion": shown_version(recorded)}


def _record(version: RemoteVersion) -> None:
    now = timezone.now()
    is_free = is_uid(version.uid) and not MetadataVersion.objects.filter(uid=version.uid).exists()
    MetadataVersion.objects.update_or_create(name=version.name, defaults={
        "type": version.type, "created": version.created, "last_updated": now, "import_date": now,
        "hash_code": version.hash_code,
    }, create_defaults={
        "uid": version.uid if is_free else generate_uid(), "type": version.type, "created": version.created,
        "last_updated": now, "import_date": now, "hash_code": version.hash_code,
    })  # fmt: skip
    store_settings({"keySystemMetadataVersion": version.name, "keyLastMetaDataSyncSuccess": now.isoformat()})


def _check_release(payload: dict[str, Any]) -> None:
    system = payload.get("system")
    release = system.get("version") if isinstance(system, dict) else None
    if system_setting("keyStopMetadataSync") and release != DHIS2_VERSION:
        raise ReleaseDiffers("Metadata sync failed because your version of DHIS does not match the master version")


def _ask(remote: Remote, path: str, query: str, limits: Limits) -> Exchange:
    answer = remote.ask(path, query, limits=limits, headers={"Accept-Encoding": "gzip", "Accept": "*/*"})
    if answer.status != 200:
        raise RemoteFailed(answer.status)
    return answer


def _parse(found: Any) -> RemoteVersion:
    """Errors: AnswerUnusable for what is no version."""
    try:
        name, created, type = found["name"], found["created"], MetadataVersion.Type(found["type"])
        hash_code = found["hashCode"].lower()
        if NAME.fullmatch(name) is None or re.fullmatch(r"[0-9a-f]{32}", hash_code) is None:
            raise ValueError
        return RemoteVersion(name, str(found.get("id", "")), type, parse_timestamp(created), hash_code)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnswerUnusable("The answer is no metadata version") from error
