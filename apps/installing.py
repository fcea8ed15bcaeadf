"""Installs, updates and removes apps; one at a time, since apps must not share namespaces.

Files are written first, under numbers; the rows that make them an app follow in one transaction, and what fails takes
its files along. Source: DHIS2 2.42, apps, installation.
"""

from __future__ import annotations

import secrets
import zlib
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from apps.archives import Archive, open_archive
from apps.catalogue import manifest_of
from apps.errors import ALREADY_BEING_DELETED, APP_UNKNOWN, BEING_DELETED, NAMESPACE_TAKEN
from apps.keys import CORE_KEYS
from apps.manifests import Manifest, Namespace, namespaces_of, parse_manifest, parse_translations
from apps.models import AppFile, InstalledApp, NamespaceReservation
from apps.namespaces import when_data_goes
from dhis2api.errors import ApiError
from files.storage import Draft, drafting, remove

FOLDER = "apps"  # of the file store
BATCH = 1000
INSTALLING = 0x617070  # advisory locks, numbers of our own
DELETING = 0x617071

# To look is not to lock: whoever installs an app must not seem to delete it.
IS_LOCKED = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


def install_app(content: BinaryIO) -> InstalledApp:
    """Install a zip, in place of what is installed under the same key; refused, it leaves nothing behind.

    Errors: ApiError 409, in DHIS2's order: manifest, key being deleted, namespaces, the zip itself.
    """
    with open_archive(content) as archive, drafting() as draft, transaction.atomic():
        manifest = parse_manifest(archive.read_manifest())
        if _is_being_deleted(manifest.key):
            raise ApiError(BEING_DELETED)
        _await_other_installs()
        reservations = _reservations(manifest)
        before = InstalledApp.objects.filter(key=manifest.key).first()
        app = _write_app(manifest, archive)
        _write_files(app, archive, draft)
        _write_reservations(manifest.key, reservations)
        if before is not None:
            _remove_files_later(before.folder, _numbers(app_key=manifest.key, folder=before.folder))
        AppFile.objects.filter(app=app).exclude(folder=app.folder).delete()
        return app


def remove_app(key: str, *, with_data: bool) -> None:
    """Remove the app of that key, or of exactly that short name; `with_data` its main namespace, too.

    Other namespaces and their data stay; they are open to everybody then, but not those of DHIS2's own apps.
    Errors: 404; 409 while somebody else removes it.
    """
    with transaction.atomic():
        app = InstalledApp.objects.filter(key=key).first() or InstalledApp.objects.filter(short_name=key).first()
        if app is None:
            raise ApiError(APP_UNKNOWN, key)
        if not _begin_deleting(app.key):
            raise ApiError(ALREADY_BEING_DELETED, key)
        _await_other_installs()
        app = InstalledApp.objects.filter(pk=app.pk).first()
        if app is None:
            raise ApiError(APP_UNKNOWN, key)
        namespace = manifest_of(app).main_namespace
        if with_data and namespace is not None:
            for forget in when_data_goes:
                forget(namespace)
        if app.key not in CORE_KEYS:
            NamespaceReservation.objects.filter(app_key=app.key).delete()
        _remove_files_later(app.folder, _numbers(app_key=app.key, folder=app.folder))
        app.delete()


def remove_stray_files() -> None:
    """Delete stored files that belong to no installed app: what a process left that was killed while it installed."""
    with transaction.atomic():
        _await_other_installs()
        known = set(InstalledApp.objects.values_list("folder", flat=True))
        for folder in set(_stored_folders()) - known:
            place = f"{FOLDER}/{folder}"
            remove([f"{place}/{name}" for name in default_storage.listdir(place)[1]] + [place])


def _stored_folders() -> list[str]:
    try:
        return default_storage.listdir(FOLDER)[0]
    except FileNotFoundError:  # on a disk; S3 has no folders that could be missing, and none that exists either
        return []


def stored_name(file: AppFile) -> str:
    """The name of a file in the file store."""
    return f"{FOLDER}/{file.folder}/{file.number}"


def _reservations(manifest: Manifest) -> list[Namespace]:
    """Errors: 409 for a namespace that another app has, then for an incomplete declaration."""
    found: dict[str, Namespace] = {}
    fault: ApiError | None = None
    try:
        for namespace in namespaces_of(manifest):
            found.setdefault(namespace.name, namespace)
    except ApiError as error:
        fault = error
    taken = NamespaceReservation.objects.filter(namespace__in=found).exclude(app_key=manifest.key)
    if taken.exists():
        raise ApiError(NAMESPACE_TAKEN)
    if fault is not None:
        raise fault
    return list(found.values())


def _write_app(manifest: Manifest, archive: Archive) -> InstalledApp:
    app, _ = InstalledApp.objects.update_or_create(
        key=manifest.key,
        defaults={
            "name": manifest.name,
            "short_name": manifest.short_name,
            "version": manifest.version,
            "app_type": manifest.app_type,
            "manifest": manifest.members,
            "translations": parse_translations(archive.read_translations()),
            "folder": secrets.token_hex(16),
            "installed": timezone.now(),
        },
    )
    return app


def _write_files(app: InstalledApp, archive: Archive, draft: Draft) -> None:
    rows: list[AppFile] = []
    draft.folders.append(f"{FOLDER}/{app.folder}")
    for number, entry in enumerate(archive.list_files()):
        file = AppFile(app=app, folder=app.folder, path=archive.path_of(entry), number=number, length=entry.file_size)
        with archive.unpack(entry) as content:
            draft.write(stored_name(file), content)
        rows.append(file)
    AppFile.objects.bulk_create(rows, batch_size=BATCH)


def _write_reservations(key: str, namespaces: list[Namespace]) -> None:
    NamespaceReservation.objects.filter(app_key=key).delete()
    NamespaceReservation.objects.bulk_create(
        NamespaceReservation(
            namespace=namespace.name,
            app_key=key,
            read_authorities=list(namespace.read_authorities),
            write_authorities=list(namespace.write_authorities),
        )
        for namespace in namespaces
    )


def _numbers(*, app_key: str, folder: str) -> list[int]:
    return list(AppFile.objects.filter(app__key=app_key, folder=folder).values_list("number", flat=True))


def _remove_files_later(folder: str, numbers: list[int]) -> None:
    """When the transaction has committed: before, somebody may still be served from them."""
    names = [f"{FOLDER}/{folder}/{number}" for number in numbers]
    transaction.on_commit(lambda: remove([*names, f"{FOLDER}/{folder}"]))


def _await_other_installs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INSTALLING])


def _begin_deleting(key: str) -> bool:
    """Whether nobody else deletes the app; until the end of the transaction others are told that somebody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [DELETING, _number_of(key)])
        return cursor.fetchone()[0]


def _is_being_deleted(key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_LOCKED, [DELETING, _number_of(key)])
        return cursor.fetchone()[0]


def _number_of(key: str) -> int:
    """31 bits: the half of PostgreSQL's integers that has no sign."""
    return zlib.crc32(key.encode()) & 0x7FFFFFFF
