"""Files that come in as parts of a multipart form.

Django spools a large part to a temporary file, so that memory stays flat; `MAX_BODY` bounds the whole form. Forms of
pages have no files: whoever sends one there, without an account, fills no disk.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import QueryDict

from dhis2api.errors import ApiError
from dhis2api.web.addresses import is_api
from dhis2api.web.errors import BODY_TOO_LARGE, PART_MISSING

MULTIPART = "multipart/form-data"
MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")  # it goes into headers
UNKNOWN_TYPE = "application/octet-stream"
MAX_NAME = 230  # characters; the end is what tells the kind


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a client sent it. `name` has no directory, but is the client's in all else."""

    name: str
    content_type: str
    length: int  # bytes
    content: BinaryIO  # seekable


class PagesTakeNoFiles(FileUploadHandler):
    """Before Django's own handlers: a file in the form of a page is read over and kept nowhere."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Errors: SkipFile outside the API."""
        super().new_file(*args, **kwargs)
        if not is_api(self.request.path_info):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """To the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""


def read_form(request: Any) -> QueryDict:
    """The fields of a multipart form, with those of the address behind them, as Spring reads both.

    Errors: ApiError 413 beyond `MAX_BODY`, 400 for a form that cannot be read.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_BODY:
        raise ApiError(BODY_TOO_LARGE, settings.MAX_BODY)
    fields = request._request.POST.copy()
    for name, values in request.query_params.lists():
        fields.setlistdefault(name, []).extend(values)
    return fields


def read_upload(request: Any, part: str) -> Upload:
    """The file of one part of the form. Errors: ApiError 400 without such a part; else as `read_form`."""
    read_form(request)
    file = request._request.FILES.get(part)
    if file is None:
        raise ApiError(PART_MISSING, part)
    root, extension = os.path.splitext(file.name)
    name = root[: MAX_NAME - len(extension)] + extension if len(file.name) > MAX_NAME else file.name
    content_type = file.content_type if MEDIA_TYPE.fullmatch(file.content_type or "") else UNKNOWN_TYPE
    return Upload(name[:MAX_NAME], content_type, file.size, file)
