"""The demo's own values take the longest, and no test asks for them."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.analytics.building import set_settings


@pytest.fixture
def no_values(db: None) -> None:
    """A database with the demo's metadata and none of its data."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue, datavalues_completedatasetregistration, event, enrollment, tracked_entity")
        cursor.execute("DELETE FROM metadata_period; SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    set_settings(keyAnalyticsPeriodYearsOffset=60)  # days of the years that there are, and not of all
