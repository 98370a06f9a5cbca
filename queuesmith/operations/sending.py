"""Sends messages to a queue, and accounts for each of them.

    from queuesmith.operations import send_messages

    sent = send_messages(boto3.client("sqs"), queue, messages, on_rejected=lambda message, why: print(message.line(), why))
    assert sent.accepted + sent.refused + sent.held_back + sent.not_sent == sent.total

The caller must store the messages that `on_rejected` receives. No other copy of them exists.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue, read_attributes
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import Sender, batches
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import RateLimit

NO_GROUP = "a message for a FIFO queue needs a group"


@dataclass
class SendResult:
    """The outcome of the messages. `total` is the sum of `accepted`, `refused`, `held_back` and `not_sent`."""

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
    """How many of `not_sent` SQS may have accepted, because its response was lost or incomplete."""
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

    A message for a FIFO queue without a deduplication id gets a new one, unless the queue uses content-based deduplication. A
    message without a message group is refused. Raises what boto3 raises if the queue's attributes cannot be read; nothing has
    been sent then.

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
        When set, the current batch is finished and the rest counts as not sent.
    on_progress
        Called with the result so far after each batch.
    on_rejected
        Receives each message that was not accepted, with the reason.

    """
    return _Sending(sqs, queue, rate, stop or Stop(), on_progress, on_rejected).run(messages)


@dataclass
class _Sending:
    sqs: Any
    queue: DeployedQueue
    rate: float | None
    stop: Stop
    on_progress: Callable[[SendResult], None]
    on_rejected: Callable[[Message, str], None]
    ungrouped: int = 0
    blocked_groups: set[str | None] = field(default_factory=set)
    """Message groups in which a message was not accepted."""

    def __post_init__(self) -> None:
        self._sender = Sender(self.sqs, self.queue.url, self.stop)
        self._sent = SendResult(self.queue.name)
        self._identified = not self.queue.is_fifo or _deduplicates_by_content(self.sqs, self.queue)

    def run(self, messages: Iterable[Message]) -> SendResult:
        rate_limit = RateLimit(self.rate, self.stop)
        for batch in batches(self._ready(messages), fifo=self.queue.is_fifo):
            self._sent.total += len(batch)
            if self._sent.failure is not None or self.stop.is_set():
                self.stop.writing_results = True
                self._not_sent(batch, self._sent.failure or "interrupted")
                continue
            self._send(batch)
            self.on_progress(self._sent)
            rate_limit.wait_for(self._sent.total - self._sent.held_back - self.ungrouped)
        return self._sent

    def _ready(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            if self.queue.is_fifo and message.group is None:
                self._sent.total += 1
                self._sent.refused += 1
                self.ungrouped += 1
                self.on_rejected(message, NO_GROUP)
            elif self._identified or message.deduplication_id is not None:
                yield message
            else:
                yield replace(message, deduplication_id=str(uuid.uuid4()))

    def _send(self, batch: list[Message]) -> None:
        sent, ready = self._sent, batch
        if self.queue.is_fifo and self.blocked_groups:
            ready = [message for message in batch if message.group not in self.blocked_groups]
            for message in (message for message in batch if message.group in self.blocked_groups):
                sent.held_back += 1
                self.on_rejected(message, "held back: a message before it in its group was not accepted")
        if not ready:
            return
        outcome = self._sender.send(ready)
        sent.accepted += len(outcome.accepted)
        sent.message_id = outcome.ids[max(outcome.ids)] if outcome.ids else sent.message_id
        sent.possibly_duplicated += (
            0 if self.queue.is_fifo else len(outcome.repeated)
        )  # a FIFO queue deduplicates the repeated message
        for position, refusal in sorted(outcome.refused.items()):
            sent.refused += 1
            self.blocked_groups.add(ready[position].group)
            self.on_rejected(ready[position], str(refusal))
        sent.possibly_sent += len(outcome.unconfirmed)
        for position, why in sorted(outcome.unconfirmed.items()):
            self.blocked_groups.add(ready[position].group)
            self._not_sent([ready[position]], why)
        if outcome.error is not None:
            sent.failure = str(as_aws_error(outcome.error))
            self._not_sent([ready[position] for position in sorted(outcome.not_sent)], sent.failure)

    def _not_sent(self, batch: list[Message], why: str) -> None:
        self._sent.not_sent += len(batch)
        for message in batch:
            self.on_rejected(message, why)


def _deduplicates_by_content(sqs: Any, queue: DeployedQueue) -> bool:
    return read_attributes(sqs, queue, ["ContentBasedDeduplication"]).get("ContentBasedDeduplication") == "true"
