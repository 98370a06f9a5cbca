"""Messages of SQS as Lambda hands them to a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def record_of(message: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """The record of a message as `receive_message` answers it, without attributes of its sender's. `arn` is its queue's."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
    }
