"""The cases of the rules about alarms: QL301 to QL308."""

from __future__ import annotations

from typing import Any

from queuesmith.rules import Metric
from queuesmith.rules.alarms import NO_ALARMS, OtherDimensions
from queuesmith.rules.metrics import SQS
from tests.unit.rules.cases import Cases, Change
from tests.unit.rules.pipelines import METRICS, UNKNOWN, alarm
from tests.unit.rules.queue_cases import ITSELF

AGE, DEPTH, ERRORS, THROTTLES = METRICS
QUIET_AGE, SENT = Metric("ApproximateAgeOfOldestMessageInQuietGroups", "queue"), Metric("NumberOfMessagesSent", "queue")


def alarms(*metrics: Metric, **around: Any) -> tuple[Change, ...]:
    """A pipeline with one alarm on these metrics."""
    return ({"alarms": (alarm(*metrics),), **around},)


def with_timing(**changes: Any) -> tuple[Change, ...]:
    """A pipeline with one alarm that has other values."""
    return ({"alarms": (alarm(*METRICS, **changes),)},)


def with_threshold(
    metric: Metric, threshold: Any, comparison: Any = "GreaterThanOrEqualToThreshold", **around: Any
) -> tuple[Change, ...]:
    """A pipeline with one alarm that compares one metric."""
    return ({"alarms": (alarm(metric, threshold=threshold, comparison=comparison),), **around},)


def with_missing_data(
    treated: Any, *metrics: Metric, comparison: Any = "LessThanThreshold", threshold: int | None = 1
) -> tuple[Change, ...]:
    """A pipeline with one alarm that treats missing data in a way."""
    return ({"alarms": (alarm(*metrics, threshold=threshold, comparison=comparison, missing_data=treated),)},)


def with_actions(*has_action: Any, environment: Any = "production") -> tuple[Change, ...]:
    """A pipeline in an environment, with alarms that have an action or have none."""
    return ({"alarms": tuple(alarm(*METRICS, has_action=each) for each in has_action), "environment": environment},)


def deployed(*has_action: Any, environment: Any = "test") -> tuple[Change, ...]:
    """The same, with deployed alarms."""
    (change,) = with_actions(*has_action, environment=environment)
    return ({**change, "deployed": True},)


def with_comparisons(*comparisons: Any) -> tuple[Change, ...]:
    """Pipelines with one alarm, each with another comparison operator."""
    return tuple({"alarms": (alarm(*METRICS, comparison=each),)} for each in comparisons)


