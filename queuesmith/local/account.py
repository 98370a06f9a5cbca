"""What became of every message: written, in the DLQ, still under way, or lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queuesmith.local.emulator import Endpoint

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Snapshot:
    """Counts at one moment."""

    written: int
    waiting: int
    """In the queue: visible, delayed, or hidden while it is worked or waits for its next try."""
    dead: int
    """In the DLQ."""


@dataclass(frozen=True)
class Account:
    """The sums at the end."""

    sent: int
    written_once: int
    written_again: int
    """Orders that the handler says it wrote more than once."""
    unsaid: int
    """Orders in the table that the handler never said it wrote: nobody can tell how often it did."""
    dead: int
    waiting: int

    @property
    def lost(self) -> int:
        """Sent, and neither written nor in a queue."""
        return self.sent - self.written_once - self.written_again - self.unsaid - self.dead - self.waiting


class Pipeline:
    """The deployed pipeline, seen through its outputs and the AWS API."""

    def __init__(
        self, endpoint: Endpoint, region: str, outputs: dict[str, Any], worker: str = "orders", table: str = "orders"
    ) -> None:
        self.sqs: SQSClient = endpoint.client("sqs", region)
        self._dynamodb: DynamoDBClient = endpoint.client("dynamodb", region)
        self._logs = endpoint.client("logs", region)
        self.queue_url: str = outputs[f"{worker}_queue_url"]
        self.dead_letter_queue_url: str = outputs[f"{worker}_dead_letter_queue_url"]
        self.table: str = outputs[f"{table}_table"]
        self.log_group: str = outputs[f"{worker}_log_group"]

    def send(self, bodies: list[str]) -> Iterator[int]:
        """Send the messages in batches of ten; yields how many were accepted so far."""
        accepted = 0
        for start in range(0, len(bodies), 10):
            entries: Any = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies[start : start + 10])]
            answer = self.sqs.send_message_batch(QueueUrl=self.queue_url, Entries=entries)
            accepted += len(answer.get("Successful", []))
            yield accepted

    def snapshot(self) -> Snapshot:
        """Where the messages are now."""
        return Snapshot(
            written=len(self.written_orders()),
            waiting=self._depth(self.queue_url),
            dead=self._depth(self.dead_letter_queue_url),
        )

    def account(self, sent: int) -> Account:
        """The sums, from the table, the queues and what the handler logged."""
        written = self.written_orders()
        writes = Counter(line.get("order_id") for line in self.log_lines() if line.get("message") == "message processed")
        again = sum(1 for order in written if writes[order] > 1)
        unsaid = sum(1 for order in written if writes[order] == 0)
        dead = self._depth(self.dead_letter_queue_url)
        return Account(sent, len(written) - again - unsaid, again, unsaid, dead, self._depth(self.queue_url))

    def written_orders(self) -> list[str]:
        """The ids of the orders in the table."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self.table, ProjectionExpression="order_id")
        return [item["order_id"]["S"] for page in pages for item in page["Items"]]

    def log_lines(self) -> Iterator[dict[str, Any]]:
        """What the handler logged, as far as it is JSON."""
        for page in self._logs.get_paginator("filter_log_events").paginate(logGroupName=self.log_group):
            for event in page["events"]:
                try:
                    line = json.loads(event["message"])
                except ValueError:
                    continue
                if isinstance(line, dict):
                    yield line

    def _depth(self, url: str) -> int:
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ],
        )["Attributes"]
        return sum(int(count) for count in attributes.values())
