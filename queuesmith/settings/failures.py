"""How a worker that is built on `queuesmith_worker` treats failed messages. Other handlers do not use these settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import PositiveSeconds, Seconds, is_token

SEND_TO_DLQ_IMMEDIATELY = "failures.send_to_dlq_immediately"
BACKOFF = "failures.backoff"


class BackoffSettings(Settings):
    """How long a failed message waits before its next try: a random time, whose upper bound is `base` after the first receive
    and doubles with each further one, up to `cap` (full jitter). On its last receive it does not wait: it goes to the DLQ.
    """

    base: Annotated[int, Seconds(limits.BACKOFF)] = 2
    """Seconds: the longest wait before the first retry. Limits: QL215."""
    cap: Annotated[int, Seconds(limits.BACKOFF)] = 300
    """Seconds: no wait is longer. Limits: QL008, QL215."""


class FailureSettings(Settings):
    """What the handler does with messages that fail, beside returning them."""

    send_to_dlq_immediately: bool = False
    """Messages that will never work (`NonRetryable`, and those that do not validate) go to the DLQ at once, with the reason:
    the function gets `sqs:SendMessage` on the DLQ. Left out: they are tried as often as all others."""
    backoff: BackoffSettings | None = None
    """The function gets `sqs:ChangeMessageVisibility` on the queue. Left out: every try waits for the visibility timeout."""
    minimum_remaining_time: PositiveSeconds | None = None
    """Seconds that have to be left of the invocation before another message is begun; what is not begun is handed back. Left
    out: a tenth of the timeout, at most 1. A message slower than that raises it for the rest of its batch. Limits: QL216."""

    @property
    def named(self) -> dict[str, str]:
        """Return the names of the environment variables for the URLs that the handler needs, by key path."""
        return {
            path: variable
            for path, variable, needed in (
                (SEND_TO_DLQ_IMMEDIATELY, "WORKER_DEAD_LETTER_QUEUE_URL", self.send_to_dlq_immediately),
                (BACKOFF, "WORKER_QUEUE_URL", self.backoff is not None),
            )
            if needed
        }

    def variables(self) -> Iterator[tuple[str, str]]:
        """Yield the environment variables for numbers, with their values."""
        if self.backoff is not None:
            yield "WORKER_BACKOFF_BASE", str(self.backoff.base)
            yield "WORKER_BACKOFF_CAP", str(self.backoff.cap)
        least = self.minimum_remaining_time
        if least is not None:
            yield "WORKER_TIME_FLOOR", str(least) if is_token(least) else f"{least:g}"
