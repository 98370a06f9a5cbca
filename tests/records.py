"""SQS messages in the form in which Lambda passes them to a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def record_of(message: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """The record of a message from `receive_message`, without attributes of the sender. `arn` is the queue's ARN."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
    }
