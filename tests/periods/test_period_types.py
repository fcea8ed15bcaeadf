"""Every period type: texts, dates, walking. The examples are those of DHIS2's own documentation and tests."""

import copy
import pickle
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dhis2api.periods import (
    PERIOD_TYPES,
    InvalidPeriod,
    find_period,
    parse_period,
    period_containing,
    period_type,
    periods_between,
)

EXAMPLES = [
    # text, type, start, end, canonical text
    ("20260203", "Daily", "2026-02-03", "2026-02-03", "20260203"),
    ("2026-02-03", "Daily", "2026-02-03", "2026-02-03", "20260203"),
    ("2026W5", "Weekly", "2026-01-26", "2026-02-01", "2026W5"),
    ("2026W05", "Weekly", "2026-01-26", "2026-02-01", "2026W5"),
    ("2020W53", "Weekly", "2020-12-28", "2021-01-03", "2020W53"),
    ("2024WedW1", "WeeklyWednesday", "2024-01-03", "2024-01-09", "2024WedW1"),
    ("2022WedW1", "WeeklyWednesday", "2021-12-29", "2022-01-04", "2022WedW1"),
    ("2026ThuW1", "WeeklyThursday", "2026-01-01", "2026-01-07", "2026ThuW1"),
    ("2024SatW1", "WeeklySaturday", "2023-12-30", "2024-01-05", "2024SatW1"),
    ("2022SunW1", "WeeklySunday", "2022-01-02", "2022-01-08", "2022SunW1"),
    ("2024BiW2", "BiWeekly", "2024-01-15", "2024-01-28", "2024BiW2"),
    ("2020BiW27", "BiWeekly", "2020-12-28", "2021-01-10", "2020BiW27"),
    ("2021BiW1", "BiWeekly", "2021-01-04", "2021-01-17", "2021BiW1"),
    ("202602", "Monthly", "2026-02-01", "2026-02-28", "202602"),
    ("2026-02", "Monthly", "2026-02-01", "2026-02-28", "202602"),
    ("202602B", "BiMonthly", "2026-03-01", "2026-04-30", "202602B"),
    ("2026Q1", "Quarterly", "2026-01-01", "2026-03-31", "2026Q1"),
    ("2022NovQ1", "QuarterlyNov", "2021-11-01", "2022-01-31", "2022NovQ1"),
    ("2022NovQ4", "QuarterlyNov", "2022-08-01", "2022-10-31", "2022NovQ4"),
    ("2026S2", "SixMonthly", "2026-07-01", "2026-12-31", "2026S2"),
    ("2022AprilS1", "SixMonthlyApril", "2022-04-01", "2022-09-30", "2022AprilS1"),
    ("2022AprilS2", "SixMonthlyApril", "2022-10-01", "2023-03-31", "2022AprilS2"),
    ("2025NovS1", "SixMonthlyNov", "2024-11-01", "2025-04-30", "2025NovS1"),
    ("2025NovS2", "SixMonthlyNov", "2025-05-01", "2025-10-31", "2025NovS2"),
    ("2026", "Yearly", "2026-01-01", "2026-12-31", "2026"),
    ("2017April", "FinancialApril", "2017-04-01", "2018-03-31", "2017April"),
    ("2017July", "FinancialJuly", "2017-07-01", "2018-06-30", "2017July"),
    ("2017Sep", "FinancialSep", "2017-09-01", "2018-08-31", "2017Sep"),
    ("2017Oct", "FinancialOct", "2017-10-01", "2018-09-30", "2017Oct"),
    ("2022Nov", "FinancialNov", "2021-11-01", "2022-10-31", "2022Nov"),
]

NOT_PERIODS = {
    "empty": "",
    "month 0": "202600",
    "month 13": "202613",
    "bi-month 0": "202600B",
    "bi-month 7": "202607B",
    "quarter 0": "2026Q0",
    "quarter 5": "2026Q5",
    "November quarter 5": "2026NovQ5",
    "half-year 3": "2026S3",
    "half-year 0": "2026AprilS0",
    "30 February": "20260230",
    "29 February of a common year": "2026-02-29",
    "one dash": "2026-0203",
    "week 0": "2026W0",
    "week 00": "2026W00",
    "week 53 of a year of 52": "2025W53",
    "Sunday week 53 of a year of 52": "2022SunW53",
    "week 54": "2026W54",
    "three week digits": "2026W005",
    "bi-week 0": "2026BiW0",
    "bi-week 27 of a year of 52 weeks": "2021BiW27",
    "bi-week 28": "2020BiW28",
    "lower case": "2026q1",
    "lower case April": "2026april",
    "leading blank": " 202601",
    "trailing line end": "202601\n",
    "something after": "202601x",
    "Arabic digits": "٢٠٢٦٠١",
    "Tuesday weeks": "2026TueW1",
    "year 0": "0000",
    "year 0 month": "000001",
    "starts before year 1": "0001Nov",
    "week starts before year 1": "0001SatW1",
    "ends after 9999": "9999April",
    "week ends after 9999": "9999W52",
    "five digits": "20261",
    "a long text": "2026" * 10_000,
}

TYPES = st.sampled_from(list(PERIOD_TYPES.values()))
# two years from the edges: every period around such a day exists
DAYS = st.dates(min_value=date(3, 1, 1), max_value=date(9997, 12, 31))
INNER_DAYS = st.dates(min_value=date(40, 1, 1), max_value=date(9960, 12, 31))
"""Days whose periods, shifted by thirty of the longest kind, stay within the years 1 to 9999."""


