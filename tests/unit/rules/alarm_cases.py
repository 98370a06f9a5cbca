"""The table of the rules about alarms: QL301 to QL305."""

from __future__ import annotations

from typing import Any

from queuesmith.rules import Metric
from tests.unit.rules.cases import Cases, Change
from tests.unit.rules.pipelines import METRICS, UNKNOWN, alarm

AGE, DEPTH, ERRORS, THROTTLES = METRICS


def alarms(*metrics: Metric, **around: Any) -> tuple[Change, ...]:
    """A pipeline with one alarm on these metrics."""
    return ({"alarms": (alarm(*metrics),), **around},)


def timed(**changes: Any) -> tuple[Change, ...]:
    """A pipeline with one alarm that has other numbers."""
    return ({"alarms": (alarm(*METRICS, **changes),)},)


def telling(*has_action: Any, environment: Any = "production") -> tuple[Change, ...]:
    """A pipeline in an environment, with alarms that tell someone or do not."""
    return ({"alarms": tuple(alarm(*METRICS, has_action=each) for each in has_action), "environment": environment},)


ALARMS = {
    "QL301": Cases(
        fine=(
            *telling(False, True),
            *telling(True, UNKNOWN),
            *telling(False, environment="test"),
            *telling(False, environment=None),
            {"alarms": None, "environment": UNKNOWN},
        ),
        warning=(
            *telling(False),
            *telling(),
            *(change for name in ("prod", "PRD", "Live") for change in telling(False, environment=name)),
        ),
        unknown=(*telling(False, UNKNOWN), *telling(False, environment=UNKNOWN)),
    ),
    "QL302": Cases(
        fine=(*alarms(DEPTH), {"alarms": None}, {"alarms": (), "dead_letter_queue": None}),
        warning=(
            {"alarms": ()},
            *alarms(AGE, ERRORS, THROTTLES),
            *alarms(Metric("NumberOfMessagesSent", "dead_letter_queue")),
            *alarms(Metric(DEPTH.name, "queue")),
        ),
        unknown=({"dead_letter_queue": UNKNOWN},),
    ),
    "QL303": Cases(
        fine=(*alarms(AGE, ERRORS, THROTTLES), {"alarms": None}),
        warning=(*alarms(ERRORS, THROTTLES), *alarms(AGE, THROTTLES), *alarms(AGE, ERRORS), {"alarms": ()}),
    ),
    "QL304": Cases(
        fine=(
            *(change for period in (10, 20, 30, 60, 120, 86_400, None) for change in timed(period=period)),
            *timed(evaluation_periods=3, datapoints_to_alarm=3),
            *timed(evaluation_periods=UNKNOWN, datapoints_to_alarm=None),
        ),
        hard=(
            *(change for period in (-60, 0, 1, 9, 11, 31, 59, 61, 90) for change in timed(period=period)),
            *timed(evaluation_periods=2, datapoints_to_alarm=3),
        ),
        unknown=(*timed(period=UNKNOWN), *timed(datapoints_to_alarm=UNKNOWN), *timed(evaluation_periods=UNKNOWN)),
    ),
    "QL305": Cases(
        fine=(*alarms(AGE, DEPTH), *alarms(ERRORS), *alarms(AGE, queue={"fifo": True}), {"alarms": None}),
        warning=(*alarms(AGE), *alarms(AGE, Metric(DEPTH.name, "queue"))),
        unknown=(*alarms(AGE, queue={"fifo": UNKNOWN}), *alarms(AGE, dead_letter_queue=UNKNOWN)),
    ),
}
