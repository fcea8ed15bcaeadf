"""Bytes of people's own files on their way out: never run as a script, never taken for what they do not say they are.

Source: DHIS2 2.42, web conventions, headers of uploaded content.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from dhis2api.web.responses import set_attachment, set_filename

# Somebody else's HTML or SVG on this server's origin could act as its reader.
NO_SCRIPTS = "script-src 'none'; frame-ancestors 'self';"


def uploaded_content(
    pieces: Iterable[bytes], *, filename: str, content_type: str, length: int, tag: str
) -> StreamingHttpResponse:
    """Stream `length` bytes. An image is shown in its place, anything else is saved; `tag` is a quoted ETag."""
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Length"] = str(length)
    response["Content-Security-Policy"] = NO_SCRIPTS
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    if content_type.startswith("image/") and "svg" not in content_type:
        set_filename(response, filename)
    else:
        set_attachment(response, filename)
    return response
