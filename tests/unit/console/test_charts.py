"""Charts: CloudWatch's values, or those that the console has read; and the points of their lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from queuesmith.console.charts import MAXIMUM_POINTS, worker_charts
from queuesmith.console.readings import Sample
from queuesmith.operations import MetricHistory

NOW = datetime(2026, 11, 29, 22, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_line_ends_now_with_the_latest_value_and_is_scaled_to_the_highest() -> None:
    history = MetricHistory(backlog=[(ago(120), 0), (ago(60), 50), (ago(30), 100)])
    (chart,) = worker_charts(history, [], NOW)
    assert chart.points == "0,30 50,15 75,0 100,0"
    assert (chart.title, chart.latest, chart.highest, chart.begin) == ("Backlog (messages)", "100", "100", "2 h ago")


def test_values_of_cloudwatch_come_before_those_that_were_read() -> None:
    samples = [Sample(ago(2), 7, None, 3), Sample(ago(1), 9, None, 4)]
    history = MetricHistory(backlog=[(ago(60), 5)], sent=[(ago(60), 1_200)])
    charts = {chart.title: chart.latest for chart in worker_charts(history, samples, NOW)}
    assert charts == {"Backlog (messages)": "5", "Sent per minute": "1,200", "In the DLQ (messages)": "4"}


def test_unknown_counts_are_no_zeros() -> None:
    assert worker_charts(MetricHistory(), [Sample(NOW, None, None, None)], NOW) == []


def test_peaks_of_long_series_stay_visible() -> None:
    values = [(ago(1_000 - minute), 0.0) for minute in range(1_000)]
    values[501] = (values[501][0], 8.0)
    (chart,) = worker_charts(MetricHistory(backlog=values), [], NOW)
    assert chart.highest == "8"
    assert len(chart.points.split()) <= MAXIMUM_POINTS + 1
    assert any(point.endswith(",0") for point in chart.points.split())


def test_zeros_are_on_the_ground() -> None:
    (chart,) = worker_charts(MetricHistory(backlog=[(ago(1), 0)]), [], NOW)
    assert chart.points == "0,30 100,30"
