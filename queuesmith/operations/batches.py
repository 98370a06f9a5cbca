"""Sends messages in batches within SQS's limits, keeps the order of message groups, and retries faults of SQS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import RETRYABLE, as_aws_error, error_code
from queuesmith.aws.lost_responses import LostResponses, may_have_succeeded
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import backoff

ENTRIES = 10
"""Messages of one batch (SQS API)."""
BATCH_BYTES = 262_144
"""Bytes of one batch. Every region accepts this size. A larger message is sent in a batch with no other, and SQS decides."""
ATTEMPTS = 5
"""Requests for one message if SQS reports a fault on its side."""
_ERRORS_OF_ONE_MESSAGE = frozenset(
    {"BatchRequestTooLong", "InvalidMessageContents", "InvalidAttributeValue", "InvalidParameterValue", "MissingParameter"}
)
"""Errors of a whole request that can be caused by one message in it."""
UNCONFIRMED = "SQS's response does not say whether it accepted the message"


@dataclass
class SendOutcome:
    """What happened to one message."""

    message: Message
    entry_id: str
    """The message's id in the request: its position in the batch."""
    status: Literal["accepted", "refused", "unconfirmed", "not sent"] = "not sent"
    """`unconfirmed`: SQS may have accepted it, but each response was lost or did not mention it. `not sent`: SQS refused the
    whole request, or the message was not tried.
    """
    reason: str = ""
    """Why it was not accepted."""
    message_id: str | None = None
    """The id that SQS gave to an accepted message."""
    has_lost_response: bool = False
    """Whether a request with it got no response, or a server error. An accepted message may then be in the queue twice."""

    def refuse(self, error: dict[str, Any]) -> None:
        """Record SQS's error, which can be preliminary: some are retried."""
        self.status, self.reason = "refused", f"{error.get('Message') or 'no reason given'} ({error.get('Code', '')})"


def split_into_batches(messages: Iterable[Message], *, fifo: bool) -> Iterator[list[Message]]:
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


def confirmed(response: dict[str, Any], count: int) -> set[int]:
    """The positions that SQS's response lists as successful and not as failed. The entries' ids are their positions."""
    successful, failed = ({each.get("Id") for each in response.get(key, [])} for key in ("Successful", "Failed"))
    return {position for position in range(count) if str(position) in successful - failed}


class BatchSender:
    """Sends batches to one queue. `stop` ends the pauses between attempts."""

    def __init__(self, sqs: Any, url: str, stop: Stop | None = None) -> None:
        self._sqs, self._url, self._stop = sqs, url, stop or Stop()
        self.failure: str | None = None
        """The error that ended the last batch. Sending further batches is pointless."""
        self._last_error: ClientError | None = None

    def send(self, batch: Sequence[Message]) -> list[SendOutcome]:
        """Send a batch. Messages that SQS did not accept because of a fault of SQS are retried. Raises no botocore errors."""
        outcomes = [SendOutcome(message, str(position)) for position, message in enumerate(batch)]
        pending, self._last_error = outcomes, None
        for attempt in range(ATTEMPTS):
            self._stop.wait(backoff(attempt))
            pending = self._attempt(pending)
            if not pending or self.failure:
                break
        if unconfirmed := [each for each in pending if each.has_lost_response]:
            self._give_up(unconfirmed, None if self.failure else self._last_error)
        return outcomes

    def _attempt(self, pending: list[SendOutcome]) -> list[SendOutcome]:
        """Send these messages. Returns those that are worth another attempt."""
        lost = LostResponses(self._sqs, "sqs.SendMessageBatch")
        try:
            with lost:
                entries = [each.message.entry(each.entry_id) for each in pending]
                response = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        except ClientError as error:
            self._note_lost_response(pending, happened=lost.happened or may_have_succeeded(error))
            return self._after_error(pending, error)
        except BotoCoreError as error:
            self._note_lost_response(pending, happened=True)
            self._give_up(pending, error)
            return []
        self._note_lost_response(pending, happened=lost.happened)
        return self._after_response(pending, response)

    @staticmethod
    def _note_lost_response(pending: list[SendOutcome], *, happened: bool) -> None:
        for each in pending:
            each.has_lost_response |= happened

    @staticmethod
    def _after_response(pending: list[SendOutcome], response: dict[str, Any]) -> list[SendOutcome]:
        """Record the outcomes. A message in neither of the response's lists, or in both, is unconfirmed."""
        failed = {each.get("Id"): each for each in response.get("Failed", [])}
        accepted = {each.get("Id"): str(each.get("MessageId", "")) for each in response.get("Successful", [])}
        again: list[SendOutcome] = []
        for each in pending:
            if (each.entry_id in accepted) == (each.entry_id in failed):
                each.status, each.reason = "unconfirmed", UNCONFIRMED
            elif each.entry_id in accepted:
                each.status, each.reason, each.message_id = "accepted", "", accepted[each.entry_id]
            else:
                each.refuse(failed[each.entry_id])
                again += [] if failed[each.entry_id].get("SenderFault") else [each]
        return again

    def _after_error(self, pending: list[SendOutcome], error: ClientError) -> list[SendOutcome]:
        """Handle an error of the whole request: one invalid message in it, throttling, or a permanent error."""
        code = error_code(error)
        if code in _ERRORS_OF_ONE_MESSAGE and len(pending) > 1:  # send each message separately
            again: list[SendOutcome] = []
            for each in pending:
                if self.failure:
                    self._give_up([each])
                else:
                    again += self._attempt([each])
            return again
        if code in _ERRORS_OF_ONE_MESSAGE or code in RETRYABLE:
            self._last_error = error
            for each in pending:
                each.refuse({"Code": code, "Message": error.response.get("Error", {}).get("Message", "")})
            return pending if code in RETRYABLE else []
        self._give_up(pending, error)
        return []

    def _give_up(self, pending: list[SendOutcome], error: BotoCoreError | ClientError | None = None) -> None:
        """Record messages as not sent, or as unconfirmed after a lost response. `error`: why no more batches can be sent."""
        if error is not None:
            self.failure = str(as_aws_error(error))
        for each in pending:
            each.status = "unconfirmed" if each.has_lost_response else "not sent"
            each.reason = self.failure or each.reason
