"""Parses the quantities that users write: rates, times, sizes, shares. Each error names the option and the fix."""

from __future__ import annotations

import math
import re

from queuesmith.common.errors import UsageError
from queuesmith.rules.limits import MESSAGE_RATE

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_BYTES = {"": 1.0, "b": 1.0, "kb": 1_000.0, "mb": 1_000_000.0, "kib": 1_024.0, "mib": 1_048_576.0}
_RATE_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0, "d": 86_400.0}
_NUMBER = r"(\d[\d_,]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+)"
_LARGEST = 1e12
HIGHEST_RATE = float(MESSAGE_RATE)
"""Messages a second."""


def _parts(text: str) -> tuple[float, str] | None:
    match = re.fullmatch(rf"\s*{_NUMBER}\s*([a-zA-Z/%]*)\s*", text)
    if not match:
        return None
    value = float(match[1].replace("_", "").replace(",", ""))
    return (value, match[2].lower()) if math.isfinite(value) else None


def parse_quantity(text: str, option: str, *, seconds: bool, allow_zero: bool = False, shown: str = "") -> float:
    """Parse a time such as `300s` or a plain number such as `1e6`. `shown`: the whole value, for the error."""
    if seconds:
        return parse_seconds(text, option, allow_zero=allow_zero, shown=shown)
    parts = _parts(text)
    if parts is None or parts[1] or parts[0] > _LARGEST:
        raise UsageError(f'{option} is "{shown or text}", but must be a number such as 0 or 1000000')
    return parts[0]


def parse_seconds(text: str, option: str, *, allow_zero: bool = False, shown: str = "") -> float:
    """Parse `20ms`, `1.5s`, `10m` or `2h` as seconds. `shown`: the whole value of the option, for the error."""
    parts = _parts(text)
    if parts is None or parts[1] not in _SECONDS:
        raise UsageError(
            f'{option} is "{shown or text}", but must be a time with a unit: ms, s, m, h or d, for example 20ms or 10m'
        )
    value = parts[0] * _SECONDS[parts[1]]
    if not (0 if allow_zero else 1e-6) <= value <= _LARGEST:
        raise UsageError(f'{option} is "{shown or text}", but must be more than 0')
    return value


def parse_rate(text: str, option: str, *, allow_zero: bool = False) -> float:
    """Parse `500/s`, `30000/min` or `2e6/s` as messages a second."""
    if text.lstrip().startswith("-"):
        raise UsageError(f'{option} is "{text}", but must be {"0 or more" if allow_zero else "more than 0"}')
    parts = _parts(text)
    unit = parts[1].removeprefix("/") if parts else ""
    if parts is None or not parts[1].startswith("/") or unit not in _RATE_SECONDS:
        raise UsageError(f'{option} is "{text}", but must be messages per s, min, h or d, for example 500/s')
    rate = parts[0] / _RATE_SECONDS[unit]
    if rate <= 0 and not allow_zero:
        raise UsageError(f'{option} is "{text}", but must be more than 0')
    if rate > HIGHEST_RATE:
        raise UsageError(f'{option} is "{text}", but must be at most {HIGHEST_RATE:,.0f}/s')
    return rate


def parse_bytes(text: str, option: str, highest: int) -> int:
    """Parse `2KB` or `1MiB` as bytes."""
    parts = _parts(text)
    if parts is None or parts[1] not in _BYTES:
        raise UsageError(f'{option} is "{text}", but must be a size such as 800, 2KB or 1MiB')
    value = round(parts[0] * _BYTES[parts[1]])
    if not 1 <= value <= highest:
        raise UsageError(f'{option} is "{text}", but must be 1 to {highest:,} bytes')
    return value


def parse_share(text: str, option: str) -> float:
    """Parse `0.1%` or `0.001` as a share from 0 to 1."""
    parts = _parts(text)
    if parts is None or parts[1] not in ("", "%"):
        raise UsageError(f'{option} is "{text}", but must be a share such as 0.1% or 0.001')
    value = parts[0] / (100 if parts[1] else 1)
    if value > 1:
        raise UsageError(f'{option} is "{text}", but must be 0% to 100%')
    return value
