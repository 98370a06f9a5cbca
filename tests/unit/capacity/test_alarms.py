"""Alarms on a run: metric expressions, and the metrics that the model computes."""

from __future__ import annotations

import pytest

from queuesmith.capacity.alarms import AlarmForecast, forecast_alarms
from queuesmith.capacity.constants import PROFILES
from queuesmith.capacity.events import run_events
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Series
from queuesmith.capacity.slots import run_slots
from queuesmith.capacity.workload import ServiceTime, Workload, steady
from queuesmith.rules import Alarm, Metric
from queuesmith.rules.alarms import AGE, Expression
from queuesmith.settings.derived.alarm_specs import DRAIN, ERROR_RATE

PARAMETERS = Parameters(batch_size=10, maximum_concurrency=5, timeout=3, visibility_timeout=18, max_receive_count=3)
WORKLOAD = Workload(
    phases=steady(20, 600), service=ServiceTime.of_percentiles({50: 0.02, 99: 0.2}), transient=0.05, poison=0.01, raised=0.1
)
INVOCATIONS = tuple(Metric(name, "function", "Sum", name.lower()) for name in ("Errors", "Invocations"))
WAITING = Metric("ApproximateNumberOfMessagesVisible", "queue", "Maximum", "waiting")
DELETED = Metric("NumberOfMessagesDeleted", "queue", "Sum", "deleted")


def forecast(
    series: Series, *metrics: Metric, expression: str | None = None, threshold: float = 0, period: int = 60
) -> AlarmForecast:
    """What an alarm on these metrics does."""
    compared = None if expression is None else Expression(expression, threshold)
    single = int(threshold) if expression is None else None
    each = Alarm(metrics=metrics, expression=compared, threshold=single, period=period, evaluation_periods=1)
    (found,) = forecast_alarms([each], series, PARAMETERS, WORKLOAD)
    return found


def series(length: int = 600, **values: list[float]) -> Series:
    """A run with steps of a second. The values repeat each of theirs equally often."""
    found = Series(1.0)
    for name, each in values.items():
        setattr(found, name, [value for value in each for _ in range(length // len(each))])
    return found


@pytest.mark.parametrize(
    ("errors", "invocations", "threshold", "first"),
    [
        ([0, 0, 1, 0], [10, 10, 10, 10], 10, 450),
        ([0, 0, 1, 0], [10, 10, 10, 10], 11, None),
        ([0, 0, 0, 0], [0, 0, 0, 0], 1, None),
    ],
)
def test_expression_is_evaluated_in_each_period(
    errors: list[float], invocations: list[float], threshold: float, first: float | None
) -> None:
    run = series(errors=errors, invocations=invocations)
    found = forecast(run, *INVOCATIONS, expression=ERROR_RATE, threshold=threshold, period=150)
    assert (found.skipped, found.first, found.threshold) == (None, first, threshold)


def test_time_to_drain_is_the_backlog_by_the_rate_of_deletions() -> None:
    run = series(1_200, visible=[0, 600, 600, 0], deleted=[1, 1, 0, 0])
    limits = [forecast(run, WAITING, DELETED, expression=DRAIN, threshold=each, period=300).first for each in (599, 600, 601)]
    assert limits == [600, 600, 900], "600 s at one a second, then never"


@pytest.mark.parametrize(
    ("expression", "fires"),
    [
        ("waiting / deleted", False),
        ("(waiting > 1 AND waiting < 3) && NOT_A_NAME > 1", None),
        ("MAX([waiting, 9]) - 2^3", True),
        ("SUM([waiting, 1, 1]) * 0", False),
        ("IF(waiting >= 5 OR deleted == 1, 1, 0)", True),
        ("FLOOR(-FILL(waiting, REPEAT)) + 6", True),
        ("IF(HOUR(waiting) > 6, 1, 0)", None),
        ("ANOMALY_DETECTION_BAND(waiting, 2)", None),
        ("SELECT AVG(CPU) FROM X", None),
        ("waiting % 2", None),
        ("__import__('os')", None),
        ("waiting.real", None),
        ("MAX(waiting)", None),
        ("10 ^ 10 ^ 10", False),
    ],
)
def test_metric_math_is_evaluated_or_the_reason_is_given(expression: str, fires: bool | None) -> None:
    found = forecast(series(visible=[5], deleted=[0]), WAITING, DELETED, expression=expression, threshold=1)
    assert (found.first is not None if found.skipped is None else None) is fires
    assert found.skipped is None or found.skipped.startswith("its expression ")


def test_metric_or_statistic_without_data_is_named() -> None:
    run = series(errors=[1], visible=[1])
    assert forecast(run, Metric("MaxMemoryUsed", "log", "Maximum")).skipped == "the model has no MaxMemoryUsed"
    assert forecast(run, Metric("Errors", "function", "Average")).skipped == "the model has no Average of Errors"
    assert forecast(run).skipped == "it watches no metric of the pipeline"


def test_age_in_the_dlq_counts_from_the_first_message_in_it() -> None:
    run = series(dead=[0, 1, 5, 5])
    assert [forecast(run, Metric(AGE, "dead_letter_queue", "Maximum"), threshold=each).first for each in (300, 500)] == [
        480,
        None,
    ]


@pytest.mark.parametrize("engine", [run_events, run_slots])
def test_engines_count_failed_messages_and_the_size_of_batches(engine: object) -> None:
    run = engine(PARAMETERS, WORKLOAD, PROFILES["aws-2026-08"].assume(), 1.0)  # type: ignore[operator]
    attempts, failed = sum(run.series.deleted) + sum(run.series.failed), sum(run.series.failed)
    assert failed / attempts == pytest.approx(0.16, rel=0.25), "10 % of the batches, and 6 % of the other messages"
    assert 1 <= max(run.series.batch) <= 10


def test_percentile_of_the_duration_is_that_of_the_largest_batches() -> None:
    run = series(batch=[1, 10])
    duration = Metric("Duration", "function", "p99")
    firsts = [forecast(run, duration, threshold=each, period=300).first for each in (50, 190, 300, 3_000)]
    assert firsts == [300, 300, 600, None]
