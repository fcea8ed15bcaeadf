"""All forms of moments that clients send, and the one that they get."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from dhis2api.web.timestamps import format_timestamp, parse_duration, parse_timestamp


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014", "2014-01-01T00:00:00+00:00"),
        ("2014-03", "2014-03-01T00:00:00+00:00"),
        ("2014-03-05", "2014-03-05T00:00:00+00:00"),
        ("20140305", "2014-03-05T00:00:00+00:00"),
        ("2014-03-05T09", "2014-03-05T09:00:00+00:00"),
        ("2014-03-05T09:41", "2014-03-05T09:41:00+00:00"),
        ("2014-03-05T09:41:07", "2014-03-05T09:41:07+00:00"),
        ("2014-03-05T09:41:07.218", "2014-03-05T09:41:07.218000+00:00"),
        ("2014-03-05T09:41:07.218123456", "2014-03-05T09:41:07.218123+00:00"),
        ("2014-03-05T09:41:07Z", "2014-03-05T09:41:07+00:00"),
        ("2014-03-05T09:41:07.218+0200", "2014-03-05T09:41:07.218000+02:00"),
        ("2014-03-05T09:41:07-03:30", "2014-03-05T09:41:07-03:30"),
        ("2014-03-05T09:41:07 02:00", "2014-03-05T09:41:07+02:00"),
        ("2014-03-05 09:41:07+01", "2014-03-05T09:41:07+01:00"),
        ("1394012467218", "2014-03-05T09:41:07.218000+00:00"),
        (1394012467218, "2014-03-05T09:41:07.218000+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
    ],
)
def test_a_moment_is_read(text: str | int, moment: str) -> None:
    assert parse_timestamp(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2014-13", "2014-02-30", "2014-1-1", "2014-03-05T25:00", "2014-03-05T09:41:07+99:00", "201403", "٢٠١٤",
     "0000", True, None, 1.5, 10**30, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_no_moment_is_refused_in_words_for_clients(text: object) -> None:
    with pytest.raises(ValueError, match="ISO format .* UNIX epoch"):
        parse_timestamp(text)


def test_zoneless_input_and_output_are_server_time(settings: Settings) -> None:
    settings.TIME_ZONE = "Africa/Freetown"
    kathmandu = timezone(timedelta(hours=5, minutes=45))

    assert format_timestamp(datetime(2014, 3, 5, 9, 41, 7, 218999, tzinfo=kathmandu)) == "2014-03-05T03:56:07.218"
    assert parse_timestamp("2014-03-05T09:41").utcoffset() == timedelta(0)


def test_a_bare_date_can_mean_its_end() -> None:
    assert parse_timestamp("2014-03-05", end_of_day=True) == datetime(2014, 3, 5, 23, 59, 59, 999000, tzinfo=UTC)
    assert parse_timestamp("2014-03-05T01:00", end_of_day=True) == datetime(2014, 3, 5, 1, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
def test_what_is_written_is_read_back_to_the_millisecond(moment: datetime) -> None:
    assert parse_timestamp(format_timestamp(moment)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_durations() -> None:
    assert parse_duration("10d") == timedelta(days=10)
    assert parse_duration("45s") == timedelta(seconds=45)
    for text in ("", "10", "d", "1w", "-1d", "999999999d999", "99999999999d"):
        with pytest.raises(ValueError, match="Duration"):
            parse_duration(text)
