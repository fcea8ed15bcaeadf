"""A home that has been started once, and given back as it was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dhis2api.embedded.accounts import remove_home
from tests.harness.cluster import TEST_DATA
from tests.harness.serve import COMMAND, Serve, processes_of


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home with system defaults and no demo. Tests leave it stopped and usable; that is what they are about."""
    home = TEST_DATA / f"serve-{os.getpid()}"
    try:
        with Serve(home, command=COMMAND) as server:
            assert "Preparing the database" in server.output
        yield home
    finally:
        for process in processes_of(home):
            process.kill()
        remove_home(home)


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Serve]:
    """A server for the tests of a module that only look on."""
    with Serve(home) as server:
        yield server
