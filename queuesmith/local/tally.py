"""The outcome of every message: written, in the DLQ, still in the queue, or lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queuesmith.aws.queues import find_queue, read_depth
from queuesmith.common.errors import EmulatorError
from queuesmith.local.emulator import Endpoint
from queuesmith.operations.messages import Message
from queuesmith.operations.sending import SendResult, send_messages

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Tally:
    """The final totals."""

    sent: int
    written_once: int
    written_repeatedly: int
    """Orders that the handler logged more than once."""
    unlogged: int
    """Orders in the table that the handler did not log. How often they were written is unknown."""
    in_dlq: int
    in_queue: int
    """Visible, delayed, or invisible because they are in flight or in backoff."""

    @property
    def lost(self) -> int:
        """Messages that were sent but are neither written nor in a queue."""
        return self.sent - self.written_once - self.written_repeatedly - self.unlogged - self.in_dlq - self.in_queue


class DeployedSample:
    """The deployed pipeline of the sample. Sends messages to it, and counts their outcomes."""

    def __init__(
        self, endpoint: Endpoint, region: str, outputs: dict[str, Any], worker: str = "orders", table: str = "orders"
    ) -> None:
        """`outputs` are Terraform's outputs."""
        self.sqs: SQSClient = endpoint.client("sqs", region)
        self._dynamodb: DynamoDBClient = endpoint.client("dynamodb", region)
        self._logs = endpoint.client("logs", region)
        self.queue = find_queue(self.sqs, outputs[f"{worker}_queue_url"])
        self.dead_letter_queue = find_queue(self.sqs, outputs[f"{worker}_dead_letter_queue_url"])
        self._table: str = outputs[f"{table}_table"]
        self._log_group: str = outputs[f"{worker}_log_group"]

    def send(self, bodies: Iterable[str], on_progress: Callable[[SendResult], None] = lambda _: None) -> int:
        """Send messages. Returns how many were accepted. Raises EmulatorError if the queue cannot be reached."""
        sent = send_messages(self.sqs, self.queue, map(Message, bodies), on_progress=on_progress)
        if sent.failure is not None:
            raise EmulatorError(f"The emulator accepted only {sent.accepted} of {sent.total} messages: {sent.failure}")
        return sent.accepted

    def in_queue(self) -> int:
        """The number of messages in the queue."""
        return read_depth(self.sqs, self.queue).total

    def in_dlq(self) -> int:
        """The number of messages in the DLQ."""
        return read_depth(self.sqs, self.dead_letter_queue).total

    def tally(self, sent: int) -> Tally:
        """The totals, from the table, the queues and the handler's log."""
        written = self.written_orders()
        logged = Counter(line.get("order_id") for line in self.log_lines() if line.get("message") == "message processed")
        repeated = sum(logged[order] > 1 for order in written)
        unlogged = sum(logged[order] == 0 for order in written)
        return Tally(sent, len(written) - repeated - unlogged, repeated, unlogged, self.in_dlq(), self.in_queue())

    def written_orders(self) -> list[str]:
        """The ids of the orders in the table."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._table, ProjectionExpression="order_id")
        return [item["order_id"]["S"] for page in pages for item in page["Items"]]

    def log_lines(self) -> Iterator[dict[str, Any]]:
        """The JSON lines in the handler's log."""
        for page in self._logs.get_paginator("filter_log_events").paginate(logGroupName=self._log_group):
            for event in page["events"]:
                try:
                    line = json.loads(event["message"])
                except ValueError:
                    continue
                if isinstance(line, dict):
                    yield line
