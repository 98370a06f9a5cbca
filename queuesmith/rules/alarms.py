"""The rules' model of an alarm: the metrics it watches, and when it fires."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.rules.part import Part
from queuesmith.rules.unknown import MaybeUnknown, Unknown

DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
QUIET_AGE = "ApproximateAgeOfOldestMessageInQuietGroups"
"""The age on a fair queue, without the messages of its noisy message groups."""
ONLY_WITH_ALARMS = "checked only if the configuration contains alarms"
NO_ALARMS = Unknown("the alarms, because none were found")
"""The alarms of a file without alarms: they can be defined elsewhere."""


@dataclass(frozen=True)
class Metric:
    """A metric of one queue or function that an alarm watches."""

    name: str
    of: str
    """`queue`, `dead_letter_queue`, `function`, or `handler` for a metric that the handler sends."""
    statistic: str = ""
    """`Sum`, `Maximum`, `p99`, … Empty: it is unknown."""
    id: str = ""
    """Its id in the alarm's expression. Empty: the alarm has no expression."""


@dataclass(frozen=True)
class Expression:
    """A metric expression that an alarm compares with a threshold."""

    text: str
    """In CloudWatch's metric math. Its variables are the ids of the alarm's metrics."""
    threshold: float


@dataclass(frozen=True)
class OtherDimensions:
    """A metric of AWS/SQS or AWS/Lambda with dimensions by which the service does not publish it."""

    namespace: str
    metric: str
    names: tuple[str, ...]
    """The names of the dimensions."""


@dataclass(frozen=True, kw_only=True)
class Alarm(Part):
    """A CloudWatch alarm on one of the pipeline's parts. Times are in seconds."""

    address: str = "alarms"
    metrics: tuple[Metric, ...] = ()
    other_dimensions: tuple[OtherDimensions, ...] = ()
    """The metrics about the pipeline's parts that have no data, because of their dimensions. `metrics` does not have them."""
    period: MaybeUnknown[int | None] = None
    evaluation_periods: MaybeUnknown[int | None] = None
    datapoints_to_alarm: MaybeUnknown[int | None] = None
    threshold: MaybeUnknown[int | None] = None
    """The threshold of an alarm on a single metric. None: the alarm compares something else, such as a metric expression."""
    expression: Expression | None = None
    """The metric expression that the alarm compares. None: it has none, or it is unknown."""
    comparison: MaybeUnknown[str | None] = None
    """`GreaterThanThreshold`, … None: not set, which counts as an alarm that fires when the metric is high."""
    missing_data: MaybeUnknown[str | None] = None
    """How it treats periods without data: `breaching`, … None: not set, which counts as `missing`."""
    has_action: MaybeUnknown[bool] = False
    pages: bool | None = None
    """Whether it is part of the alarm that pages. None: only the settings say this."""


def is_watched(alarms: tuple[Alarm, ...], metric: str, of: str) -> MaybeUnknown[bool]:
    """Whether an alarm fires when a metric is high. Unknown if that depends on an alarm whose comparison is unknown.

    An alarm on the age in a fair queue's quiet message groups counts as one on the age.
    """
    names = (AGE, QUIET_AGE) if metric == AGE else (metric,)
    comparisons = [alarm.comparison for alarm in alarms if any(each.name in names and each.of == of for each in alarm.metrics)]
    if any(not isinstance(each, Unknown) and not fires_when_low(each) for each in comparisons):
        return True
    return next((each for each in comparisons if isinstance(each, Unknown)), False)


def fires_when_low(comparison: str | None) -> bool:
    """Whether an alarm with this comparison fires only when its metric is low."""
    return comparison is not None and comparison.startswith("LessThan") and "GreaterThan" not in comparison
