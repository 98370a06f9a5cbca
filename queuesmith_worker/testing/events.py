"""Events as Lambda sends them, from plain messages."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

REGION, ACCOUNT = "eu-west-1", "123456789012"
QUEUE = "orders"
"""The name of the queue that events come from by default."""
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{QUEUE}"
"""A value for WORKER_QUEUE_URL, which switches the backoff on."""
DLQ_URL = f"{QUEUE_URL}-dlq"
"""A value for WORKER_DEAD_LETTER_QUEUE_URL, which switches `send_to_dlq_immediately` on."""


@dataclass(frozen=True)
class SqsMessage:
    """A message with its attributes. For most tests a plain body is enough: `sqs_event` accepts both."""

    body: object
    """A pydantic model, or anything that pydantic writes as JSON. A string is used unchanged, and bytes become base64."""
    id: str | None = None
    """The message id. Default: `message-1` for the first message of the event, `message-2` for the second."""
    group: str | None = None
    """The message group id. A FIFO queue needs one."""
    deduplication_id: str | None = None
    """Default: the message id if the queue is FIFO."""
    receives: int = 1
    """How often it has been received, including this time."""
    age: float = 0.0
    """Seconds since it was sent."""
    received_age: float = 0.0
    """Seconds since it was first received."""
    attributes: Mapping[str, str | int | float | bytes] = field(default_factory=dict)
    """Its message attributes. The type of each value decides its data type: String, Number or Binary."""
    system_attributes: Mapping[str, str] = field(default_factory=dict)
    """More system attributes, such as AWSTraceHeader."""

    def record(self, queue: str = QUEUE, position: int = 1) -> dict[str, Any]:
        """Return the message as a record of an event.

        Parameters
        ----------
        queue
            The name of the queue. If it ends in `.fifo`, the queue is FIFO.
        position
            The position in the event, from 1. The default of the message id contains it.

        Raises
        ------
        ValueError
            If the queue is FIFO and the message has no group.

        """
        message_id = f"message-{position}" if self.id is None else self.id
        text = _body(self.body)
        return {
            "messageId": message_id,
            "receiptHandle": f"handle-{message_id}",
            "body": text,
            "attributes": self._system_attributes(message_id, queue),
            "messageAttributes": {name: _attribute(value) for name, value in self.attributes.items()},
            "md5OfBody": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
            "awsRegion": REGION,
        }

    def _system_attributes(self, message_id: str, queue: str) -> dict[str, str]:
        now = time.time()
        found = {
            "ApproximateReceiveCount": str(self.receives),
            "SentTimestamp": str(round((now - self.age) * 1000)),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(round((now - self.received_age) * 1000)),
        }
        if self.group is not None:
            found["MessageGroupId"] = self.group
        if queue.endswith(".fifo"):
            if self.group is None:
                raise ValueError(f"{message_id} has no group, but the queue {queue} is FIFO. Use SqsMessage(body, group=…)")
            found["MessageDeduplicationId"] = self.deduplication_id or message_id
            found["SequenceNumber"] = "18849496460467696128"
        return found | dict(self.system_attributes)


def sqs_event(*messages: object, queue: str = QUEUE) -> dict[str, Any]:
    """Return the event that Lambda passes to the function for a batch.

    Parameters
    ----------
    messages
        The batch: bodies, or `SqsMessage` for a message with attributes.
    queue
        The name of the queue. If it ends in `.fifo`, the queue is FIFO, and each message needs a group.

    Raises
    ------
    ValueError
        If a message of a FIFO queue has no group.

    Example
    -------
        sqs_event({"id": "m-1"}, SqsMessage(Mail(id="m-2"), receives=3))

    """
    given = [each if isinstance(each, SqsMessage) else SqsMessage(each) for each in messages]
    return {"Records": [each.record(queue, position) for position, each in enumerate(given, 1)]}


def sns_notification(message: object, topic: str = "shop") -> str:
    """Return the body of a message that SNS delivers to a queue without raw message delivery.

    Parameters
    ----------
    message
        The published message: a pydantic model, a string, or anything that pydantic writes as JSON.
    topic
        The name of the topic.

    """
    notification = {
        "Type": "Notification",
        "MessageId": "00000000-0000-0000-0000-000000000000",
        "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{topic}",
        "Message": _body(message),
        "Timestamp": _now(),
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService.pem",
        "UnsubscribeURL": f"https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe",
    }
    return to_json(notification).decode()


def eventbridge_event(detail: object, detail_type: str = "test", source: str = "testing") -> str:
    """Return the body of a message that an EventBridge rule sends to a queue.

    Parameters
    ----------
    detail
        The event's detail: a pydantic model, or anything that pydantic writes as JSON.
    detail_type
        The event's `detail-type`, which a rule's pattern can match.
    source
        The event's `source`, which a rule's pattern can match.

    """
    event = {
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": _now(),
        "region": REGION,
        "resources": [],
        "detail": detail,
    }
    return to_json(event).decode()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _body(body: object) -> str:
    if isinstance(body, str):
        return body
    return base64.b64encode(body).decode() if isinstance(body, bytes) else to_json(body).decode()


def _attribute(value: str | int | float | bytes) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"binaryValue": base64.b64encode(value).decode(), "dataType": "Binary"}
    return {"stringValue": str(value), "dataType": "String" if isinstance(value, str) else "Number"}
