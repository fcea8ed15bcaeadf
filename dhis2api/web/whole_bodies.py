"""Bodies that arrive whole, or not at all.

Django takes a connection that broke for the end of the body. What came until then may look complete: a form whose last
value is cut, a CSV without its last lines, an upload without its file, which deletes the file of a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Application = Callable[[dict[str, Any], Any], Any]


class WholeBody:
    """The input of a request that promised `length` bytes. Errors: OSError where it ends before."""

    def __init__(self, source: Any, length: int) -> None:
        self._source = source
        self._left = length

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data: bytes = self._source.read(wanted) if wanted else b""
        return self._counted(data, is_cut=len(data) < wanted)

    def readline(self, size: int = -1) -> bytes:
        """A line, as far as `size` goes."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data: bytes = self._source.readline(wanted) if wanted else b""
        return self._counted(data, is_cut=len(data) < wanted and not data.endswith(b"\n"))

    def _counted(self, data: bytes, *, is_cut: bool) -> bytes:
        self._left -= len(data)
        if is_cut:
            raise OSError(f"The connection ended {self._left} bytes before the body")
        return data


def with_whole_bodies(application: Application) -> Application:
    """The application, refusing bodies shorter than their `Content-Length`; chunked ones tell their own end."""

    def guarded(environ: dict[str, Any], start_response: Any) -> Any:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and "HTTP_TRANSFER_ENCODING" not in environ:
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return guarded
