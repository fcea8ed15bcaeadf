"""The zip that an app comes in: judged by its directory before anything is unpacked, and while it is.

Source: DHIS2 2.42, apps, zip limits.
"""

from __future__ import annotations

import errno
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from apps.errors import MANIFEST_MISSING, ZIP_UNREADABLE
from dhis2api.errors import ApiError

MANIFEST = "manifest.webapp"
TRANSLATIONS = "manifest.webapp.translations.json"
MAX_ENTRIES = 10_000
MAX_BYTES = 1024**3  # unpacked
MAX_RATIO = 100  # of unpacked to packed bytes, of one entry
MAX_MANIFEST = 1024**2  # bytes, of the translations as well
MAX_PATH = 1000  # bytes: paths stand in an index, whose entries are small
MAX_DIRECTORY = 8 * 1024**2  # bytes: more than so many entries need, and read before they can be counted
BUFFER_BYTES = 64 * 1024
SPOOL_BYTES = 4 * 1024**2  # of one file in memory; more goes to a temporary file
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Archive:
    """An open zip. `root` is the one folder around everything, with its slash, or nothing."""

    zip: zipfile.ZipFile
    root: str

    def read_manifest(self) -> bytes:
        """Errors: ApiError 409 without one."""
        content = self._read(MANIFEST)
        if content is None:
            raise ApiError(MANIFEST_MISSING)
        return content

    def read_translations(self) -> bytes:
        """What the app says in other languages; nothing where that is not there, or too large."""
        return self._read(TRANSLATIONS) or b""

    def list_files(self) -> list[zipfile.ZipInfo]:
        """The files, in order, after all limits.

        Errors: ApiError 409 for too many or too large entries, for a bomb, for names that leave the app's folder.
        """
        entries = self.zip.infolist()
        if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_BYTES:
            raise ApiError(ZIP_UNREADABLE)
        for entry in entries:
            if not _is_bearable(entry):
                raise ApiError(ZIP_UNREADABLE)
        files = [entry for entry in entries if not entry.is_dir()]
        if len({entry.filename for entry in files}) < len(files):
            raise ApiError(ZIP_UNREADABLE)
        return files

    def path_of(self, entry: zipfile.ZipInfo) -> str:
        """The path of a file within the app."""
        return entry.filename.removeprefix(self.root)

    def unpack(self, entry: zipfile.ZipInfo) -> BinaryIO:
        """The bytes of a file, spooled; no more of them are ever read than its directory entry promises.

        Errors: ApiError 409 for an entry that cannot be read, is damaged, or has more bytes than it says.
        """
        spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - the caller closes it
        left = entry.file_size
        with _refusing_damage(), self.zip.open(entry) as packed:
            while chunk := packed.read(BUFFER_BYTES):
                left -= len(chunk)
                if left < 0:
                    raise ApiError(ZIP_UNREADABLE)
                spool.write(chunk)
        spool.seek(0)
        return spool

    def _read(self, name: str) -> bytes | None:
        entry = self.zip.NameToInfo.get(self.root + name)
        if entry is None or entry.file_size > MAX_MANIFEST or entry.compress_type not in METHODS:
            return None
        with _refusing_damage(), self.zip.open(entry) as stream:
            return stream.read(MAX_MANIFEST)


class _BoundedReads:
    """A file of which nobody reads a zip's directory in one piece if that is too large to be held."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content

    def read(self, size: int = -1) -> bytes:
        """Errors: BadZipFile."""
        if size > MAX_DIRECTORY:
            raise zipfile.BadZipFile("The directory is too large")
        return self._content.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)


@contextmanager
def open_archive(content: BinaryIO) -> Iterator[Archive]:
    """A zip to read. Errors: ApiError 409; what is no zip at all has no manifest, as DHIS2 says."""
    content.seek(0)
    try:
        archive = zipfile.ZipFile(_BoundedReads(content))  # type: ignore[call-overload]
    except DAMAGE as error:
        _require_damage(error)
        raise ApiError(MANIFEST_MISSING) from error
    with archive:
        yield Archive(archive, _root_of(archive))


@contextmanager
def _refusing_damage() -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        _require_damage(error)
        raise ApiError(ZIP_UNREADABLE) from error


def _require_damage(error: Exception) -> None:
    """A zip may send its reader to a place that no file has; any other fault of the system is not the zip's."""
    if isinstance(error, OSError) and error.errno != errno.EINVAL:
        raise error


def _root_of(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if MANIFEST in names:
        return ""
    tops = {name.partition("/")[0] for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""


def _is_bearable(entry: zipfile.ZipInfo) -> bool:
    # `filename` is cut at a NUL; from Python 3.12 on it may also come from a field of its own.
    is_safe = _is_safe(entry.orig_filename) and _is_safe(entry.filename)
    is_readable = entry.compress_type in METHODS and not entry.flag_bits & 1
    return is_safe and is_readable and entry.file_size <= max(entry.compress_size, 1) * MAX_RATIO


def _is_safe(name: str) -> bool:
    return (
        name != ""
        and not name.startswith(("/", "\\"))
        and ".." not in name
        and "\\" not in name
        and "\x00" not in name
        and name[1:2] != ":"
        and len(name.encode()) <= MAX_PATH
    )
