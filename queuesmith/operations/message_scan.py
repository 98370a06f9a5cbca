"""Reads each message of a queue once. The messages are invisible meanwhile and become visible again at the end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import error_code
from queuesmith.aws.connection import response_date
from queuesmith.aws.queues import DeployedQueue, Depth, read_depth
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import ENTRIES, confirmed
from queuesmith.operations.deleting import Deletion, delete_batch
from queuesmith.operations.messages import Message

MINIMUM_INVISIBLE, SCAN_RATE, MAXIMUM_INVISIBLE = 120, 50, 43_200
"""How long a message is invisible, in seconds: at least 120, plus the time the scan takes at 50 messages a second. The SQS
maximum is 12 hours.
"""
EMPTY_RESPONSES = 2
"""Consecutive empty responses after which the queue counts as empty. One is enough if the expected number of messages was seen.
"""
LATE_BATCHES, GROWTH = 3, 2
"""The scan ends after 3 consecutive responses with only messages that were sent after its start, or when it has seen more than
twice the initial number of messages.
"""
WAIT_TIME = 1
"""Seconds of long polling. SQS then queries all its servers instead of a sample."""
_TOO_MANY_IN_FLIGHT = "OverLimit"


class QueueScan:
    """Reads the messages of a queue, each once.

    Use it as a context manager: at the end it makes all messages visible again that were not deleted, also after an error. On a
    FIFO queue only the first messages of each group are seen, because SQS returns no more of a group while these are in flight.
    """

    def __init__(
        self,
        sqs: Any,
        queue: DeployedQueue,
        stop: Stop | None = None,
        *,
        rate: float | None = None,
        limit: int | None = None,
        hold: float = 0,
    ) -> None:
        """Read the queue's depth and choose the visibility timeout.

        Parameters
        ----------
        sqs
            The boto3 client.
        queue
            The queue to scan.
        stop
            Ends the scan early.
        rate
            The largest number of messages that the caller processes a second. A low rate needs a longer visibility timeout.
        limit
            The number of messages after which the caller will stop, if known.
        hold
            Seconds for which the caller needs the messages after the last one was read.

        """
        self.sqs, self.queue = sqs, queue
        self._stop = stop or Stop()
        self.depth: Depth = read_depth(sqs, queue)
        """The queue's depth at the start."""
        expected = self.depth.total if limit is None else min(limit, self.depth.total)
        needed = MINIMUM_INVISIBLE + expected / min(SCAN_RATE, rate or SCAN_RATE) + hold
        self.visibility_timeout = min(MAXIMUM_INVISIBLE, int(needed))
        self._deadline = time.monotonic() + self.visibility_timeout
        self.received = 0
        self.left_invisible = 0
        """Messages whose visibility timeout could not be reset to 0. They stay invisible until it ends."""
        self.started = time.time()
        """The start, by SQS's clock, in seconds since 1970. Messages that were sent later arrived during the scan."""
        self._clock_offset = 0.0
        """Seconds by which SQS's clock is ahead of this machine's; 0 until the first response."""
        self._receipts: dict[str, str] = {}
        """Receipt handles of the invisible messages, by message id."""
        self._seen: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.restore_visibility()

    def batches(self) -> Iterator[list[Message]]:
        """Yield up to ten new messages at a time, until nothing new arrives or `stop` is set. boto3's exceptions propagate."""
        empty = known = late = 0
        while not self._stop.is_set():
            raw = self._receive()
            if raw is None:
                return
            messages = [Message.from_response(each) for each in raw]
            for message in messages:
                self._receipts[str(message.message_id)] = str(message.receipt)
            once = {str(message.message_id): message for message in messages}  # SQS can return a message twice
            new = [message for key, message in once.items() if key not in self._seen]
            self._seen.update(once)
            self.received += len(new)
            empty = 0 if messages else empty + 1
            known = 0 if new else known + len(messages)
            late = late + 1 if new and all(self.is_late(message) for message in new) else 0
            if new:
                yield new
                if late >= LATE_BATCHES or self.received > GROWTH * self.depth.total + ENTRIES * ENTRIES:
                    return  # messages arrive faster than they can be read
            elif empty >= (EMPTY_RESPONSES if len(self._seen) < self.depth.visible else 1) or known > len(self._seen):
                return  # the queue is empty, or returns only messages whose visibility timeout has ended

    def is_late(self, message: Message) -> bool:
        """Whether the message was sent after the start of the scan."""
        return int(message.system.get("SentTimestamp", 0)) >= self.started * 1000

    @property
    def now(self) -> float:
        """The time by SQS's clock, up to a second early."""
        return time.time() + self._clock_offset

    @property
    def seconds_left(self) -> float:
        """Seconds until the first messages become visible again."""
        return self._deadline - time.monotonic()

    def delete(self, message_ids: Sequence[str]) -> Deletion:
        """Delete up to ten messages that this scan has read. Raises no botocore errors."""
        deletion = delete_batch(self.sqs, self.queue, [self._receipts[each] for each in message_ids])
        for position in deletion.deleted:
            del self._receipts[message_ids[position]]  # its visibility is not restored
        return deletion

    def restore_visibility(self) -> None:
        """Make all messages of this scan visible again. Failures are counted in `left_invisible`."""
        held, self._receipts = list(self._receipts.items()), {}
        for start in range(0, len(held), ENTRIES):
            part = held[start : start + ENTRIES]
            entries = [{"Id": str(i), "ReceiptHandle": receipt, "VisibilityTimeout": 0} for i, (_, receipt) in enumerate(part)]
            done = 0
            with contextlib.suppress(BotoCoreError, ClientError):
                response = self.sqs.change_message_visibility_batch(QueueUrl=self.queue.url, Entries=entries)
                done = len(confirmed(response, len(part)))
            self.left_invisible += len(part) - done

    def _receive(self) -> list[dict[str, Any]] | None:
        """The messages of one response; None if the queue has reached SQS's limit for messages in flight."""
        try:
            response = self.sqs.receive_message(
                QueueUrl=self.queue.url,
                MaxNumberOfMessages=ENTRIES,
                VisibilityTimeout=self.visibility_timeout,
                WaitTimeSeconds=WAIT_TIME,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
        except ClientError as error:
            if error_code(error) != _TOO_MANY_IN_FLIGHT:
                raise
            return None
        if not self._seen:
            self._set_clock(response)
        messages: list[dict[str, Any]] = response.get("Messages", [])
        return messages

    def _set_clock(self, response: dict[str, Any]) -> None:
        """Read SQS's clock from the Date header of its first response.

        The header has whole seconds, so the time can be a second later.
        """
        date = response_date(response)
        if date is not None:
            self._clock_offset = date.timestamp() - time.time()
            self.started = date.timestamp() + 1
