"""Parses times that users type, and formats times for them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from queuesmith.common.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])")


def parse_time(text: str, option: str, now: datetime) -> datetime:
    """Parse `30s`, `15m`, `2h`, `3d` or `1w` before now, or an ISO 8601 time, which is UTC if it has no zone.

    Raises UsageError, which names `option`, for other text and for times before 1970.
    """
    if match := _DURATION.fullmatch(text.strip()):
        try:
            return _after_1970(now - timedelta(seconds=int(match[1]) * _UNITS[match[2]]), text, option)
        except OverflowError as error:
            raise UsageError(f"{option} is {text}, which is before 1970") from error
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f'{option} is "{text}", but must be a duration such as 15m, 2h or 3d, or a time such as 2026-01-31T12:00'
        ) from error
    return _after_1970(moment if moment.tzinfo else moment.replace(tzinfo=UTC), text, option)


def _after_1970(moment: datetime, text: str, option: str) -> datetime:
    if moment < datetime(1970, 1, 1, tzinfo=UTC):
        raise UsageError(f"{option} is {text}, which is before 1970")
    return moment


def iso(moment: datetime, timespec: str = "seconds") -> str:
    """`2026-01-31T12:00:00Z`: the time in UTC, truncated to `timespec` as in datetime.isoformat."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=timespec)}Z"


def short_duration(seconds: float) -> str:
    """`8 s`, `12 min`, `3 h 20 min`, `2 d 4 h`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    for size, name, smaller, smaller_name in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole // 60} min"
