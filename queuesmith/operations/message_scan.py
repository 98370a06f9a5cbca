"""Looks through a queue: every message once, hidden while it is looked at, and given back at the end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.connection import answered_at
from queuesmith.aws.queues import Depth, Queue, depth
from queuesmith.aws.refusals import code_of
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import ENTRIES, confirmed
from queuesmith.operations.messages import Message

LEAST_HIDDEN, MESSAGES_A_SECOND, MOST_HIDDEN = 120, 50, 43_200
"""Seconds that a message is hidden: longer than the look takes, at so many a second. SQS hides for 12 hours at most."""
EMPTY = 2
"""Answers without any message after which nothing is left; one, where as many were seen as there should be."""
LATE, MOST_TIMES = 3, 2
"""Answers in a row with nothing but what came after the beginning, and times what there was then, after which it ends."""
LONG_POLL = 1
"""Seconds: then SQS asks all its servers, and not a few of them."""
_FULL = "OverLimit"


class Scan:
    """Messages of a queue, each once. As a context manager it gives back what was not deleted, however it ends.

    A FIFO queue hands out nothing more of a group while its first messages are hidden, so that of each group only the first
    few are seen.
    """

    def __init__(
        self, sqs: Any, queue: Queue, stop: Stop | None = None, *, rate: float | None = None, most: int | None = None
    ) -> None:
        """`rate` is how many messages a second are worked at the most, `most` after how many it will be left."""
        self.sqs, self.queue = sqs, queue
        self._stop = stop or Stop()
        self.depth: Depth = depth(sqs, queue)
        """How much was in it at the beginning."""
        expected = self.depth.total if most is None else min(most, self.depth.total)
        self.hidden_for = min(MOST_HIDDEN, LEAST_HIDDEN + int(expected / min(MESSAGES_A_SECOND, rate or MESSAGES_A_SECOND)))
        self.looked_at = 0
        self.left_hidden = 0
        """Messages that SQS did not say to be visible again: they come back by themselves after `hidden_for` seconds."""
        self.began = time.time()
        """When it began, by SQS's clock, in seconds since 1970: messages that were sent later came while it ran."""
        self._ahead = 0.0
        """Seconds by which SQS's clock is ahead of ours, as far as it is known."""
        self._held: dict[str, str] = {}
        """Receipt handles of what is hidden, by message id."""
        self._seen: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.restore_visibility()

    def batches(self) -> Iterator[list[Message]]:
        """Up to ten messages at a time, until nothing new comes or `stop` is set. Raises what boto3 raises."""
        empty = known = late = 0
        while not self._stop.is_set():
            raw = self._receive()
            if raw is None:
                return
            messages = [Message.received(each) for each in raw]
            for message in messages:
                self._held[str(message.message_id)] = str(message.receipt)
            once = {str(message.message_id): message for message in messages}  # SQS can give one twice
            new = [message for key, message in once.items() if key not in self._seen]
            self._seen.update(once)
            self.looked_at += len(new)
            empty = 0 if messages else empty + 1
            known = 0 if new else known + len(messages)
            late = late + 1 if new and all(self.is_late(message) for message in new) else 0
            if new:
                yield new
                if late >= LATE or self.looked_at > MOST_TIMES * self.depth.total + ENTRIES * ENTRIES:
                    return  # more comes than can be looked at
            elif empty >= (EMPTY if len(self._seen) < self.depth.visible else 1) or known > len(self._seen):
                return  # nothing comes, or only what was hidden for long enough to come once more

    def is_late(self, message: Message) -> bool:
        """Whether it was sent after this began."""
        return int(message.system.get("SentTimestamp", 0)) >= self.began * 1000

    @property
    def now(self) -> float:
        """The time by SQS's clock, or up to a second before it."""
        return time.time() + self._ahead

    def forget(self, message: Message) -> None:
        """Forget a message that was deleted: there is nothing to give back."""
        self._held.pop(str(message.message_id), None)

    def receipt(self, message: Message) -> str:
        """The latest receipt handle of a message."""
        return self._held.get(str(message.message_id), str(message.receipt))

    def restore_visibility(self) -> None:
        """Make everything visible again that is hidden; what cannot be is counted in `left_hidden`."""
        held, self._held = list(self._held.items()), {}
        for start in range(0, len(held), ENTRIES):
            part = held[start : start + ENTRIES]
            entries = [{"Id": str(i), "ReceiptHandle": receipt, "VisibilityTimeout": 0} for i, (_, receipt) in enumerate(part)]
            done = 0
            with contextlib.suppress(BotoCoreError, ClientError):
                answer = self.sqs.change_message_visibility_batch(QueueUrl=self.queue.url, Entries=entries)
                done = len(confirmed(answer, len(part)))
            self.left_hidden += len(part) - done

    def _receive(self) -> list[dict[str, Any]] | None:
        """What SQS hands out; None where as many messages are hidden as it allows."""
        try:
            answer = self.sqs.receive_message(
                QueueUrl=self.queue.url,
                MaxNumberOfMessages=ENTRIES,
                VisibilityTimeout=self.hidden_for,
                WaitTimeSeconds=LONG_POLL,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
        except ClientError as error:
            if code_of(error) != _FULL:
                raise
            return None
        if not self._seen:
            self._set_clock(answer)
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def _set_clock(self, answer: dict[str, Any]) -> None:
        """By the Date of SQS's first answer. It is in whole seconds, so that it may be up to a second later."""
        told = answered_at(answer)
        if told is not None:
            self._ahead = told.timestamp() - time.time()
            self.began = told.timestamp() + 1
