"""Times as users type and read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.common.times import iso, parse_time, short_duration

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(7)),
    ],
)
def test_relative_time_is_counted_from_now(text: str, ago: timedelta) -> None:
    assert parse_time(text, "--since", NOW) == NOW - ago


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_time("2026-01-31T10:30", "--since", NOW) == datetime(2026, 1, 31, 10, 30, tzinfo=UTC)
    assert parse_time("2026-01-31T10:30+02:00", "--since", NOW).utcoffset() == timedelta(hours=2)


def test_time_is_shown_in_utc_whatever_its_zone() -> None:
    assert iso(parse_time("2026-01-31T10:30:59.999+02:00", "--since", NOW)) == "2026-01-31T08:30:59Z"
    assert iso(datetime(2026, 1, 31, 12, 0, 0, 7_999, tzinfo=UTC), "milliseconds") == "2026-01-31T12:00:00.007Z"


@pytest.mark.parametrize("text", ["", "soon", "-5m", "5", "999999w", "15 years"])
def test_invalid_time_error_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--since is "):
        parse_time(text, "--since", NOW)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (12_000, "3 h 20 min"),
        (86_400, "1 d"),
        (187_200, "2 d 4 h"),
    ],
)
def test_duration_has_at_most_two_units(seconds: float, expected: str) -> None:
    assert short_duration(seconds) == expected