@pytest.mark.parametrize(("text", "kind", "start", "end", "iso"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_text_is_read_as_type_and_dates_and_written_canonically(text, kind, start, end, iso):
    period = parse_period(text)

    assert (period.type.name, period.start.isoformat(), period.end.isoformat()) == (kind, start, end)
    assert period.iso == str(period) == iso


def test_every_type_has_an_example():
    assert {kind for _, kind, *_ in EXAMPLES} == set(PERIOD_TYPES)


@pytest.mark.parametrize("text", NOT_PERIODS.values(), ids=NOT_PERIODS.keys())
def test_what_is_no_period_is_refused(text):
    assert find_period(text) is None
    with pytest.raises(InvalidPeriod):
        parse_period(text)


def test_padded_and_plain_texts_are_the_same_period():
    assert parse_period("2026W05") == parse_period("2026W5")
    assert parse_period("2026-02") == parse_period("202602")


def test_same_dates_of_another_type_are_another_period():
    january = parse_period("2024BiW2")

    assert january != period_containing("Daily", january.start)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("20260203", "2026-02-03"),
        ("2026W5", "Week 5 2026-01-26 - 2026-02-01"),
        ("2024BiW2", "Bi-Week 2 2024-01-15 - 2024-01-28"),
        ("202601", "January 2026"),
        ("202602B", "March - April 2026"),
        ("2022NovQ1", "November 2021 - January 2022"),
        ("2026", "2026"),
        ("2026April", "April 2026 - March 2027"),
    ],
)
def test_display_names(text, name):
    assert parse_period(text).display_name == name


def test_names_are_case_sensitive_and_listed_when_unknown():
    with pytest.raises(ValueError, match="`monthly` is not a period type, expected one of Daily, Weekly"):
        period_type("monthly")


def test_types_order_by_frequency():
    lengths = [PERIOD_TYPES[name].frequency_order for name in ("Daily", "Weekly", "BiWeekly", "Monthly", "BiMonthly")]

    assert lengths == [1, 7, 14, 30, 61]
    assert PERIOD_TYPES["FinancialOct"].frequency_order == PERIOD_TYPES["Yearly"].frequency_order == 365


def test_a_type_survives_pickling_as_itself():
    period = parse_period("202601")

    assert pickle.loads(pickle.dumps(period)).type is copy.deepcopy(period).type is period.type


@given(TYPES, DAYS)
def test_written_and_read_back_it_is_the_same_period(kind, day):
    period = kind.containing(day)

    assert parse_period(period.iso) == period
    assert parse_period(period.iso).iso == period.iso


@given(TYPES, DAYS)
def test_a_period_contains_the_days_it_was_made_for_and_no_neighbours(kind, day):
    period = kind.containing(day)

    assert period.start <= day <= period.end
    assert period.contains(period.start) and period.contains(period.end)
    assert not period.contains(period.start - timedelta(days=1))
    assert not period.contains(period.end + timedelta(days=1))


@given(TYPES, INNER_DAYS, st.integers(min_value=-30, max_value=30))
def test_forth_and_back_is_where_it_began(kind, day, count):
    period = kind.containing(day)

    assert period.shift(count).shift(-count) == period
    assert period.next().previous() == period.previous().next() == period


@given(TYPES, DAYS)
def test_the_next_period_starts_the_day_after(kind, day):
    period = kind.containing(day)
    assume(not period.iso.endswith("BiW27"))

    assert period.next().start == period.end + timedelta(days=1)


@given(TYPES, DAYS)
def test_type_is_told_by_the_text_alone(kind, day):
    assert parse_period(kind.containing(day).iso).type is kind


@given(DAYS)
def test_weeks_agree_with_the_iso_calendar(day):
    year, week, _ = day.isocalendar()

    assert PERIOD_TYPES["Weekly"].containing(day).iso == f"{year:04}W{week}"


def test_bi_week_27_overlaps_the_next_year_and_is_followed_by_it():
    last = parse_period("2020BiW27")

    assert last.next() == parse_period("2021BiW1")
    assert last.previous() == parse_period("2020BiW26")
    assert last.contains(parse_period("2021BiW1").start)


@pytest.mark.parametrize(("year", "count"), [(2020, 53), (2021, 52), (2026, 53)])
def test_a_year_has_its_weeks(year, count):
    weeks = PERIOD_TYPES["Weekly"].of_year(year)

    assert len(weeks) == count
    assert weeks[0].iso == f"{year}W1"
    assert weeks[-1].iso == f"{year}W{count}"


@pytest.mark.parametrize("kind", PERIOD_TYPES.values(), ids=PERIOD_TYPES.keys())
def test_a_year_lists_the_periods_that_carry_it(kind):
    assert {period.iso[:4] for period in kind.of_year(2024)} == {"2024"}


def test_a_range_runs_from_the_period_of_the_first_day_to_that_of_the_last():
    months = periods_between(PERIOD_TYPES["Monthly"], date(2025, 11, 30), date(2026, 2, 1))

    assert [month.iso for month in months] == ["202511", "202512", "202601", "202602"]


def test_covering_needs_both_ends():
    assert parse_period("2026Q1").covers(parse_period("202603"))
    assert not parse_period("2026Q1").covers(parse_period("2026W1"))


@pytest.mark.parametrize(
    ("text", "count"), [("9999", 1), ("999912", 1), ("0001", -1), ("00010101", -1), ("99991231", 1), ("2026", 10**9)]
)
def test_walking_past_the_calendar_is_an_invalid_period(text, count):
    with pytest.raises(InvalidPeriod, match="outside the years 1 to 9999"):
        parse_period(text).shift(count)


@given(TYPES, st.sampled_from([date.min, date.max]))
def test_at_the_calendar_s_edge_there_is_a_period_or_a_clear_refusal(kind, day):
    try:
        period = kind.containing(day)
    except InvalidPeriod:
        return
    assert parse_period(period.iso) == period
