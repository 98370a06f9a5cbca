"""Alarms as the rules see them: what they watch, and when they fire."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.rules.part import Part
from queuesmith.rules.unknown import MaybeUnknown, Unknown

DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
WHERE_THERE_ARE = "judged only where the file holds alarms at all"


@dataclass(frozen=True)
class Metric:
    """A metric that an alarm watches, of one queue or function."""

    name: str
    of: str
    """`queue`, `dead_letter_queue` or `function`."""


@dataclass(frozen=True, kw_only=True)
class Alarm(Part):
    """A CloudWatch alarm on one of the pipeline's parts. Times are in seconds."""

    address: str = "alarms"
    metrics: tuple[Metric, ...] = ()
    period: MaybeUnknown[int | None] = None
    evaluation_periods: MaybeUnknown[int | None] = None
    datapoints_to_alarm: MaybeUnknown[int | None] = None
    threshold: MaybeUnknown[int | None] = None
    """What a single metric is compared with; None: what it is compared with is not that metric."""
    comparison: MaybeUnknown[str | None] = None
    """`GreaterThanThreshold`; None: not said, which is taken for one that fires when the metric is high."""
    has_action: MaybeUnknown[bool] = False


def is_watched(alarms: tuple[Alarm, ...], metric: str, of: str) -> MaybeUnknown[bool]:
    """Whether an alarm fires when a metric is high; unknown where it is not known when one fires."""
    comparisons = [alarm.comparison for alarm in alarms if any(each.name == metric and each.of == of for each in alarm.metrics)]
    if any(not isinstance(each, Unknown) and not fires_low(each) for each in comparisons):
        return True
    return next((each for each in comparisons if isinstance(each, Unknown)), False)


def fires_low(comparison: str | None) -> bool:
    """Whether an alarm with this comparison fires when its metric is low, and only then."""
    return comparison is not None and comparison.startswith("LessThan") and "GreaterThan" not in comparison
