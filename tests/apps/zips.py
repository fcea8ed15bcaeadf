"""Apps to install: a zip from a few words."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage

from tests.harness.client import Answer, ApiClient
from tests.harness.forms import file_part, post_form

PAGE = (
    '<!doctype html><html><head><meta name="dhis2-base-url" content="__DHIS2_BASE_URL__">'
    '<base href="__DHIS2_APP_ROOT_URL__/"></head><body>__DHIS2_BASE_URL__</body></html>'
)
FILES: dict[str, str | bytes] = {"index.html": PAGE, "static/main.js": "export const one = 1", "manifest.json": "{}"}


def manifest(**members: Any) -> dict[str, Any]:
    """A manifest as most apps have it; None takes a member out."""
    found = {"name": "Test App", "version": "1.0.0", "launch_path": "index.html"} | members
    return {name: value for name, value in found.items() if value is not None}


def app_zip(
    members: Mapping[str, Any] | str | None = None, files: Mapping[str, str | bytes] | None = None, root: str = ""
) -> bytes:
    """A zip with a manifest (a text goes as it is, None: the usual one) and files, all below `root`."""
    entries: dict[str, str | bytes] = dict(FILES if files is None else files)
    entries["manifest.webapp"] = members if isinstance(members, str) else json.dumps(manifest(**(members or {})))
    return zip_of({root + name: content for name, content in entries.items()})


def zip_of(entries: Mapping[str, str | bytes]) -> bytes:
    """A zip of exactly these entries."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def post_zip(
    api: ApiClient, content: bytes, user: str = "admin", path: str = "/api/apps", name: str = "app.zip"
) -> Answer:
    """Send a zip to be installed."""
    return post_form(api, path, user, file=file_part(content, name, "application/zip"))


def install(api: ApiClient, files: Mapping[str, str | bytes] | None = None, **members: Any) -> dict[str, Any]:
    """An installed app, as the answer shows it."""
    answer = post_zip(api, app_zip(members, files))
    assert answer.status == 201, answer
    return answer.json


def stored() -> set[str]:
    """Every file and folder of apps in the file store."""
    if not default_storage.exists("apps"):
        return set()
    folders = default_storage.listdir("apps")[0]
    files = {f"{folder}/{name}" for folder in folders for name in default_storage.listdir(f"apps/{folder}")[1]}
    return files | set(folders)


def dhis(**activity: Any) -> dict[str, Any]:
    """The member `activities` with these of DHIS2."""
    return {"dhis": activity}
