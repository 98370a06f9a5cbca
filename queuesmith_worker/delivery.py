"""What a worker's function can know about the delivery of a message, in addition to its body."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

from queuesmith_worker.event import Record, message_group, queue_name, receive_count

AttributeValue: TypeAlias = str | int | Decimal | bytes


class Delivery:
    """One delivery of a message: its ids, times and attributes, and the time that is left.

    A worker's function gets it as its second parameter, if it has one.

    Example:
    -------
        def handle_order(order: Order, delivery: Delivery) -> None:
            note(tenant=delivery.group_id)
            if delivery.is_last_attempt:
                warn_support(order)

    """

    __slots__ = ("_max_receive_count", "_record", "_remaining")

    def __init__(self, record: Record, max_receive_count: int | None, remaining: Callable[[], float]) -> None:
        self._record, self._max_receive_count, self._remaining = record, max_receive_count, remaining

    @property
    def message_id(self) -> str:
        """The id that SQS gave the message when it was sent. Each delivery of the message has the same id."""
        return str(self._record["messageId"])

    @property
    def group_id(self) -> str | None:
        """The message group id. On FIFO queues, messages with the same id are kept in order. On standard queues, it is the
        tenant.
        """
        return message_group(self._record)

    @property
    def deduplication_id(self) -> str | None:
        """The deduplication id. None on standard queues."""
        return self._attribute("MessageDeduplicationId")

    @property
    def attributes(self) -> dict[str, AttributeValue]:
        """The message attributes. A Number is an `int`, or a `Decimal` if it has a fraction. A Binary is `bytes`.

        Raises
        ------
        decimal.InvalidOperation
            If a sender has put something else into an attribute of the type Number.

        """
        return {name: _value(attribute) for name, attribute in (self._record.get("messageAttributes") or {}).items()}

    @property
    def receive_count(self) -> int:
        """How often the message has been received, including this time: at least 1."""
        return receive_count(self._record)

    @property
    def is_last_attempt(self) -> bool:
        """Whether the message moves to the DLQ if it fails now. False if `maxReceiveCount` is not known."""
        return self._max_receive_count is not None and self.receive_count >= self._max_receive_count

    @property
    def sent_at(self) -> datetime | None:
        """When SQS accepted the message, in UTC. None if the event does not have it."""
        return self._time("SentTimestamp")

    @property
    def first_received_at(self) -> datetime | None:
        """When the message was received for the first time, in UTC. None if the event does not have it."""
        return self._time("ApproximateFirstReceiveTimestamp")

    @property
    def queue(self) -> str:
        """The name of the queue."""
        return queue_name(self._record)

    @property
    def queue_arn(self) -> str:
        """The ARN of the queue."""
        return str(self._record.get("eventSourceARN", ""))

    @property
    def seconds_left(self) -> float:
        """Seconds until the invocation times out."""
        return self._remaining()

    @property
    def trace_id(self) -> str | None:
        """The X-Ray trace id of the message's producer, or None if it sent none."""
        parts = dict(part.partition("=")[::2] for part in (self._attribute("AWSTraceHeader") or "").split(";"))
        return parts.get("Root")

    def __repr__(self) -> str:
        return f"Delivery(message_id={self.message_id!r}, receive_count={self.receive_count})"

    def _attribute(self, name: str) -> str | None:
        value: str | None = (self._record.get("attributes") or {}).get(name)
        return value

    def _time(self, name: str) -> datetime | None:
        milliseconds = self._attribute(name)
        return None if milliseconds is None else datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _value(attribute: dict[str, str]) -> AttributeValue:
    kind = attribute["dataType"].split(".")[0]
    if kind == "Binary":
        return base64.b64decode(attribute["binaryValue"])
    text = attribute["stringValue"]
    if kind != "Number":
        return text
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number
