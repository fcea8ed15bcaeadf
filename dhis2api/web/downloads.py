"""Bytes of people's own files on their way out: never run as a script, never taken for what they do not say they are.

Source: DHIS2 2.42, web conventions, headers of uploaded content.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from dhis2api.web.responses import set_attachment, set_filename

# What browsers paint and nothing else: image/svg+xml, or image/x+xml, they read as a document with links and forms.
PICTURES = frozenset({f"image/{kind}" for kind in ("png", "jpeg", "gif", "webp", "avif", "bmp", "x-icon")})
# Somebody else's HTML or SVG on this server's origin could act as its reader.
NO_SCRIPTS = "script-src 'none'; frame-ancestors 'self';"


def uploaded_content(
    pieces: Iterable[bytes], *, filename: str, content_type: str, length: int, tag: str
) -> StreamingHttpResponse:
    """Stream `length` bytes. A picture is shown in its place, anything else is saved; `tag` is a quoted ETag."""
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Length"] = str(length)
    response["Content-Security-Policy"] = NO_SCRIPTS
    response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = tag
    if content_type in PICTURES:
        set_filename(response, filename)
    else:
        set_attachment(response, filename)
    return response
