"""Sends messages in batches: within SQS's limits, in the order of their groups, and again where SQS itself was at fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.lost_answers import LostAnswers, may_have_worked
from queuesmith.aws.refusals import code_of, explained
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import backoff

ENTRIES = 10
"""Of one batch (SQS API)."""
BATCH_BYTES = 262_144
"""Of one batch: what every region takes. A larger message goes alone, and SQS judges it."""
ATTEMPTS = 5
"""Requests for one message, where SQS says that the fault is its own."""
_OF_ONE_MESSAGE = frozenset(
    {"BatchRequestTooLong", "InvalidMessageContents", "InvalidAttributeValue", "InvalidParameterValue", "MissingParameter"}
)
"""Refusals of a whole request that are about what is in it."""
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
"""Refusals of a whole request that are worth another attempt."""
NO_ANSWER = "SQS's answer does not say whether it accepted the message"


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


def confirmed(answer: dict[str, Any], count: int) -> set[int]:
    """The positions of a batch, whose entries' ids they are, that SQS's answer names as successful and not as failed."""
    successful, failed = ({each.get("Id") for each in answer.get(key, [])} for key in ("Successful", "Failed"))
    return {position for position in range(count) if str(position) in successful - failed}


@dataclass
class Outcome:
    """What became of a batch, by positions in it. Each position is in one of the first four."""

    accepted: list[int] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    """What SQS calls those that it accepted."""
    refused: dict[int, Refusal] = field(default_factory=dict)
    unconfirmed: dict[int, str] = field(default_factory=dict)
    """SQS may have them: its answer was lost, every time, or did not say. Each with why."""
    not_sent: list[int] = field(default_factory=list)
    """SQS refused the request as a whole."""
    repeated: list[int] = field(default_factory=list)
    """Of those accepted: which were sent again after a connection broke, so that SQS may have them twice."""
    unanswered: set[int] = field(default_factory=set)
    """What was in a request to which no answer came, or one with which SQS says that the fault is its own."""
    last: ClientError | None = None
    """The last refusal after which it was tried again."""
    error: BotoCoreError | ClientError | None = None
    """What ended it: no other batch is worth an attempt."""


@dataclass
class Sender:
    """Sends batches to one queue."""

    sqs: Any
    url: str
    stop: Stop = field(default_factory=Stop)
    """Ends the pauses between attempts."""

    def send(self, batch: Sequence[Message]) -> Outcome:
        """Send a batch, and again what SQS fails to take for reasons of its own. Raises nothing of botocore's."""
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
        """Send those of some positions; gives back the positions that are worth another attempt."""
        lost = LostAnswers(self.sqs, "sqs.SendMessageBatch")
        try:
            with lost:
                entries = [batch[position].entry(str(position)) for position in positions]
                answer = self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)
        except ClientError as error:
            if lost.happened or may_have_worked(error):
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
        """Sort what SQS answered about. What it names in neither list, or in both, is unconfirmed."""
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
        """The request as a whole was refused: because of one message in it, because of too many requests, or for good."""
        code, message = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
        if code in _OF_ONE_MESSAGE and len(positions) > 1:  # one of them spoils the others: each by itself
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
        """Of these nothing more is tried. SQS may have those that were in a request without an answer."""
        for position in positions:
            refusal = outcome.refused.pop(position, None)
            if position in outcome.unanswered:
                outcome.unconfirmed[position] = str(explained(outcome.error) if outcome.error else refusal)
            else:
                outcome.not_sent.append(position)
