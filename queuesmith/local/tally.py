"""The outcome of every message: written, in the DLQ, still in the queue, or lost."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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


PROCESSED = "message processed"
"""The text of the log line that `queuesmith_worker` writes at the level INFO when the handler has processed a message."""


@dataclass(frozen=True)
class Tally:
    """The final totals."""

    sent: int
    """Number of messages that SQS accepted."""
    written_once: int
    """Number of items in the table whose message the handler processed once."""
    written_repeatedly: int
    """Number of messages that the handler logged as processed more than once."""
    unlogged: int
    """Number of items in the table for which no log line says that their message was processed. How often they were written is
    unknown."""
    in_dlq: int
    """Number of messages in the DLQ."""
    in_queue: int
    """Number of messages in the queue: visible, delayed, or invisible because they are in flight or in backoff."""

    @property
    def written(self) -> int:
        """The number of items in the table."""
        return self.written_once + self.written_repeatedly + self.unlogged

    @property
    def lost(self) -> int:
        """Messages that were sent but are neither written nor in a queue."""
        return max(0, self._missing)

    @property
    def extra_copies(self) -> int:
        """Copies of messages beyond one for each. If a request to SQS times out, as on a busy machine, it is repeated."""
        return max(0, -self._missing)

    @property
    def _missing(self) -> int:
        return self.sent - self.written - self.in_dlq - self.in_queue


class DeployedPipeline:
    """A worker's queue, DLQ, table and log on the emulator. Sends messages, and counts their outcomes."""

    def __init__(
        self, endpoint: Endpoint, region: str, outputs: Mapping[str, Any], *, worker: str, table: str, partition_key: str
    ) -> None:
        """`outputs` are Terraform's outputs. The function of `worker` writes an item to `table` for each message."""
        self.sqs: SQSClient = endpoint.client("sqs", region)
        self._dynamodb: DynamoDBClient = endpoint.client("dynamodb", region)
        self._logs = endpoint.client("logs", region)
        self.queue = find_queue(self.sqs, outputs[f"{worker}_queue_url"])
        self.dead_letter_queue = find_queue(self.sqs, outputs[f"{worker}_dead_letter_queue_url"])
        self._table: str = outputs[f"{table}_table"]
        self._partition_key = partition_key
        self._log_group: str = outputs[f"{worker}_log_group"]

    def send(self, messages: Iterable[Message], on_progress: Callable[[SendResult], None] = lambda _: None) -> int:
        """Send messages. Returns how many were accepted. Raises EmulatorError if the queue cannot be reached."""
        sent = send_messages(self.sqs, self.queue, messages, on_progress=on_progress)
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
        written = len(self.written_keys())
        processed = Counter(line.get("message_id") for line in self.log_lines() if line.get("message") == PROCESSED)
        repeated = sum(count > 1 for count in processed.values())
        unlogged = max(0, written - len(processed))
        return Tally(sent, written - repeated - unlogged, repeated, unlogged, self.in_dlq(), self.in_queue())

    def written_keys(self) -> list[str]:
        """The partition keys of the items in the table."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ProjectionExpression="#key", ExpressionAttributeNames={"#key": self._partition_key}
        )
        return [item[self._partition_key]["S"] for page in pages for item in page["Items"]]

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
