"""Sends messages to a queue, and accounts for each.

from queuesmith.send import send

sent = send(boto3.client("sqs"), queue, messages, on_rejected=lambda message, why: print(message.line(), why))
assert sent.accepted + sent.rejected == sent.given
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.queues import Queue, attributes
from queuesmith.aws.refusals import said
from queuesmith.batches import Sender, batches
from queuesmith.errors import UsageError
from queuesmith.messages import Message


@dataclass
class Sent:
    """What became of the messages. Each is accepted or rejected."""

    queue: str
    """The queue's name."""
    given: int = 0
    """How many there were."""
    accepted: int = 0
    """SQS has them."""
    refused: int = 0
    """SQS does not take them as they are."""
    held_back: int = 0
    """Not sent, because one before them in their group was refused."""
    not_sent: int = 0
    """Not sent, because it was interrupted or the queue could not be reached any more."""
    perhaps_sent: int = 0
    """Of those not sent: how many SQS may have accepted all the same, as the connection broke before its answer."""
    failure: str | None = None
    """What ended it before its end."""

    @property
    def rejected(self) -> int:
        """All that were not accepted."""
        return self.refused + self.held_back + self.not_sent


def send(
    sqs: Any,
    queue: Queue,
    messages: Iterable[Message],
    *,
    rate: float | None = None,
    stop: threading.Event | None = None,
    on_progress: Callable[[Sent], None] = lambda _: None,
    on_rejected: Callable[[Message, str], None] = lambda *_: None,
) -> Sent:
    """Send messages in their order, in batches of ten.

    `rate` is the most a second. When `stop` is set, the batch that is on its way is finished and the rest counts as not sent.
    `on_rejected` gets each message that was not accepted, with why; nothing else keeps it. A message for a FIFO queue without
    a deduplication id gets one of its own, unless the queue makes it from the content.

    Raises UsageError for a message without a group for a FIFO queue; then messages before it were sent.
    """
    return _Sending(sqs, queue, rate, stop or threading.Event(), on_progress, on_rejected).run(messages)


class _Sending:
    def __init__(
        self,
        sqs: Any,
        queue: Queue,
        rate: float | None,
        stop: threading.Event,
        on_progress: Callable[[Sent], None],
        on_rejected: Callable[[Message, str], None],
    ) -> None:
        self._queue, self._rate, self._stop = queue, rate, stop
        self._on_progress, self._on_rejected = on_progress, on_rejected
        self._sender = Sender(sqs, queue.url, stop)
        self._sent = Sent(queue.name)
        self._blocked: set[str | None] = set()
        """Groups in which a message was refused."""
        self._identified = not queue.fifo or _by_content(sqs, queue)

    def run(self, messages: Iterable[Message]) -> Sent:
        begin = time.monotonic()
        for batch in batches(self._ready(messages), fifo=self._queue.fifo):
            self._sent.given += len(batch)
            if self._sent.failure is not None or self._stop.is_set():
                self._not_sent(batch, self._sent.failure or "interrupted")
                continue
            self._send(batch)
            self._on_progress(self._sent)
            if self._rate:
                self._stop.wait(max(0.0, self._sent.given / self._rate - (time.monotonic() - begin)))
        return self._sent

    def _ready(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            if self._queue.fifo and message.group is None:
                raise UsageError(f"{self._queue.name} is a FIFO queue: each message needs a group (--group, or MessageGroupId)")
            if self._identified or message.deduplication_id is not None:
                yield message
            else:
                yield replace(message, deduplication_id=str(uuid.uuid4()))

    def _send(self, batch: list[Message]) -> None:
        sent = self._sent
        held_back = [message for message in batch if message.group in self._blocked] if self._queue.fifo else []
        for message in held_back:
            sent.held_back += 1
            self._on_rejected(message, "held back: a message before it in its group was not accepted")
        ready = [message for message in batch if message not in held_back] if held_back else batch
        if not ready:
            return
        try:
            refusals = self._sender.send(ready)
        except (BotoCoreError, ClientError) as error:
            sent.failure = str(said(error))
            sent.perhaps_sent += 0 if isinstance(error, ClientError) else len(ready)
            self._not_sent(ready, sent.failure)
            return
        for message, refusal in zip(ready, refusals, strict=True):
            if refusal is None:
                sent.accepted += 1
                continue
            sent.refused += 1
            self._on_rejected(message, str(refusal))
            if self._queue.fifo:
                self._blocked.add(message.group)

    def _not_sent(self, batch: list[Message], why: str) -> None:
        self._sent.not_sent += len(batch)
        for message in batch:
            self._on_rejected(message, why)


def _by_content(sqs: Any, queue: Queue) -> bool:
    return attributes(sqs, queue, ["ContentBasedDeduplication"]).get("ContentBasedDeduplication") == "true"
