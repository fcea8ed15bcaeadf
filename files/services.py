"""Takes files in and gives their bytes out (DHIS2 2.42, file resources)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.uids import generate_uid, is_uid
from dhis2api.web.errors import PARAMETER_INVALID
from dhis2api.web.uploads import Upload
from files.enums import FileResourceDomain, FileResourceStorageStatus, ImageFileDimension
from files.errors import (
    BYTES_MISSING,
    CONTENT_HIDDEN,
    CONTENT_TYPE_WRONG,
    E1119,
    EXTENSION_WRONG,
    FILE_EMPTY,
    FILE_TOO_LARGE,
)
from files.images import CONTENT_TYPES, EXTENSIONS, smaller_copies
from files.models import FileResource
from files.storage import CHUNK_BYTES, drafting, new_name, open_stored

IMAGES_ONLY = frozenset({FileResourceDomain.USER_AVATAR, FileResourceDomain.ORG_UNIT})
RESIZED = IMAGES_ONLY | {FileResourceDomain.DATA_VALUE}
# Their bytes are had from what they belong to, which has access rules of its own.
SERVED_ELSEWHERE = frozenset({FileResourceDomain.DATA_VALUE, FileResourceDomain.PUSH_ANALYSIS})
PUBLIC = frozenset({FileResourceDomain.ORG_UNIT, FileResourceDomain.ICON})


@dataclass(frozen=True, slots=True)
class StoredContent:
    """Bytes on their way out."""

    file: FileResource
    length: int
    pieces: Iterator[bytes]


def create_file_resource(upload: Upload, domain: FileResourceDomain, uid: str | None, user: Any) -> FileResource:
    """Store a file: its bytes first, then its row; whatever fails, nothing of either is left.

    Errors: 409 for a file that is empty, too large or, where the domain wants an image, no image; E1119 for a `uid`
    that another file has.
    """
    _check(upload, domain)
    if uid is not None and not is_uid(uid):
        raise ApiError(PARAMETER_INVALID, uid, "uid", "It should be a letter and ten letters or digits")
    if uid is not None and FileResource.objects.filter(uid=uid).exists():
        raise ApiError(E1119, "FileResource", uid)
    copies = _copies(upload, domain)
    key = new_name("fileResources")
    file = FileResource(
        uid=uid or generate_uid(),
        created_by=user,
        last_updated_by=user,
        name=upload.name,
        content_type=upload.content_type,
        content_length=upload.length,
        content_md5=_md5(upload.content),
        storage_status=FileResourceStorageStatus.STORED,
        domain=domain,
        has_multiple_storage_files=bool(copies),
        storage_key=key,
    )
    with drafting() as draft:
        upload.content.seek(0)
        draft.write(key, upload.content)
        for dimension, content in copies.items():
            draft.write(_key_of(key, dimension), io.BytesIO(content))
        try:
            with transaction.atomic():
                file.save(force_insert=True)
        except IntegrityError as error:  # somebody was quicker with the same uid
            raise ApiError(E1119, "FileResource", file.uid) from error
    return file


def get_file_resource(uid: str) -> FileResource:
    """Errors: E1005 (404)."""
    file = FileResource.objects.filter(uid=uid).first()
    if file is None:
        raise ApiError(E1005, "FileResource", uid)
    return file


def get_content(uid: str, dimension: ImageFileDimension, user: Any) -> StoredContent:
    """The bytes of a file, of an image in the size asked for; what has one size only is given in that.

    Errors: 404 for an unknown file or lost bytes, 403 for one that the user may not have from here.
    """
    file = get_file_resource(uid)
    if not _may_have_content(file, user):
        raise ApiError(CONTENT_HIDDEN, uid)
    return read_content(file, dimension)


def read_content(file: FileResource, dimension: ImageFileDimension = ImageFileDimension.ORIGINAL) -> StoredContent:
    """The bytes of a file, whoever asks: the caller has judged that. Errors: 404 for bytes that are lost."""
    is_copy = file.has_multiple_storage_files and dimension is not ImageFileDimension.ORIGINAL
    key = _key_of(file.storage_key, dimension) if is_copy else file.storage_key
    try:
        pieces = open_stored(key)
        return StoredContent(file, default_storage.size(key) if is_copy else file.content_length, pieces)
    except FileNotFoundError as error:
        raise ApiError(BYTES_MISSING, file.uid) from error


def stored_names(file: FileResource) -> list[str]:
    """Under what names the bytes of a file lie in the file store, those of its smaller copies among them."""
    dimensions = [size for size in ImageFileDimension if size is not ImageFileDimension.ORIGINAL]
    copies = [_key_of(file.storage_key, size) for size in dimensions] if file.has_multiple_storage_files else []
    return [file.storage_key, *copies]


def _may_have_content(file: FileResource, user: Any) -> bool:
    """Files whose owners are served elsewhere are not to be had by their uid alone; DHIS2 hands some of them out."""
    if file.domain in SERVED_ELSEWHERE:
        return False
    is_own = file.created_by_id == user.pk
    if file.domain == FileResourceDomain.USER_AVATAR:
        return is_own or user.avatar_id == file.pk or user.principal.has_any(("F_USER_VIEW",))
    return file.domain in PUBLIC or is_own or user.principal.is_superuser


def _check(upload: Upload, domain: FileResourceDomain) -> None:
    if upload.length == 0:
        raise ApiError(FILE_EMPTY)
    limit = {
        FileResourceDomain.USER_AVATAR: settings.MAX_AVATAR_SIZE,
        FileResourceDomain.ORG_UNIT: settings.MAX_ORG_UNIT_IMAGE_SIZE,
    }.get(domain, settings.MAX_FILE_SIZE)
    if upload.length > limit:
        raise ApiError(FILE_TOO_LARGE, limit, upload.length)
    if domain in IMAGES_ONLY:
        if upload.name.rpartition(".")[2].lower() not in EXTENSIONS:
            raise ApiError(EXTENSION_WRONG, ",".join(EXTENSIONS))
        if upload.content_type not in CONTENT_TYPES:
            raise ApiError(CONTENT_TYPE_WRONG, ",".join(CONTENT_TYPES))


def _copies(upload: Upload, domain: FileResourceDomain) -> dict[ImageFileDimension, bytes]:
    """Smaller copies of an image. What only claims to be one is refused where there must be an image, else kept."""
    if domain not in RESIZED or upload.content_type not in CONTENT_TYPES:
        return {}
    try:
        return smaller_copies(upload.content)
    except ApiError:
        if domain in IMAGES_ONLY:
            raise
        return {}


def _key_of(key: str, dimension: ImageFileDimension) -> str:
    return f"{key}-{dimension.lower()}"


def _md5(content: BinaryIO) -> str:
    content.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    while piece := content.read(CHUNK_BYTES):
        digest.update(piece)
    return digest.hexdigest()
