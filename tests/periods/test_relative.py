"""Relative periods as of 15 February 2026, a Sunday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhis2api.periods import RELATIVE_PERIODS, relative_periods

TODAY = date(2026, 2, 15)

CASES = {
    "TODAY": ["20260215"],
    "YESTERDAY": ["20260214"],
    "LAST_3_DAYS": ["20260212", "20260213", "20260214"],
    "THIS_WEEK": ["2026W7"],
    "LAST_4_WEEKS": ["2026W3", "2026W4", "2026W5", "2026W6"],
    "LAST_BIWEEK": ["2026BiW3"],
    "LAST_MONTH": ["202601"],
    "LAST_3_MONTHS": ["202511", "202512", "202601"],
    "THIS_BIMONTH": ["202601B"],
    "LAST_QUARTER": ["2025Q4"],
    "QUARTERS_THIS_YEAR": ["2026Q1", "2026Q2", "2026Q3", "2026Q4"],
    "QUARTERS_LAST_YEAR": ["2025Q1", "2025Q2", "2025Q3", "2025Q4"],
    "LAST_2_SIXMONTHS": ["2025S1", "2025S2"],
    "THIS_YEAR": ["2026"],
    "LAST_5_YEARS": ["2021", "2022", "2023", "2024", "2025"],
    "THIS_FINANCIAL_YEAR": ["2025Oct"],
    "LAST_FINANCIAL_YEAR": ["2024Oct"],
}


@pytest.mark.parametrize(("keyword", "expected"), CASES.items(), ids=CASES.keys())
def test_keyword_expands_to_periods_in_order(keyword, expected):
    assert [period.iso for period in relative_periods(keyword, TODAY)] == expected


@pytest.mark.parametrize(
    ("keyword", "count"),
    [("LAST_180_DAYS", 180), ("WEEKS_THIS_YEAR", 53), ("MONTHS_LAST_YEAR", 12), ("BIMONTHS_THIS_YEAR", 6)],
)
def test_long_lists_have_their_length(keyword, count):
    assert len(relative_periods(keyword, TODAY)) == count


def test_the_financial_year_is_a_setting():
    assert relative_periods("THIS_FINANCIAL_YEAR", TODAY, financial_year="FinancialApril")[0].iso == "2025April"


def test_unknown_keyword_is_refused():
    with pytest.raises(ValueError, match="`LAST_2_MONTHS` is not a relative period"):
        relative_periods("LAST_2_MONTHS", TODAY)


@given(st.sampled_from(sorted(RELATIVE_PERIODS)), st.dates(date(20, 1, 1), date(9900, 1, 1)))
def test_the_periods_of_a_keyword_follow_each_other(keyword, today):
    periods = relative_periods(keyword, today)

    assert periods
    assert all(a.next() == b for a, b in zip(periods, periods[1:], strict=False))
    if keyword.startswith("LAST_") and periods[0].type.name != "BiWeekly":
        assert periods[-1].contains(today) is False
        assert periods[-1].next().contains(today)
    if keyword == "TODAY":
        assert periods[0].end - today == timedelta(0)
