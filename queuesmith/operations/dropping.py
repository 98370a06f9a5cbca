"""Deletes a selection of messages from a DLQ, after they were written to a file.

    from queuesmith.operations import ExportFile, drop_messages, reason_matcher

    refused = reason_matcher("NonRetryable: the customer does not exist")
    with ExportFile(Path("dropped.jsonl"), dlq.name) as file:
        drop_messages(boto3.client("sqs"), dlq, file, match=refused, confirm=lambda _: None)

From the reading to the deletion the messages stay invisible, so that exactly the messages in the file are deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import ENTRIES
from queuesmith.operations.export_file import ExportFile
from queuesmith.operations.message_scan import SCAN_RATE, QueueScan
from queuesmith.operations.messages import MessagePredicate
from queuesmith.operations.selecting import MessageFilter

ANSWER_TIME = 300
"""Seconds for which the messages stay invisible for the confirmation."""


@dataclass
class DropResult:
    """What happened to the messages.

    `selected` is the sum of `dropped`, `not_dropped` and the number of ids in `not_confirmed`.
    """

    queue: str
    """The DLQ's name."""
    file: str | None = None
    """The file with the messages counted in `dropped` and `not_confirmed` and, after an interruption, in `not_dropped`. Null if
    nothing was deleted.
    """
    state: str = "COMPLETED"
    """`COMPLETED`, `CANCELLED` (interrupted) or `FAILED`."""
    approximate_count: int = 0
    """SQS's estimate of the number of messages in the DLQ at the start."""
    received: int = 0
    """Number of messages that were received, including those that were not selected."""
    selected: int = 0
    """Number of messages that were selected."""
    dropped: int = 0
    """Messages that SQS confirmed as deleted."""
    not_dropped: int = 0
    """Selected messages that are still in the DLQ, because this was a dry run, or the command was interrupted or failed."""
    not_confirmed: list[str] = field(default_factory=list)
    """Ids of messages whose deletion SQS did not confirm. They may still be in the DLQ."""
    not_received: int = 0
    """Messages that SQS did not return: received by another consumer, or behind other messages of their group."""
    not_found: list[str] = field(default_factory=list)
    """Requested ids that SQS did not return."""
    reasons: list[str] = field(default_factory=list)
    """Reasons why messages were not dropped, without duplicates."""
    left_invisible: int = 0
    """Number of messages whose visibility timeout could not be reset to 0. They stay invisible until it ends."""
    visibility_timeout: int = 0
    """The visibility timeout, in seconds, with which the messages were received."""
    message_ids: list[str] = field(default_factory=list)
    """Ids of the selected messages. Filled only by a dry run."""
    large_bodies: list[str] = field(default_factory=list)
    """The objects in S3 that are the bodies of selected messages (`s3://BUCKET/KEY`). They are not deleted."""

    @property
    def is_complete(self) -> bool:
        """Whether every message that the selection asks for was received and dropped."""
        return self.state == "COMPLETED" and self.dropped == self.selected and not (self.not_received or self.not_found)

    def fail(self, reason: str) -> None:
        """Record why the command failed."""
        self.state = "FAILED"
        self.reasons += [] if reason in self.reasons else [reason]


def drop_messages(
    sqs: Any,
    queue: DeployedQueue,
    file: ExportFile | None,
    *,
    confirm: Callable[[DropResult], None],
    match: MessagePredicate | None = None,
    message_ids: Collection[str] = (),
    limit: int | None = None,
    stop: Stop | None = None,
    on_progress: Callable[[DropResult], None] = lambda _: None,
) -> DropResult:
    """Read the queue, write the selected messages to the file, confirm their number, and delete them.

    No message is deleted until all selected messages are in the file and the file is on the disk. The file is discarded if
    nothing was deleted. The other messages become visible again. On a FIFO queue, only the first messages of each group are
    received: `not_received` says how many others there are, and another drop continues with them.

    Raises UsageError if `match`, `message_ids` and `limit` are all omitted: use `purge_queue` to delete everything. Raises what
    `confirm` raises, and QueuesmithError if the file cannot be written or the confirmation took so long that the messages are
    visible again. In all these cases nothing was deleted. Until the first message has been read, boto3's exceptions propagate.
    Later ones are in `reasons`.

    Parameters
    ----------
    sqs
        The boto3 client.
    queue
        The queue, usually a DLQ.
    file
        The new file. None: a dry run, which deletes nothing.
    confirm
        Called with the number of selected messages before the first deletion. It raises an error to refuse.
    match
        Returns whether a message is selected; None: all are.
    message_ids
        The ids of the selected messages; empty: all are.
    limit
        The largest number of messages to delete.
    stop
        When set, the drop stops after the current batch. Deleted messages stay deleted.
    on_progress
        Called with the result so far.

    """
    selection = MessageFilter(match, frozenset(message_ids), limit)
    if selection.is_everything:
        raise UsageError("Select the messages to drop: --reason, --match, --where, --message-id or --limit. All: dlq purge")
    return _Drop(sqs, queue, selection, stop or Stop(), on_progress).run(file, confirm)


