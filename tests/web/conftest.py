"""The web kernel's tests run on a URLconf of their own and, unless they say so, without a database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import clear_script_prefix
from pytest_django.fixtures import Settings

from dhis2api.web import headers


@pytest.fixture
def web(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of `tests/web/urls.py` that gets a 500 answer where a view crashes."""
    settings.ROOT_URLCONF = "tests.web.urls"
    # The gate of snapshots asks Redis, which these tests do without.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("dhis2api.embedded.")]
    monkeypatch.setattr(headers, "allowlist_sources", [])
    yield Client(raise_request_exception=False)
    clear_script_prefix()  # of a context path; a real server sets it anew for each request
