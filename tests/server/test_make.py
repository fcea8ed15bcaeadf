"""The Makefile: what a stranger meets first."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dhis2api.embedded.schema import PROJECT


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-f", str(PROJECT / "Makefile"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with requirements and no environment yet."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text((PROJECT / name).read_text())
    return tmp_path


def python(folder: Path, script: str) -> str:
    """A stand-in for an interpreter that this machine need not have."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"PYTHON={program}"


def test_make_alone_tells_its_targets() -> None:
    told = [line.split()[1] for line in make(PROJECT).stdout.splitlines()]

    assert told == ["help", "serve", "test", "browser", "lint", "format", "bench", "clean"]


def test_an_old_python_is_named(checkout: Path) -> None:
    old = python(checkout, 'case "$1" in --version) echo Python 3.10.4;; *) exit 1;; esac')

    done = make(checkout, "serve", old)

    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.10.4" in done.stderr


def test_a_python_without_its_venv_module_is_named(checkout: Path) -> None:
    bare = python(checkout, 'case "$2" in *venv*) exit 1;; esac')

    done = make(checkout, "test", bare)

    assert done.returncode == 2
    assert "lacks its venv module" in done.stderr
