"""Sends messages in batches: within SQS's limits, in the order of their groups, and again where SQS itself was at fault."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.refusals import code_of
from queuesmith.messages import Message

ENTRIES = 10
"""Of one batch (SQS API)."""
BATCH_BYTES = 262_144
"""Of one batch: what every region takes. A larger message goes alone, and SQS judges it."""
ATTEMPTS = 5
"""Requests for one message, where SQS says that the fault is its own."""
LONGEST_PAUSE = 5.0
"""Seconds between two of them."""
_OF_ONE_MESSAGE = frozenset(
    {
        "BatchRequestTooLong",
        "InvalidMessageContents",
        "InvalidAttributeValue",
        "InvalidParameterValue",
        "MissingParameter",
    }
)
"""Refusals of a whole request that are about what is in it."""


@dataclass(frozen=True)
class Refusal:
    """Why SQS did not accept a message."""

    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.reason or 'no reason given'} ({self.code})"


def batches(messages: Iterable[Message], *, fifo: bool) -> Iterator[list[Message]]:
    """The messages in their order, in batches that SQS takes.

    On FIFO a batch has one message of a group at the most: when one is refused, none behind it in its group has gone ahead.
    """
    batch: list[Message] = []
    size = 0
    for message in messages:
        full = len(batch) == ENTRIES or size + message.size > BATCH_BYTES
        if batch and (full or (fifo and any(other.group == message.group for other in batch))):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += message.size
    if batch:
        yield batch


@dataclass
class Sender:
    """Sends batches to one queue."""

    sqs: Any
    url: str
    stop: threading.Event = field(default_factory=threading.Event)
    """Ends the pauses between attempts."""

    def send(self, batch: Sequence[Message]) -> list[Refusal | None]:
        """Send a batch; for each message None if it was accepted, or why not.

        Raises what boto3 raises where the request as a whole failed, such as botocore.exceptions.ClientError for a queue that
        is not there. Where the connection broke, SQS may have accepted some all the same.
        """
        refusals: list[Refusal | None] = [None] * len(batch)
        left = list(range(len(batch)))
        for attempt in range(ATTEMPTS):
            if attempt:
                self.stop.wait(min(LONGEST_PAUSE, 0.2 * 2**attempt) * random.uniform(0.5, 1))  # noqa: S311 - spreads load
            left = self._attempt(batch, left, refusals)
            if not left:
                break
        return refusals

    def _attempt(self, batch: Sequence[Message], positions: list[int], refusals: list[Refusal | None]) -> list[int]:
        """Send those of some positions; gives back the positions that are worth another attempt."""
        try:
            answer = self.sqs.send_message_batch(
                QueueUrl=self.url, Entries=[batch[position].entry(str(position)) for position in positions]
            )
        except ClientError as error:
            if code_of(error) not in _OF_ONE_MESSAGE:
                raise
            if len(positions) > 1:  # one of them spoils the others: each by itself
                return [again for position in positions for again in self._attempt(batch, [position], refusals)]
            refusals[positions[0]] = Refusal(code_of(error), str(error.response["Error"].get("Message", "")))
            return []
        failed = {int(each["Id"]): each for each in answer.get("Failed", [])}
        accepted = {int(each["Id"]) for each in answer.get("Successful", [])}
        for position in positions:
            if position in accepted:
                refusals[position] = None
            elif position in failed:
                refusals[position] = Refusal(failed[position].get("Code", ""), failed[position].get("Message", ""))
            else:
                refusals[position] = Refusal("NoAnswer", "SQS did not say what became of it")
        return [position for position in positions if position in failed and not failed[position].get("SenderFault")]
