"""ADX periods. Pairs: the documentation's table and DHIS2's own tests."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhis2api.periods import PERIOD_TYPES, InvalidPeriod, format_interval, parse_period, period_from_interval

PAIRS = [
    ("2017-10-01/P1D", "20171001"),
    ("2017-10-01/P7D", "2017SunW40"),
    ("2024-01-01/P7D", "2024W1"),
    ("2024-01-03/P7D", "2024WedW1"),
    ("2024-01-04/P7D", "2024ThuW1"),
    ("2024-01-06/P7D", "2024SatW2"),
    ("2024-01-15/P14D", "2024BiW2"),
    ("2017-10-01/P1M", "201710"),
    ("2015-06-01/P1M", "201506"),
    ("2017-11-01/P2M", "201706B"),
    ("2017-07-01/P3M", "2017Q3"),
    ("2017-01-01/P6M", "2017S1"),
    ("2022-10-01/P6M", "2022AprilS2"),
    ("2024-11-01/P6M", "2025NovS1"),
    ("2025-05-01/P6M", "2025NovS2"),
    ("2022-05-01/P6M", "2022NovS2"),
    ("2017-01-01/P1Y", "2017"),
    ("2017-04-01/P1Y", "2017April"),
    ("2017-07-01/P1Y", "2017July"),
    ("2017-10-01/P1Y", "2017Oct"),
    ("2024-11-01/P1Y", "2025Nov"),
    ("2021-12-29/P7D", "2022WedW1"),
]

REFUSED = {
    "no slash": ("2015-06-01", "separated by one slash"),
    "two slashes": ("2015-06-01/P1M/P1M", "separated by one slash"),
    "too long": ("2015-06-01/" + "P" * 100, "separated by one slash"),
    "week as W": ("2015-06-01/P1W", "`P1W` is not a supported duration type"),
    "twelve months": ("2015-01-01/P12M", "`P12M` is not a supported duration type"),
    "accented year": ("2015-01-01/P1Ý", "`P1Ý` is not a supported duration type"),
    "Tuesday week": ("2024-01-02/P7D", "No week of `P7D` starts on a Tuesday"),
    "Friday week": ("2024-01-05/P7D", "No week of `P7D` starts on a Friday"),
    "half-year from March": ("2024-03-01/P6M", "No period of `P6M` starts in March"),
    "year from September": ("2024-09-01/P1Y", "No period of `P1Y` starts in September"),
    "no such day": ("2024-02-30/P1M", "`2024-02-30` is not a date"),
    "basic date": ("20240201/P1M", "`20240201` is not a date of the form yyyy-MM-dd"),
    "no such time": ("2024-02-01T25:00:00/P1M", "is not a date"),
}


@pytest.mark.parametrize(("interval", "iso"), PAIRS, ids=[row[0] for row in PAIRS])
def test_an_interval_is_a_period_and_back(interval, iso):
    assert period_from_interval(interval) == parse_period(iso)
    assert format_interval(parse_period(iso)) == interval


@pytest.mark.parametrize(
    ("interval", "iso"),
    [
        ("2017-10-15/P1M", "201710"),
        ("2017-09-01/P3M", "2017Q3"),
        ("2015-06-01T00:00:00/P1M", "201506"),
        ("2015-06-01T00:00:00.000Z/P1M", "201506"),
    ],
)
def test_the_period_containing_the_date_is_meant(interval, iso):
    assert period_from_interval(interval) == parse_period(iso)


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_interval_is_refused_with_its_reason(text, message):
    with pytest.raises(InvalidPeriod) as refusal:
        period_from_interval(text)

    assert message in str(refusal.value)


@given(st.sampled_from(sorted(set(PERIOD_TYPES) - {"QuarterlyNov", "FinancialSep"})), st.dates(date(3, 1, 1)))
def test_every_other_type_round_trips(name, day):
    period = PERIOD_TYPES[name].containing(min(day, date(9997, 1, 1)))

    assert period_from_interval(format_interval(period)) == period


def test_november_quarters_come_back_as_calendar_quarters():
    assert period_from_interval(format_interval(parse_period("2022NovQ2"))).iso == "2022Q1"
