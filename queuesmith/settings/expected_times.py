"""The times at which messages are expected: as periods of an alarm, as a condition in CloudWatch's metric math, in seconds."""

from __future__ import annotations

from itertools import chain
from typing import Literal, TypeAlias, get_args

from queuesmith.rules import limits

Day: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = get_args(Day)
"""The days in the order of CloudWatch's `DAY`, in which Monday is 1."""
SHORT_PERIOD, LONG_PERIOD = 300, limits.LONG_ALARM_PERIOD
"""Seconds. Above one day, CloudWatch needs periods of at least an hour."""
_A_DAY = 24 * 60
"""Minutes."""


def alarm_periods(seconds: int) -> tuple[int, int] | None:
    """Return the period and the number of periods of an alarm that fires after `seconds`. None: CloudWatch has none."""
    for period, longest in ((SHORT_PERIOD, limits.SHORT_ALARM_SPAN), (LONG_PERIOD, limits.ALARM_SPAN)):
        if 0 < seconds <= longest:
            return None if seconds % period else (period, seconds // period)
    return None


def expected_condition(metric: str, hours: str | None, days: tuple[Day, ...]) -> str | None:
    """Return the condition in metric math that a period of this metric is at an expected time. None: it always is.

    HOUR, MINUTE and DAY are those of the period's start, in UTC (CloudWatch user guide, using metric math).
    """
    conditions = []
    if hours is not None:
        start, end = _minutes(hours)
        minute = f"(60 * HOUR({metric}) + MINUTE({metric}))"
        conditions.append(f"({minute} >= {start} {'AND' if start < end else 'OR'} {minute} < {end})")
    if days:
        conditions.append(f"({' OR '.join(f'DAY({metric}) == {DAYS.index(day) + 1}' for day in sorted(days, key=DAYS.index))})")
    return " AND ".join(conditions) or None


def longest_expected_time(hours: str | None, days: tuple[Day, ...]) -> int:
    """Return the longest time without a break at which messages are expected, in seconds. One week if they always are."""
    start, end = _minutes(hours) if hours is not None else (0, _A_DAY)
    in_day = [start <= minute < end if start < end else not end <= minute < start for minute in range(_A_DAY)]
    week = list(chain.from_iterable(in_day if not days or day in days else [False] * _A_DAY for day in DAYS))
    longest = current = 0
    for is_expected in week * 2:
        current = current + 1 if is_expected else 0
        longest = max(longest, current)
    return min(longest, len(week)) * 60


def _minutes(hours: str) -> tuple[int, int]:
    """Return the start and the end of hours such as `06:00-22:00`, in minutes of the day."""
    start, end = (60 * int(time[:2]) + int(time[3:]) for time in hours.split("-"))
    return start, end
