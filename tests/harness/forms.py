"""Multipart forms, as browsers send them."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.harness.client import Answer, ApiClient


def post_form(api: ApiClient, path: str, user: str = "admin", **parts: Any) -> Answer:
    """POST a form; a part is a text, or a file by `file_part`."""
    return api.post(path, encode_multipart(BOUNDARY, parts), user=user, content_type=MULTIPART_CONTENT)


def file_part(content: bytes, name: str = "file.bin", content_type: str | None = None) -> Any:
    """A file as a part of a form; its type follows from its name, as curl has it."""
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return SimpleUploadedFile(name, content, content_type or guessed)
