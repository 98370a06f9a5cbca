"""What the rules about alarms share: the metrics, and which alarms watch them."""

from __future__ import annotations

from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Alarm, Pipeline

DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
WHERE_THERE_ARE = "judged only where the file holds alarms at all"


def alarms_of(pipeline: Pipeline) -> tuple[Alarm, ...]:
    """The pipeline's alarms. Raises NotKnownError where they are not known: they may be kept elsewhere."""
    return known(pipeline.no_alarms if pipeline.alarms is None else pipeline.alarms)


def is_watched(alarms: tuple[Alarm, ...], metric: str, of: str) -> Known[bool]:
    """Whether an alarm fires when a metric is high; unknown where it is not known when one fires."""
    comparisons = [alarm.comparison for alarm in alarms if any(each.name == metric and each.of == of for each in alarm.metrics)]
    if any(not isinstance(each, Unknown) and not fires_low(each) for each in comparisons):
        return True
    return next((each for each in comparisons if isinstance(each, Unknown)), False)


def fires_low(comparison: str | None) -> bool:
    """Whether an alarm with this comparison fires when its metric is low, and only then."""
    return comparison is not None and comparison.startswith("LessThan") and "GreaterThan" not in comparison
