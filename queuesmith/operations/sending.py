"""Sends messages to a queue, and counts the outcome of each.

    from queuesmith.operations import send_messages

    sent = send_messages(boto3.client("sqs"), queue, messages, on_rejected=lambda message, why: print(message.line(), why))
    assert sent.accepted + sent.refused + sent.held_back + sent.not_sent == sent.total

The caller must store the messages that `on_rejected` receives. No other copy of them exists.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from queuesmith.aws.queues import DeployedQueue, read_attributes
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import BatchSender, SendOutcome, split_into_batches
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import RateLimit

NO_GROUP = "a message for a FIFO queue must have a message group id"
HELD_BACK = "an earlier message of its group was not accepted"


@dataclass
class SendResult:
    """What happened to the messages. `total` is the sum of `accepted`, `refused`, `held_back` and `not_sent`."""

    queue: str
    """The queue's name."""
    total: int = 0
    """Number of messages."""
    accepted: int = 0
    """Messages that SQS accepted."""
    refused: int = 0
    """Messages that SQS refused as invalid."""
    held_back: int = 0
    """Messages that were not sent because an earlier message of their group was not accepted."""
    not_sent: int = 0
    """Messages that were not sent because the command was interrupted or the queue was unreachable, or that SQS did not
    confirm.
    """
    possibly_sent: int = 0
    """The part of `not_sent` that SQS may have accepted, because its response was lost or incomplete."""
    possibly_duplicated: int = 0
    """How many of `accepted` may be in the queue twice, because they were sent again after a lost connection."""
    message_id: str | None = None
    """Message id of the last message that SQS accepted."""
    failure: str | None = None
    """The error that ended the sending early. Null if there was none."""

    @property
    def rejected(self) -> int:
        """The number of messages that were not accepted."""
        return self.refused + self.held_back + self.not_sent


def send_messages(
    sqs: Any,
    queue: DeployedQueue,
    messages: Iterable[Message],
    *,
    rate: float | None = None,
    stop: Stop | None = None,
    on_progress: Callable[[SendResult], None] = lambda _: None,
    on_rejected: Callable[[Message, str], None] = lambda *_: None,
) -> SendResult:
    """Send messages in their order, in batches of ten.

    On a FIFO queue, a message without a message group is refused, and a message without a deduplication id gets one, unless the
    queue uses content-based deduplication. If the queue's attributes cannot be read, boto3's exceptions propagate, and no
    message has been sent.

    Parameters
    ----------
    sqs
        The boto3 client.
    queue
        The destination.
    messages
        The messages.
    rate
        The largest number of messages a second; None: no limit.
    stop
        When set, sending stops after the current batch, and the rest counts as not sent.
    on_progress
        Called with the result so far after each batch.
    on_rejected
        Receives each message that was not accepted, with the reason.

    """
    return _Sending(sqs, queue, stop or Stop(), on_progress, on_rejected).run(messages, rate)


class _Sending:
    def __init__(
        self,
        sqs: Any,
        queue: DeployedQueue,
        stop: Stop,
        on_progress: Callable[[SendResult], None],
        on_rejected: Callable[[Message, str], None],
    ) -> None:
        self._queue, self._stop, self._on_progress, self._on_rejected = queue, stop, on_progress, on_rejected
        self._sender, self._result = BatchSender(sqs, queue.url, stop), SendResult(queue.name)
        self._needs_deduplication_id = queue.is_fifo and not _deduplicates_by_content(sqs, queue)
        self._without_group = 0
        self._blocked_groups: set[str | None] = set()
        """Message groups of a FIFO queue in which a message was not accepted."""

    def run(self, messages: Iterable[Message], rate: float | None) -> SendResult:
        rate_limit, result = RateLimit(rate, self._stop), self._result
        for batch in split_into_batches(self._prepare(messages), fifo=self._queue.is_fifo):
            result.total += len(batch)
            if result.failure is not None or self._stop.is_set():
                self._stop.writing_results = True
                result.not_sent += len(batch)
                for message in batch:
                    self._on_rejected(message, result.failure or "interrupted")
                continue
            self._send(batch)
            self._on_progress(result)
            rate_limit.wait_for(result.total - result.held_back - self._without_group)
        return result

    def _prepare(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            if self._queue.is_fifo and message.group is None:
                self._result.total += 1
                self._result.refused += 1
                self._without_group += 1
                self._on_rejected(message, NO_GROUP)
            elif self._needs_deduplication_id and message.deduplication_id is None:
                yield replace(message, deduplication_id=str(uuid.uuid4()))
            else:
                yield message

    def _send(self, batch: list[Message]) -> None:
        held_back = [message for message in batch if message.group in self._blocked_groups]
        self._result.held_back += len(held_back)
        for message in held_back:
            self._on_rejected(message, HELD_BACK)
        if ready := [message for message in batch if message.group not in self._blocked_groups]:
            for outcome in self._sender.send(ready):
                self._record(outcome)
            self._result.failure = self._sender.failure

    def _record(self, outcome: SendOutcome) -> None:
        result = self._result
        if outcome.status == "accepted":
            result.accepted += 1
            result.message_id = outcome.message_id
            result.possibly_duplicated += outcome.has_lost_response and not self._queue.is_fifo  # FIFO queues deduplicate
            return
        if self._queue.is_fifo:
            self._blocked_groups.add(outcome.message.group)
        result.refused += outcome.status == "refused"
        result.not_sent += outcome.status != "refused"
        result.possibly_sent += outcome.status == "unconfirmed"
        self._on_rejected(outcome.message, outcome.reason)


def _deduplicates_by_content(sqs: Any, queue: DeployedQueue) -> bool:
    return read_attributes(sqs, queue, ["ContentBasedDeduplication"]).get("ContentBasedDeduplication") == "true"
