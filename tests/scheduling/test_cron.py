"""Cron expressions: every form of the grammar, and what it means, against a calendar that is walked day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.cron import Cron, CronError, is_defined

ZONE = ZoneInfo("UTC")
SUNDAY = datetime(2026, 11, 22, 10, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 0 3 ? * MON", "2026-11-23T03:00:00"),
        ("0 0 12 ? * MON-FRI", "2026-11-23T12:00:00"),
        ("2 1 * ? * *", "2026-11-22T11:01:02"),
        ("0 * * ? * *", "2026-11-22T10:31:00"),
        ("*/5 * * * * *", "2026-11-22T10:30:20"),
        ("0 0 0 L * *", "2026-11-30T00:00:00"),
        ("0 0 0 L-3 * *", "2026-11-27T00:00:00"),
        ("0 0 0 LW * *", "2026-11-30T00:00:00"),
        ("0 0 0 LW 2 *", "2027-02-26T00:00:00"),
        ("0 0 0 15W * *", "2026-12-15T00:00:00"),
        ("0 0 0 1W 8 *", "2027-08-02T00:00:00"),  # the first is a Sunday
        ("0 0 0 1W 5 *", "2027-05-03T00:00:00"),  # the first is a Saturday: not back into April
        ("0 0 0 31W 7 *", "2027-07-30T00:00:00"),  # the last is a Saturday
        ("0 0 8 ? * 2#1", "2026-12-01T08:00:00"),
        ("0 0 8 ? * SUN#5", "2026-11-29T08:00:00"),
        ("0 0 8 ? * 5L", "2026-11-27T08:00:00"),
        ("0 0 8 ? * FRIL", "2026-11-27T08:00:00"),
        ("0 0 8 ? * */3", "2026-11-23T08:00:00"),
        ("0 0 8 ? * 7", "2026-11-29T08:00:00"),
        ("0 0 8 ? * 0", "2026-11-29T08:00:00"),
        ("0 0 8 ? * SAT-SUN", "2026-11-28T08:00:00"),
        ("0 0 0 13 * FRI", "2027-08-13T00:00:00"),  # both day fields must hold
        ("0 0 0 29 2 ?", "2028-02-29T00:00:00"),
        ("0 0 0 29 2 THU", "2052-02-29T00:00:00"),
        ("0 0 0 1 jan,Jul *", "2027-01-01T00:00:00"),
        ("0 0/20 10 * * *", "2026-11-22T10:40:00"),
        ("0 10-20/5 11 * * *", "2026-11-22T11:10:00"),
        ("@yearly", "2027-01-01T00:00:00"),
        ("@annually", "2027-01-01T00:00:00"),
        ("@monthly", "2026-12-01T00:00:00"),
        ("@weekly", "2026-11-29T00:00:00"),
        ("@daily", "2026-11-23T00:00:00"),
        ("@midnight", "2026-11-23T00:00:00"),
        ("@HOURLY", "2026-11-22T11:00:00"),
        ("15 30 10 22 11 ?", "2027-11-22T10:30:15"),  # the moment itself is over
    ],
)
def test_an_expression_names_its_next_time(text: str, expected: str) -> None:
    assert Cron.parse(text).next_after(SUNDAY, ZONE) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", "0 1 ? * *", "0 0 0 0 0 0 0", "60 0 0 * * *", "0 60 0 * * *", "0 0 24 * * *", "0 0 0 32 * *", "0 0 0 0 * *",
        "0 0 0 * 13 *", "0 0 0 * 0 *", "0 0 0 * * 8", "0 0 0 * FOO *", "0 0 0 * * MON#6", "0 0 0 * * L", "0 0 0 * * #2",
        "? 0 0 * * *", "0 ? 0 * * *", "0 0 ? * * *", "0 0 0 * ? *", "5-1 0 0 * * *", "0 0 */0 * * *", "0 0 0 L-31 * *",
        "0 0 0 32W * *", "0 0 0 W * *", "- 0 0 * * *", "1- 0 0 * * *", ", 0 0 * * *", "0 0 0 * * MON-", "@every",
        "\u0665 0 0 * * *",
        "1" * 300 + " 0 0 * * *", "999999999999 0 0 * * *",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(CronError):
        Cron.parse(text)


@pytest.mark.parametrize("text", ["0 0 0 30 2 *", "0 0 0 31 4 *", "0 0 0 31W 2 ?"])
def test_a_date_that_never_comes_is_never_due(text: str) -> None:
    assert Cron.parse(text).next_after(SUNDAY, ZONE) is None


@pytest.mark.parametrize(("text", "expected"), [(None, False), ("", False), ("* * * * * ?", False), ("@daily", True)])
def test_every_second_and_nothing_are_no_schedule(text: str | None, expected: bool) -> None:
    assert is_defined(text) is expected


def test_a_time_that_the_clock_jumps_over_comes_the_next_day() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)  # clocks in Oslo go forward on the 29th at two

    found = Cron.parse("0 30 2 * * *").next_after(before, ZoneInfo("Europe/Oslo"))

    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_counts_once() -> None:
    zone, cron = ZoneInfo("Europe/Oslo"), Cron.parse("0 30 2 * * *")
    first = cron.next_after(datetime(2026, 10, 24, 12, 0, tzinfo=UTC), zone)  # back on the 25th at three

    assert first is not None
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = cron.next_after(first, zone)
    assert second is not None
    assert second.astimezone(UTC) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def parts(least: int, greatest: int) -> st.SearchStrategy[tuple[str, frozenset[int]]]:
    """A part of a field with the numbers that it names."""
    number = st.integers(least, greatest)
    span = st.tuples(number, number).map(sorted)
    every = frozenset(range(least, greatest + 1))
    return st.one_of(
        st.just(("*", every)),
        number.map(lambda n: (str(n), frozenset([n]))),
        span.map(lambda s: (f"{s[0]}-{s[1]}", frozenset(range(s[0], s[1] + 1)))),
        st.tuples(number, st.integers(1, 20)).map(
            lambda s: (f"{s[0]}/{s[1]}", frozenset(range(s[0], greatest + 1, s[1])))
        ),
        st.lists(number, min_size=2, max_size=4).map(lambda ns: (",".join(map(str, ns)), frozenset(ns))),
    )


@given(
    parts(0, 59), parts(0, 23), parts(1, 31), parts(1, 12), parts(1, 7),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
)  # fmt: skip
def test_the_next_time_is_the_first_that_all_fields_name(
    minute: tuple[str, frozenset[int]], hour: tuple[str, frozenset[int]], day: tuple[str, frozenset[int]],
    month: tuple[str, frozenset[int]], weekday: tuple[str, frozenset[int]], moment: datetime,
) -> None:  # fmt: skip
    moment = moment.replace(tzinfo=UTC)
    found = Cron.parse(f"0 {minute[0]} {hour[0]} {day[0]} {month[0]} {weekday[0]}").next_after(moment, ZONE)

    def names(at: datetime) -> bool:
        return (
            at.minute in minute[1] and at.hour in hour[1] and at.day in day[1] and at.month in month[1]
            and at.isoweekday() in weekday[1]
        )  # fmt: skip

    if found is None:
        assert not any(
            d.day in day[1] and d.month in month[1] and d.isoweekday() in weekday[1]
            for d in (moment + timedelta(days=n) for n in range(366 * 8))
        )
        return
    assert found > moment
    assert found.second == 0
    assert names(found)
    if found - moment < timedelta(days=4):
        first = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        minutes = int((found - first).total_seconds() // 60)
        assert not any(names(first + timedelta(minutes=n)) for n in range(minutes))
