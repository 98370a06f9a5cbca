"""The workload that a worker must cope with. Synth and `check` predict what happens under it, as `queuesmith capacity` does."""

from __future__ import annotations

from typing import Annotated

from pydantic_core import PydanticCustomError

from queuesmith.rules import limits
from queuesmith.rules.limits import MESSAGE_RATE, Range
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import Shape


def _limited(unit: str, allowed: Range) -> Shape:
    """Return the form of a whole number in a range that no rule checks, because AWS has no such limit. Tokens are refused."""
    name = f"whole number{f' of {unit}' if unit else ''}"

    def check(value: object) -> object:
        if type(value) is int and value in allowed:
            return value
        raise PydanticCustomError("limited", f"a {name}, {allowed.low:,} to {allowed.high:,}")

    return Shape(check, name, {"type": "integer", "minimum": allowed.low, "maximum": allowed.high})


def _rate(value: object) -> object:
    if isinstance(value, int | float) and type(value) is not bool and 0 <= value <= MESSAGE_RATE:
        return value
    raise PydanticCustomError("rate", f"a number of messages a second, 0 to {MESSAGE_RATE:,}")


MessageRate = Annotated[
    float, Shape(_rate, "number of messages a second", {"type": "number", "minimum": 0, "maximum": MESSAGE_RATE})
]


class PeakSettings(Settings):
    """A peak, after 10 minutes of the normal rate."""

    rate: MessageRate
    """Messages a second during the peak. It must be higher than the normal rate."""
    seconds: Annotated[int, _limited("seconds", limits.PEAK_LENGTH)]
    """How long the peak lasts, in seconds."""


class WorkloadSettings(Settings):
    """The workload that the worker must cope with. In AWS, it changes only the alarm thresholds that you do not set.

    Synth and `queuesmith check` warn of the problems that it would cause. `queuesmith capacity` uses it unless the options
    specify another workload. The time that the handler needs for a message is `source.expected_seconds_per_record`, which a
    workload requires.
    """

    rate: MessageRate
    """The normal rate, in messages a second. 0: all messages arrive in the peak. Limits: QL501, QL503, QL506."""
    peak: PeakSettings | None = None
    message_bytes: Annotated[int, _limited("bytes", Range(1, limits.MESSAGE_SIZE.high))] = 2_000
    """Size of a message with its attributes, in bytes. Larger messages mean fewer messages in a batch, because a batch has at
    most 6 MB, and fewer messages a second for each event poller."""
    groups: Annotated[int, _limited("", limits.MESSAGE_GROUPS)] | None = None
    """The number of message groups of a FIFO queue, with equally many messages in each. Default: each message has its own
    group."""
