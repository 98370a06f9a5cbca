"""The arrivals in a CSV file: `queuesmith capacity --trace FILE`."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.capacity.workload import Phase

_HOLE = 1.5
"""Distances between two lines of a trace that are this many times the first one are holes."""


def trace_in(file: Path) -> tuple[Phase, ...]:
    """Read a CSV file with the columns seconds and messages: how many messages arrived from that time to the next line's."""
    from queuesmith.capacity.units import HIGHEST_RATE
    from queuesmith.capacity.workload import LONGEST, Phase

    rows = _trace_rows(file)
    if len(rows) < 2:
        raise UsageError(f"--trace: {file} needs at least two lines: seconds,messages")
    step, start = rows[1][1] - rows[0][1], rows[0][1]
    phases = []
    for (_, moment, messages), (line, following, _) in zip(rows, [*rows[1:], (0, rows[-1][1] + step, 0.0)], strict=True):
        if following <= moment:
            raise UsageError(f"--trace: line {line} of {file} is not later than the line before. Sort the file by time")
        if following - moment > step * _HOLE:
            raise UsageError(
                f"--trace: {file} has no line between {moment:g} and {following:g} s (line {line}), but the first lines "
                f"are {step:g} s apart. Add lines with 0 messages"
            )
        if messages / (following - moment) > HIGHEST_RATE:
            raise UsageError(f"--trace: line {line} of {file} has more than {HIGHEST_RATE:,.0f} messages a second")
        phases.append(Phase(moment - start, following - start, messages / (following - moment)))
    if phases[-1].end > LONGEST:
        raise UsageError(f"--trace: {file} is longer than 31 days")
    if not any(phase.rate for phase in phases):
        raise UsageError(f"--trace: {file} has no messages")
    return tuple(phases)


def _trace_rows(file: Path) -> list[tuple[int, float, float]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--trace: {file} cannot be read: {reason}") from error
    rows = []
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row or (number == 1 and not re.match(r"\s*\d", row[0])):
            continue  # an empty line, or the header
        try:
            moment, messages = float(row[0]), float(row[1])
        except (ValueError, IndexError) as error:
            raise UsageError(f"--trace: line {number} of {file} must have two numbers: seconds,messages") from error
        if not (0 <= moment < 1e11 and 0 <= messages < 1e15):
            raise UsageError(f"--trace: line {number} of {file} has a number that is negative or too large")
        rows.append((number, moment, messages))
    return rows
