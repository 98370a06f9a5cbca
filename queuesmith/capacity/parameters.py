"""The numbers of a `Pipeline` that a prediction needs. An unknown value is replaced by the default of AWS, and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from queuesmith.capacity.constants import Assumptions
from queuesmith.rules import Pipeline, Pollers, RedrivePolicy, Unknown, defaults
from queuesmith.rules.function import Function

T = TypeVar("T")
PARTIAL = "ReportBatchItemFailures"


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """A pipeline's numbers. Times are in seconds. The defaults are those of AWS."""

    batch_size: int = defaults.BATCH_SIZE
    window: float = defaults.BATCHING_WINDOW
    partial_responses: bool = True
    maximum_concurrency: int | None = None
    pollers: tuple[int, int | None] | None = None
    """Provisioned mode's minimum and maximum number of pollers. None: no provisioned mode."""
    reserved_concurrency: int | None = None
    visibility_timeout: float = defaults.VISIBILITY_TIMEOUT
    retention: float = defaults.RETENTION
    delay: float = defaults.DELAY
    max_receive_count: int | None = None
    """None: no DLQ."""
    is_fifo: bool = False
    high_throughput: bool = False
    is_fair: bool = False
    """Whether messages have group IDs on a standard queue. It affects only the cost."""
    timeout: float = defaults.FUNCTION_TIMEOUT
    memory_gb: float = defaults.MEMORY / 1_024
    architecture: str = "x86_64"
    tracing: bool = False
    message_concurrency: int = 1
    backoff: tuple[float, float] | None = None
    """The backoff's base and cap. None: failed messages return after the visibility timeout."""
    minimum_remaining_time: float | None = None
    poison_to_dlq: bool = False
    """Whether the handler sends messages that can never succeed to the DLQ immediately."""
    assumed: tuple[str, ...] = ()
    """A sentence for each value that is unknown."""
    unknown: tuple[str, ...] = ()
    """The names of these values."""

    def batch_limit(self, message_bytes: int, assumed: Assumptions) -> int:
        """Return the largest batch: the batch size, or fewer messages if 6 MB are reached before it."""
        return max(min(self.batch_size, int(assumed.payload_bytes // max(message_bytes, 1))), 1)

    def poller_limit(self, assumed: Assumptions) -> float:
        """Return the most concurrent invocations that the mapping starts."""
        if self.pollers:
            return (self.pollers[1] or assumed.default_pollers) * assumed.pollers_concurrency
        return min(self.maximum_concurrency or assumed.mapping_concurrency, max(assumed.mapping_concurrency, 1_000))

    def function_limit(self, assumed: Assumptions) -> float:
        """Return the most concurrent invocations of the function. Above it, Lambda throttles."""
        if self.reserved_concurrency is not None:
            return self.reserved_concurrency
        return assumed.account_concurrency

    def start_limit(self, assumed: Assumptions) -> float:
        """Return the concurrency with which the mapping starts."""
        limit = self.poller_limit(assumed)
        if self.pollers:
            return min(self.pollers[0] * assumed.pollers_concurrency, limit)
        return min(assumed.initial_concurrency, limit) if assumed.ramp_per_minute else limit

    def ramp(self, assumed: Assumptions) -> float:
        """Return the growth of the concurrency in invocations a second."""
        return (assumed.pollers_ramp_per_minute if self.pollers else assumed.ramp_per_minute) / 60

    def processing_seconds(self, times: Sequence[float]) -> float:
        """Return how long the handler needs for messages that take these times each."""
        whole = sum(times)
        return whole if self.message_concurrency == 1 else max(*times, whole / self.message_concurrency)

    def batch_seconds(self, messages: float, service: float, assumed: Assumptions) -> float:
        """Return how long one batch occupies the mapping: its messages and the overhead. At most the timeout."""
        rounds = max(messages / self.message_concurrency, 1.0) if messages else 0.0
        return assumed.batch_overhead + min(rounds * service, self.timeout)


class _Reader:
    """Reads values that can be unknown, and collects a sentence for each."""

    def __init__(self) -> None:
        self.assumed: list[str] = []
        self.unknown: list[str] = []

    def value(self, value: T | Unknown, default: T) -> T:
        if not isinstance(value, Unknown):
            return value
        self.unknown.append(value.what)
        self.assumed.append(f"{value.what} is unknown, so {default} is assumed")
        return default


def parameters_of(pipeline: Pipeline) -> Parameters:
    """Return the numbers of a pipeline."""
    read = _Reader()
    queue, function, mapping = pipeline.queue, pipeline.function, pipeline.mapping
    policy = read.value(queue.redrive_policy, None)
    pollers = read.value(mapping.pollers, None)
    responses = read.value(mapping.response_types, ())
    return Parameters(
        batch_size=read.value(mapping.batch_size, defaults.BATCH_SIZE),
        window=read.value(mapping.batching_window, defaults.BATCHING_WINDOW),
        partial_responses=PARTIAL in responses,
        maximum_concurrency=read.value(mapping.maximum_concurrency, None),
        pollers=_pollers(pollers, read),
        reserved_concurrency=read.value(function.reserved_concurrency, None),
        visibility_timeout=read.value(queue.visibility_timeout, defaults.VISIBILITY_TIMEOUT),
        retention=read.value(queue.retention, defaults.RETENTION),
        delay=read.value(queue.delay, defaults.DELAY),
        max_receive_count=_max_receives(policy, read),
        is_fifo=read.value(queue.fifo, False),
        high_throughput=read.value(queue.throughput_limit, None) == "perMessageGroupId",
        is_fair=queue.fair or False,
        timeout=read.value(function.timeout, defaults.FUNCTION_TIMEOUT),
        memory_gb=read.value(function.memory, defaults.MEMORY) / 1_024,
        architecture=read.value(function.architecture, defaults.ARCHITECTURE),
        tracing=read.value(function.tracing, False),
        message_concurrency=max(read.value(function.message_concurrency, 1), 1),
        backoff=_backoff(function, read),
        minimum_remaining_time=function.minimum_remaining_time,
        poison_to_dlq=function.sends_to_dlq_immediately,
        assumed=tuple(read.assumed),
        unknown=tuple(read.unknown),
    )


def _pollers(pollers: Pollers | None, read: _Reader) -> tuple[int, int | None] | None:
    if pollers is None:
        return None
    return read.value(pollers.minimum, None) or 2, read.value(pollers.maximum, None)


def _max_receives(policy: RedrivePolicy | None, read: _Reader) -> int | None:
    return None if policy is None else read.value(policy.max_receive_count, 5)


def _backoff(function: Function, read: _Reader) -> tuple[float, float] | None:
    base, cap = read.value(function.backoff_base, None), read.value(function.backoff_cap, None)
    return None if base is None or cap is None else (float(base), float(cap))
