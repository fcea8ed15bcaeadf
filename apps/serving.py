"""What an address below an app leads to: a file, a page with the server's address in it, the manifest, or elsewhere.

Source: DHIS2 2.42, apps, serving files.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass

from apps.catalogue import launch_url
from apps.errors import FILE_NOT_FOUND
from apps.installing import stored_name
from apps.keys import base_path
from apps.models import AppFile, InstalledApp
from dhis2api.errors import ApiError
from files.storage import open_stored

MANIFEST = "manifest.webapp"
MAX_PAGE = 16 * 1024**2  # bytes of an HTML file that addresses are put into; a larger one is served as it is
HTML_TYPE = "text/html;charset=UTF-8"
UNKNOWN_TYPE = "application/octet-stream"
# A browser runs no module, no worker and no WebAssembly of another type; a machine's own tables differ.
TYPES = {
    "js": "text/javascript", "mjs": "text/javascript", "css": "text/css", "json": "application/json",
    "webapp": "application/json", "map": "application/json", "webmanifest": "application/manifest+json",
    "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "svg": "image/svg+xml",
    "wasm": "application/wasm", "ico": "image/x-icon", "webp": "image/webp", "avif": "image/avif",
    "txt": "text/plain", "md": "text/markdown", "html": HTML_TYPE, "htm": HTML_TYPE,
}  # fmt: skip
_BUILT_IN = mimetypes.MimeTypes()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Elsewhere: a whole URL without query."""

    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """A file on its way out. `tag` is a quoted ETag; a page is not to be kept by anybody."""

    pieces: Iterator[bytes]
    length: int
    content_type: str
    tag: str
    is_page: bool


def resolve(app: InstalledApp, path: str, server: str) -> Redirect | Content:
    """What `path`, as it stands behind the app's key, leads to; three queries at most.

    Errors: 404 for a file that the app does not have.
    """
    base_url = server + base_path(app.key)
    if path in ("", "/index.action"):
        launched = launch_url(app, server) if path else None
        return Redirect(launched or f"{base_url}/")
    is_folder = path.endswith("/")
    name = path[1:] + ("index.html" if is_folder else "")
    file = _find(app, name)
    if file is None:
        if not is_folder and AppFile.objects.filter(app=app, path__startswith=f"{name}/").exists():
            return Redirect(f"{base_url}{path}/")
        raise ApiError(FILE_NOT_FOUND, app.key, name)
    return _content(app, file, server, is_page=is_folder or name.endswith(".html"))


def content_type_of(name: str) -> str:
    """The media type of a file, by the end of its name."""
    extension = name.rpartition(".")[2].lower()
    return TYPES.get(extension) or _BUILT_IN.guess_type(f"file.{extension}")[0] or UNKNOWN_TYPE


def _find(app: InstalledApp, name: str) -> AppFile | None:
    return AppFile.objects.filter(app=app, path=name).first()


def _content(app: InstalledApp, file: AppFile, server: str, *, is_page: bool) -> Content:
    content_type, tag = content_type_of(file.path), tag_of(app)
    pieces = _open(app, file)
    if content_type != HTML_TYPE or file.length > MAX_PAGE:
        return Content(pieces, file.length, content_type, tag, is_page)
    page = with_addresses(b"".join(pieces), server, server + base_path(app.key))
    return Content(iter([page]), len(page), content_type, tag, is_page)


def _open(app: InstalledApp, file: AppFile) -> Iterator[bytes]:
    """The bytes; where an update has just taken their place, those of the update."""
    try:
        return open_stored(stored_name(file))
    except FileNotFoundError:
        current = _find(app, file.path)
        if current is None or current.pk == file.pk:
            raise ApiError(FILE_NOT_FOUND, app.key, file.path) from None
        return open_stored(stored_name(current))


def with_addresses(page: bytes, server: str, base_url: str) -> bytes:
    """A page that knows where it is served from."""
    page = page.replace(b"__DHIS2_BASE_URL__", server.encode())
    return page.replace(b"__DHIS2_APP_ROOT_URL__", base_url.encode())


def tag_of(app: InstalledApp) -> str:
    """One for all files of an app: they come and go together."""
    text = f"{app.version}-{int(app.installed.timestamp() * 1000)}"
    return f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"'
