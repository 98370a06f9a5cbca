"""Sends messages in batches within SQS's limits, keeps the order of message groups, and retries faults of SQS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error, error_code
from queuesmith.aws.lost_responses import LostResponses, may_have_succeeded
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import backoff

ENTRIES = 10
"""Messages of one batch (SQS API)."""
BATCH_BYTES = 262_144
"""Bytes of one batch. Every region accepts this size. A larger message is sent in a batch with no other, and SQS decides."""
ATTEMPTS = 5
"""Requests for one message if SQS reports a fault of its own."""
_OF_ONE_MESSAGE = frozenset(
    {"BatchRequestTooLong", "InvalidMessageContents", "InvalidAttributeValue", "InvalidParameterValue", "MissingParameter"}
)
"""Errors of a whole request that can be caused by one message in it."""
_TOO_MANY = frozenset(
    {
        "KmsThrottled",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Errors of a whole request that are worth another attempt."""
NO_ANSWER = "SQS's answer does not say whether it accepted the message"


@dataclass(frozen=True)
class Refusal:
    """Why SQS did not accept a message."""

    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.reason or 'no reason given'} ({self.code})"


def batches(messages: Iterable[Message], *, fifo: bool) -> Iterator[list[Message]]:
    """Split messages into batches that SQS accepts, in their order.

    On FIFO queues a batch has at most one message of each group. If that message is refused, no later message of its group has
    been sent.
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


def confirmed(answer: dict[str, Any], count: int) -> set[int]:
    """The positions that SQS's answer lists as successful and not as failed. The entries' ids are their positions."""
    successful, failed = ({each.get("Id") for each in answer.get(key, [])} for key in ("Successful", "Failed"))
    return {position for position in range(count) if str(position) in successful - failed}


@dataclass
class Outcome:
    """The outcome of a batch, by position. Each position is in one of `accepted`, `refused`, `unconfirmed` and `not_sent`."""

    accepted: list[int] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    """SQS's message ids of the accepted messages."""
    refused: dict[int, Refusal] = field(default_factory=dict)
    unconfirmed: dict[int, str] = field(default_factory=dict)
    """Messages that SQS may have accepted: every answer was lost, or did not mention them. Each with the reason."""
    not_sent: list[int] = field(default_factory=list)
    """SQS refused the whole request."""
    repeated: list[int] = field(default_factory=list)
    """Accepted messages that were sent again after a connection error, so SQS may have them twice."""
    unanswered: set[int] = field(default_factory=set)
    """Messages of a request that received no answer, or a server error."""
    last: ClientError | None = None
    """The last error after which messages were sent again."""
    error: BotoCoreError | ClientError | None = None
    """The error that ended the batch. Sending further batches is pointless."""


@dataclass
class Sender:
    """Sends batches to one queue."""

    sqs: Any
    url: str
    stop: Stop = field(default_factory=Stop)
    """Ends the pauses between attempts."""

    def send(self, batch: Sequence[Message]) -> Outcome:
        """Send a batch, and retry messages that SQS did not accept because of its own faults. Raises no botocore errors."""
        outcome, left = Outcome(), list(range(len(batch)))
        for attempt in range(ATTEMPTS):
            self.stop.wait(backoff(attempt))
            left = self._attempt(batch, left, outcome)
            if not left or outcome.error is not None:
                break
        if unsure := [position for position in left if position in outcome.unanswered]:
            outcome.error = outcome.error or outcome.last
            self._give_up(unsure, outcome)
        return outcome

    def _attempt(self, batch: Sequence[Message], positions: list[int], outcome: Outcome) -> list[int]:
        """Send the messages at these positions. Returns the positions that are worth another attempt."""
        lost = LostResponses(self.sqs, "sqs.SendMessageBatch")
        try:
            with lost:
                entries = [batch[position].entry(str(position)) for position in positions]
                answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
        except ClientError as error:
            if lost.happened or may_have_succeeded(error):
                outcome.unanswered.update(positions)
            return self._refused(batch, positions, outcome, error)
        except BotoCoreError as error:
            outcome.error = error
            outcome.unanswered.update(positions)
            self._give_up(positions, outcome)
            return []
        if lost.happened:
            outcome.unanswered.update(positions)
        return self._sorted(positions, answer, outcome)

    @staticmethod
    def _sorted(positions: list[int], answer: dict[str, Any], outcome: Outcome) -> list[int]:
        """Sort the positions by SQS's answer. A message in neither of the answer's lists, or in both, is unconfirmed."""
        failed = {each.get("Id"): each for each in answer.get("Failed", [])}
        accepted = {each.get("Id"): str(each.get("MessageId", "")) for each in answer.get("Successful", [])}
        again: list[int] = []
        for position in positions:
            outcome.refused.pop(position, None)
            key = str(position)
            if (key in accepted) == (key in failed):
                outcome.unconfirmed[position] = NO_ANSWER
            elif key in accepted:
                outcome.accepted.append(position)
                outcome.ids[position] = accepted[key]
                outcome.repeated += [position] if position in outcome.unanswered else []
            else:
                outcome.refused[position] = Refusal(failed[key].get("Code", ""), failed[key].get("Message", ""))
                again += [] if failed[key].get("SenderFault") else [position]
        return again

    def _refused(self, batch: Sequence[Message], positions: list[int], outcome: Outcome, error: ClientError) -> list[int]:
        """Handle an error of the whole request: one invalid message in it, throttling, or a permanent error."""
        code, message = error_code(error), str(error.response.get("Error", {}).get("Message", ""))
        if code in _OF_ONE_MESSAGE and len(positions) > 1:  # one message made the request fail: send each separately
            again: list[int] = []
            for number, position in enumerate(positions):
                again += self._attempt(batch, [position], outcome)
                if outcome.error is not None:
                    self._give_up(positions[number + 1 :], outcome)
                    break
            return again
        if code in _OF_ONE_MESSAGE or code in _TOO_MANY:
            outcome.last = error
            outcome.refused.update(dict.fromkeys(positions, Refusal(code, message)))
            return positions if code in _TOO_MANY else []
        outcome.error = error
        self._give_up(positions, outcome)
        return []

    @staticmethod
    def _give_up(positions: list[int], outcome: Outcome) -> None:
        """Record these positions as not sent. Those of a request without an answer are unconfirmed."""
        for position in positions:
            refusal = outcome.refused.pop(position, None)
            if position in outcome.unanswered:
                outcome.unconfirmed[position] = str(as_aws_error(outcome.error) if outcome.error else refusal)
            else:
                outcome.not_sent.append(position)