ALARMS = {
    "QL301": Cases(
        fine=(
            *with_actions(False, True),
            *with_actions(True, UNKNOWN),
            *with_actions(False, environment="test"),
            *with_actions(False, environment=None),
            *with_actions(False, environment="production2"),
            *with_actions(False, environment="non-production"),
            *deployed(True, True),
            *deployed(environment=None),
        ),
        warning=(
            *with_actions(False),
            *with_actions(),
            *(
                change
                for name in ("prod", "PRD", "Live", "prod-eu", "Production_2")
                for change in with_actions(False, environment=name)
            ),
            *deployed(False),
            *deployed(True, False, environment=None),
            *deployed(environment="production"),
        ),
        unknown=(
            *with_actions(False, UNKNOWN),
            *with_actions(False, environment=UNKNOWN),
            {"alarms": NO_ALARMS, "environment": None},
            *deployed(True, UNKNOWN),
        ),
    ),
    "QL302": Cases(
        fine=(
            *alarms(DEPTH),
            {"alarms": (), "dead_letter_queue": None},
            {"alarms": (), **ITSELF},
            *with_comparisons("GreaterThanThreshold", "LessThanLowerOrGreaterThanUpperThreshold", None),
        ),
        warning=(
            {"alarms": ()},
            *alarms(AGE, ERRORS, THROTTLES),
            *alarms(Metric("NumberOfMessagesSent", "dead_letter_queue")),
            *alarms(Metric(DEPTH.name, "queue")),
            *with_comparisons("LessThanThreshold", "LessThanOrEqualToThreshold"),
        ),
        unknown=({"dead_letter_queue": UNKNOWN}, {"alarms": NO_ALARMS}, *with_comparisons(UNKNOWN)),
    ),
    "QL303": Cases(
        fine=(*alarms(AGE, ERRORS, THROTTLES), *alarms(QUIET_AGE, ERRORS, THROTTLES)),
        warning=(
            *alarms(ERRORS, THROTTLES),
            *alarms(AGE, THROTTLES),
            *alarms(AGE, ERRORS),
            {"alarms": ()},
            *with_comparisons("LessThanThreshold"),
        ),
        unknown=({"alarms": NO_ALARMS}, *with_comparisons(UNKNOWN)),
    ),
    "QL304": Cases(
        fine=(
            *(change for period in (10, 20, 30, 60, 120, 86_400, None) for change in with_timing(period=period)),
            *with_timing(evaluation_periods=3, datapoints_to_alarm=3),
            *with_timing(evaluation_periods=UNKNOWN, datapoints_to_alarm=None),
            *with_timing(period=60, evaluation_periods=1_440),
            *with_timing(period=3_600, evaluation_periods=168),
            {"alarms": NO_ALARMS},
        ),
        hard=(
            *(change for period in (-60, 0, 1, 9, 11, 31, 59, 61, 90) for change in with_timing(period=period)),
            *with_timing(evaluation_periods=2, datapoints_to_alarm=3),
            *with_timing(period=60, evaluation_periods=1_441),
            *with_timing(period=3_540, evaluation_periods=25),
            *with_timing(period=3_600, evaluation_periods=169),
        ),
        unknown=(
            *with_timing(period=UNKNOWN),
            *with_timing(datapoints_to_alarm=UNKNOWN),
            *with_timing(evaluation_periods=UNKNOWN),
        ),
    ),
    "QL305": Cases(
        fine=(
            *alarms(AGE, DEPTH),
            *alarms(ERRORS),
            *alarms(AGE, queue={"fifo": True}),
            *alarms(AGE, dead_letter_queue=None),
            *alarms(AGE, **ITSELF),
        ),
        warning=(*alarms(AGE), *alarms(QUIET_AGE), *alarms(AGE, Metric(DEPTH.name, "queue"))),
        unknown=(*alarms(AGE, queue={"fifo": UNKNOWN}), *alarms(AGE, dead_letter_queue=UNKNOWN), {"alarms": NO_ALARMS}),
    ),
    "QL306": Cases(
        fine=(
            *with_threshold(AGE, 345_599),
            *with_threshold(AGE, 10**9, comparison="LessThanThreshold"),
            *with_threshold(AGE, None),
            *with_threshold(Metric(AGE.name, "dead_letter_queue"), 1_209_599),
            *with_threshold(Metric("Duration", "function"), 30_000),
            *with_threshold(Metric("Duration", "function"), 29_999, comparison="GreaterThanThreshold"),
            *with_threshold(Metric("ConcurrentExecutions", "function"), 10**6),
            *with_threshold(Metric("ConcurrentExecutions", "function"), 5, function={"reserved_concurrency": 5}),
            *with_threshold(Metric("ConcurrentExecutions", "function"), 5, function={"reserved_concurrency": 0}),
            *with_threshold(ERRORS, 10**9),
            {"alarms": (alarm(AGE, DEPTH, threshold=10**9),)},
            {"alarms": NO_ALARMS},
        ),
        warning=(
            *with_threshold(AGE, 345_600),
            *with_threshold(QUIET_AGE, 345_600),
            *with_threshold(AGE, 10**9, comparison=None),
            *with_threshold(Metric(AGE.name, "dead_letter_queue"), 1_209_600),
            *with_threshold(Metric("Duration", "function"), 30_001),
            *with_threshold(Metric("Duration", "function"), 30_000, comparison="GreaterThanThreshold"),
            *with_threshold(Metric("ConcurrentExecutions", "function"), 6, function={"reserved_concurrency": 5}),
        ),
        unknown=(
            *with_threshold(AGE, UNKNOWN),
            *with_threshold(AGE, 5, queue={"retention": UNKNOWN}),
            *with_threshold(AGE, 5, comparison=UNKNOWN),
            *with_threshold(Metric(AGE.name, "dead_letter_queue"), 5, dead_letter_queue=UNKNOWN),
            *with_threshold(Metric("Duration", "function"), 5, function={"timeout": UNKNOWN}),
            *with_threshold(Metric("ConcurrentExecutions", "function"), 5, function={"reserved_concurrency": UNKNOWN}),
        ),
    ),
    "QL307": Cases(
        fine=(
            *with_missing_data("breaching", SENT),
            *with_missing_data("notBreaching", SENT, comparison="GreaterThanThreshold"),
            *with_missing_data("notBreaching", SENT, comparison=None),
            *with_missing_data("notBreaching", SENT, threshold=None),
            *with_missing_data("notBreaching", Metric(DEPTH.name, "queue")),
            *with_missing_data("notBreaching", Metric(SENT.name, "dead_letter_queue")),
            {"alarms": NO_ALARMS},
        ),
        warning=(
            *with_missing_data(None, SENT),
            *with_missing_data("missing", SENT, comparison="LessThanOrEqualToThreshold"),
            *with_missing_data("ignore", Metric("Invocations", "function")),
        ),
        unknown=(*with_missing_data(UNKNOWN, SENT), *with_missing_data("missing", SENT, comparison=UNKNOWN)),
    ),
    "QL308": Cases(
        fine=(
            *alarms(*METRICS),
            *alarms(Metric("SentMessageSize", "dead_letter_queue"), Metric("Duration", "function")),
            *alarms(Metric("QueueWait", "handler")),
            {"alarms": NO_ALARMS},
        ),
        warning=(
            *alarms(Metric("ApproximateNumberOfVisibleMessages", "dead_letter_queue")),
            *alarms(Metric("errors", "function")),
            *alarms(AGE, Metric("Errors", "queue")),
            *alarms(Metric(DEPTH.name, "function")),
            {"alarms": (alarm(AGE, other_dimensions=(OtherDimensions(SQS, DEPTH.name, ("Queue",)),)),)},
        ),
    ),
}
