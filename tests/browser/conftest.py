"""A browser, a server with the app Notes, and people who may or may not open it.

Rows are written before the browser starts: its driver runs an event loop, in which Django's ORM refuses to work.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, sync_playwright

from tests.apps.zips import post_zip, zip_of
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess
from tests.personas import persona
from users.models import User
from users.restoring import Purpose

NOTES = Path(__file__).parent / "notes"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 20_000
TOKEN = "of-the-mailed-link"


@dataclass(frozen=True)
class Site:
    """A running server and a page of a fresh browser; `complaints` is what the page's console said in red."""

    url: str
    page: Page
    complaints: list[str]


@pytest.fixture
def people(own_database: OwnDatabase) -> None:
    """`keeper` may open Notes, `stranger` may not, `forgetful` was mailed a link with `TOKEN`."""
    persona("keeper", ["M_Notes"])
    persona("stranger", [])
    User.objects.filter(pk=persona("forgetful", []).pk).update(
        restore_token=hashlib.sha256(TOKEN.encode()).hexdigest(), restore_purpose=Purpose.RECOVER,
        restore_expires=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    files = {str(file.relative_to(NOTES)): file.read_bytes() for file in NOTES.rglob("*") if file.is_file()}
    assert post_zip(ApiClient(), zip_of(files)).status == 201


@pytest.fixture
def site(people: None, live_server_process: WebProcess) -> Iterator[Site]:
    """Started after the rows are there, and closed before the database goes."""
    with open_site(live_server_process) as opened:
        yield opened


@contextmanager
def open_site(process: WebProcess) -> Iterator[Site]:
    """A browser at the running server."""
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root otherwise
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield Site(process.url, page, complaints)
        browser.close()
