"""Stored results are the rows of the analytics table VALIDATION_RESULT."""

from __future__ import annotations

import datetime

import pytest

from analytics.table_types import TableType
from dhis2api.demo import identifiers as ids
from tests.analytics.building import build, row, set_settings
from tests.validation.world import make_result, make_rule

pytestmark = pytest.mark.usefixtures("no_values")


def test_each_result_is_a_row() -> None:
    set_settings(keyAnalyticsPeriodYearsOffset=60)
    rule = make_rule("2", "1")
    make_result(rule, pe="202401", created=datetime.datetime(2024, 2, 3, 10, tzinfo=datetime.UTC))

    build(TableType.VALIDATION_RESULT)

    found = row("analytics_validationresult", "true")
    assert (found["dx"], found["year"], found["monthly"]) == (rule.uid, 2024, "202401")
    assert (found["uidlevel4"], found["value"]) == (ids.NGELEHUN_CHC, datetime.date(2024, 2, 3))
