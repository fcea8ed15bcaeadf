"""Faults of a zip, and those of the machine that reads it."""

from __future__ import annotations

import io
import os
import resource
import zipfile

import pytest

from apps.archives import SPOOL_BYTES, open_archive


def test_a_disk_that_takes_no_more_is_no_fault_of_the_zip() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("manifest.webapp", "{}")
        archive.writestr("large.bin", os.urandom(SPOOL_BYTES + 1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_archive(content) as app:
        (large,) = [entry for entry in app.list_files() if entry.filename == "large.bin"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (SPOOL_BYTES // 2, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                app.unpack(large)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert len(app.unpack(large).read()) == SPOOL_BYTES + 1
