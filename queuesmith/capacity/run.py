"""What an engine returns: the state every step, and totals."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field


@dataclass
class Series:
    """The state at the end of each step, and what happened in the step. All lists have the same length."""

    step: float
    """Seconds."""
    visible: list[float] = field(default_factory=list)
    """Messages that wait in the queue."""
    invisible: list[float] = field(default_factory=list)
    """Messages that are in flight, also during their backoff."""
    age: list[float] = field(default_factory=list)
    """The age of the oldest message that is not deleted, in seconds."""
    metric_age: list[float] = field(default_factory=list)
    """The same as CloudWatch reports it."""
    concurrency: list[float] = field(default_factory=list)
    """Batches that occupy the mapping, with the overhead before and after the invocation."""
    executions: list[float] = field(default_factory=list)
    """The part of them that runs in the function: ConcurrentExecutions."""
    dead: list[float] = field(default_factory=list)
    """Messages in the DLQ."""
    sent: list[float] = field(default_factory=list)
    deleted: list[float] = field(default_factory=list)
    invocations: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    """Invocations that raised an error or timed out."""
    throttles: list[float] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    """Messages that the function reported as failed, or whose whole batch failed: FailedInvokeEventCount."""
    batch: list[float] = field(default_factory=list)
    """The most messages in an invocation."""


@dataclass
class Totals:
    """The totals of a run."""

    sent: float = 0.0
    done: float = 0.0
    filtered: float = 0.0
    dead: float = 0.0
    """Messages that reached the DLQ."""
    wrongly_dead: float = 0.0
    """Messages in the DLQ that would have succeeded in another attempt."""
    expired: float = 0.0
    visible: float = 0.0
    """Messages that wait at the end."""
    invisible: float = 0.0
    """Messages in flight at the end."""
    received: float = 0.0
    """Messages in receives, with repetitions."""
    receives: float = 0.0
    """Receive requests that returned messages."""
    invocations: float = 0.0
    cold_starts: float = 0.0
    throttles: float = 0.0
    errors: float = 0.0
    handler_seconds: float = 0.0
    """Billed seconds of all invocations, with initialization."""
    visibility_changes: float = 0.0
    """ChangeMessageVisibility requests."""
    sent_to_dlq: float = 0.0
    """Messages that the handler sent to the DLQ."""
    busy_seconds: float = 0.0
    """Seconds of the mapping's concurrency, with overhead."""

    def unaccounted(self) -> float:
        """Return sent minus done, filtered, dead, expired, visible and invisible: 0 if no message is lost or doubled."""
        return self.sent - (self.done + self.filtered + self.dead + self.expired + self.visible + self.invisible)


@dataclass
class Run:
    """The result of one engine."""

    engine: str
    """`events` or `slots`."""
    series: Series
    totals: Totals
    latencies: array[float] = field(default_factory=lambda: array("d"))
    """Seconds from sending to deletion, ascending."""
    weights: array[float] | None = None
    """How many messages have each latency. None: one."""

    def latency(self, share: float) -> float | None:
        """Return the seconds within which this share (0 to 1) of the messages is processed. None: no message was."""
        if not self.latencies:
            return None
        if self.weights is None:
            return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]
        goal, reached = share * sum(self.weights), 0.0
        for seconds, weight in zip(self.latencies, self.weights, strict=True):
            reached += weight
            if reached >= goal:
                return seconds
        return self.latencies[-1]

    @property
    def mean_latency(self) -> float | None:
        """The mean in seconds."""
        if not self.latencies:
            return None
        if self.weights is None:
            return sum(self.latencies) / len(self.latencies)
        total = sum(self.weights)
        return sum(map(float.__mul__, self.latencies, self.weights)) / total