class _Drop:
    def __init__(
        self,
        sqs: Any,
        queue: DeployedQueue,
        selection: MessageFilter,
        stop: Stop,
        on_progress: Callable[[DropResult], None],
    ) -> None:
        self._sqs, self._queue, self._selection, self._stop, self._on_progress = sqs, queue, selection, stop, on_progress
        self._result = DropResult(queue.name)
        self._ids: list[str] = []

    def run(self, file: ExportFile | None, confirm: Callable[[DropResult], None]) -> DropResult:
        result = self._result
        # reading and deleting take about equally long, so half of the reading's rate leaves time for both
        limit = self._selection.scan_limit
        with QueueScan(self._sqs, self._queue, self._stop, rate=SCAN_RATE / 2, limit=limit, hold=ANSWER_TIME) as scan:
            result.approximate_count, result.visibility_timeout = scan.depth.total, scan.visibility_timeout
            try:
                self._read(scan, file)
            except (BotoCoreError, ClientError) as error:
                if not scan.received:
                    raise
                result.fail(str(as_aws_error(error)))
            result.not_dropped = result.selected
            if file is None:
                result.message_ids = self._ids
            elif result.selected and result.state == "COMPLETED" and not self._stop.is_set():
                self._confirm(file, confirm, scan)
                self._delete(scan)
            if file is not None and not (result.dropped or result.not_confirmed):
                file.discard()
                result.file = None
        result.left_invisible = scan.left_invisible
        if result.state == "COMPLETED" and self._stop.is_set():
            result.state = "CANCELLED"
        return result

    def _read(self, scan: QueueScan, file: ExportFile | None) -> None:
        result, not_found = self._result, set(self._selection.message_ids)
        for batch in scan.batches():
            result.received = scan.received
            for message in batch:
                not_found.discard(str(message.message_id))
                if self._selection.selects(message) and not self._selection.is_complete(result.selected):
                    result.selected += 1
                    self._ids.append(str(message.message_id))
                    result.large_bodies += [message.large_body] if message.large_body else []
                    if file is not None:
                        file.add(message)
            self._on_progress(result)
            if self._selection.is_complete(result.selected):
                return
        result.not_found = sorted(not_found)
        result.not_received = max(0, result.approximate_count - result.received)

    def _confirm(self, file: ExportFile, confirm: Callable[[DropResult], None], scan: QueueScan) -> None:
        file.complete()
        self._result.file = str(file.path)
        confirm(self._result)
        if scan.seconds_left < self._result.selected / SCAN_RATE:
            raise QueuesmithError(
                f"The confirmation took too long: the messages become visible again after {scan.visibility_timeout:,} s. "
                "Nothing was deleted. Run the command again"
            )

    def _delete(self, scan: QueueScan) -> None:
        result = self._result
        for start in range(0, len(self._ids), ENTRIES):
            if self._stop.is_set() or result.state == "FAILED":
                return
            batch = self._ids[start : start + ENTRIES]
            deletion = scan.delete(batch)
            result.dropped += len(deletion.deleted)
            result.not_dropped -= len(batch)
            result.not_confirmed += [each for position, each in enumerate(batch) if position not in deletion.deleted]
            if deletion.failure:
                result.fail(deletion.failure)
            self._on_progress(result)
