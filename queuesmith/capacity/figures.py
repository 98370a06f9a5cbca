"""The figures of a run that answer the user's questions."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.capacity.bounds import maximum_rate
from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Run
from queuesmith.capacity.workload import Workload


@dataclass(frozen=True)
class Figures:
    """The figures of one run. Times are in seconds."""

    maximum_rate: float
    """The largest sustainable rate, in messages a second."""
    backlog: float
    """The largest number of waiting messages."""
    age: float
    """The highest age of a message in the queue, in seconds."""
    metric_age: float
    """The highest ApproximateAgeOfOldestMessage, as CloudWatch reports it, in seconds."""
    drain: float | None
    """Seconds after the peak until the backlog is processed. Null: it is never processed."""
    p50: float | None
    """Median of the time from sending to deletion, in seconds. Null: no message is processed."""
    p95: float | None
    """95th percentile of the time from sending to deletion, in seconds."""
    p99: float | None
    """99th percentile of the time from sending to deletion, in seconds."""
    concurrency: float
    """The largest number of concurrent invocations."""
    in_flight: float
    """The largest number of messages in flight."""
    throttles: float
    """Throttled invocations."""
    errors: float
    """Invocations that raise an error or reach the timeout."""
    receives: float
    """Average number of receive attempts per message. Messages that still wait at the end do not count."""
    dead: float
    """Messages that reach the DLQ."""
    wrongly_dead: float
    """Messages in the DLQ that would have succeeded in another attempt."""
    expired: float
    """Messages that SQS deletes because their retention period ends."""
    cold_starts: float
    """Execution environments that are initialized."""


def figures_of(run: Run, parameters: Parameters, workload: Workload, assumed: Assumptions) -> Figures:
    """Return the figures of a run."""
    series, totals = run.series, run.totals
    most = maximum_rate(parameters, workload, assumed)
    return Figures(
        maximum_rate=most,
        backlog=max(series.visible),
        age=max(series.age),
        metric_age=max(series.metric_age),
        drain=_drain(run, workload, most),
        p50=run.latency(0.5),
        p95=run.latency(0.95),
        p99=run.latency(0.99),
        concurrency=max(series.concurrency),
        in_flight=max(series.invisible),
        throttles=totals.throttles,
        errors=totals.errors,
        receives=min(totals.received / max(totals.sent - totals.visible, 1.0), parameters.max_receive_count or float("inf")),
        dead=totals.dead,
        wrongly_dead=totals.wrongly_dead,
        expired=totals.expired,
        cold_starts=totals.cold_starts,
    )


def _drain(run: Run, workload: Workload, most: float) -> float | None:
    """Return the seconds from the end of the peak, or from the start without one, until the backlog is processed.

    Then no more messages wait than arrive in two seconds. After the end of the run, the largest rate is assumed.
    """
    series, peak_end = run.series, workload.peak.end
    end = 0.0 if peak_end >= workload.until else peak_end
    few = max(workload.phases[-1].rate * 2, 10.0)
    largest = max(range(len(series.visible)), key=series.visible.__getitem__)
    for index in range(largest, len(series.visible)):
        if series.visible[index] <= few:
            return max((index + 1) * series.step - end, 0.0)
    spare = most - workload.phases[-1].rate
    return workload.until - end + series.visible[-1] / spare if spare > 0 else None
