"""The demo's own values would be in the way."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.fixture
def no_values(db: None) -> None:
    """A database with the demo's metadata and none of its data values."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue, datavalue_audit")
