"""How a worker that is built on `queuesmith_worker` treats failed messages. Other handlers do not use these settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import StrictBool

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import PositiveSeconds, Seconds, is_token

SEND_TO_DLQ_IMMEDIATELY = "failures.send_to_dlq_immediately"
BACKOFF = "failures.backoff"
CIRCUIT_BREAKER = "failures.circuit_breaker"


class BackoffSettings(Settings):
    """Exponential backoff with full jitter: a failed message waits a random time before its next attempt.

    The upper bound is `base` after the first receive attempt and doubles with each further one, up to `cap`. After its last
    attempt, a message does not wait: it moves to the DLQ.
    """

    base: Annotated[int, Seconds(limits.BACKOFF)] = 2
    """The longest wait before the first retry, in seconds. Limits: QL215."""
    cap: Annotated[int, Seconds(limits.BACKOFF)] = 300
    """The longest wait before any retry, in seconds. Limits: QL008, QL215."""


class CircuitBreakerSettings(Settings):
    """How long messages are invisible while a circuit breaker is open (`pause_on_open` in the handler).

    The pause is `base` after the first receive attempt and doubles with each further one, up to `cap`. A random time of up to a
    quarter of the pause is added.
    """

    base: Annotated[int, Seconds(limits.PAUSE)] = 60
    """The first pause of a message, in seconds. Limits: QL231."""
    cap: Annotated[int, Seconds(limits.PAUSE)] = 900
    """The longest pause, in seconds. After an outage, a message can wait up to 1.25 times as long. Limits: QL231."""
    outage: Annotated[int, Seconds(limits.OUTAGE)] = 3_600
    """The longest outage of a dependency during which no healthy message moves to the DLQ, in seconds. The default of
    `queue.max_receive_count` follows from it. Limits: QL231, QL232."""


class FailureSettings(Settings):
    """How the handler treats failed messages, in addition to returning them to the queue."""

    send_to_dlq_immediately: StrictBool = False
    """Send messages that can never succeed (`NonRetryable`, and messages that fail validation) to the DLQ immediately, with the
    reason. The function gets `sqs:SendMessage` on the DLQ. Default: they are retried like all other failed messages."""
    backoff: BackoffSettings | None = None
    """Retry failed messages with exponential backoff. The function gets `sqs:ChangeMessageVisibility` on the queue. Default:
    each retry waits for the visibility timeout."""
    circuit_breaker: CircuitBreakerSettings | None = None
    """Keep messages out of the DLQ while a dependency is down. Put `pause_on_open` around the function that calls the
    dependency: the handler then pauses its batches, and messages have enough receive attempts for the pauses. Needs `backoff`.
    Default: messages have no additional attempts."""
    minimum_remaining_time: PositiveSeconds | None = None
    """The time that must remain in the invocation before the handler starts another message, in seconds. Messages that are not
    started return to the queue. If a message takes longer, its time becomes the minimum for the rest of the batch. Default: a
    tenth of the timeout, at most 1 second. Limits: QL216."""

    @property
    def url_variables(self) -> dict[str, str]:
        """Return the names of the environment variables for the URLs that the handler needs, by key path."""
        variables = {}
        if self.send_to_dlq_immediately:
            variables[SEND_TO_DLQ_IMMEDIATELY] = "WORKER_DEAD_LETTER_QUEUE_URL"
        if self.backoff is not None:
            variables[BACKOFF] = "WORKER_QUEUE_URL"
        return variables

    def number_variables(self) -> Iterator[tuple[str, str]]:
        """Yield the environment variables for numbers, with their values."""
        if self.backoff is not None:
            yield "WORKER_BACKOFF_BASE", str(self.backoff.base)
            yield "WORKER_BACKOFF_CAP", str(self.backoff.cap)
        if self.circuit_breaker is not None:
            yield "WORKER_PAUSE_BASE", str(self.circuit_breaker.base)
            yield "WORKER_PAUSE_CAP", str(self.circuit_breaker.cap)
        minimum = self.minimum_remaining_time
        if minimum is not None:
            yield "WORKER_TIME_FLOOR", str(minimum) if is_token(minimum) else f"{minimum:g}"
