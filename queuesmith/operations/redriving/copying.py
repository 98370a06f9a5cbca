"""Moves messages one by one: copies each, and deletes it only after SQS has accepted the copy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import BatchSender, confirmed, split_into_batches
from queuesmith.operations.message_scan import QueueScan
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import RateLimit, backoff
from queuesmith.operations.redriving.result import RedriveResult
from queuesmith.operations.selecting import MessageFilter

DELETE_ATTEMPTS = 4


@dataclass
class CopyRedrive:
    """One redrive. If the process is killed between a copy and its deletion, at most one batch of ten is in both queues."""

    sqs: Any
    dlq: DeployedQueue
    queue: DeployedQueue
    selection: MessageFilter
    rate: int | None
    stop: Stop
    result: RedriveResult
    on_progress: Callable[[RedriveResult], None]
    blocked_groups: set[str | None] = field(default_factory=set)
    """Message groups of a FIFO queue in which a message was not accepted. Later messages of these groups stay in the DLQ."""

    def __post_init__(self) -> None:
        self._sender = BatchSender(self.sqs, self.queue.url, self.stop)
        self._not_found = set(self.selection.message_ids)
        self._rate_limit = RateLimit(self.rate, self.stop)

    def run(self, *, dry_run: bool) -> RedriveResult:
        """Scan the DLQ and move the selected messages; in a dry run, only report them.

        Until the first message has been read, boto3's exceptions propagate. Later ones set the state to FAILED with the reason.
        """
        result, selection = self.result, self.selection
        with QueueScan(self.sqs, self.dlq, self.stop, rate=self.rate, limit=selection.scan_limit) as scan:
            result.approximate_count, result.visibility_timeout = scan.depth.total, scan.visibility_timeout
            try:
                self._redrive(scan, dry_run=dry_run)
            except (BotoCoreError, ClientError) as error:
                if not scan.received:
                    raise
                self._fail(str(as_aws_error(error)))
        result.left_invisible = scan.left_invisible
        if result.state != "FAILED" and self.stop.is_set():
            result.state = "CANCELLED"
        elif result.state != "FAILED" and not selection.is_complete(result.selected):
            result.not_received = max(0, result.approximate_count - result.received)
            result.not_found = sorted(self._not_found)
        return result

    def _redrive(self, scan: QueueScan, *, dry_run: bool) -> None:
        result = self.result
        for batch in scan.batches():
            result.received = scan.received
            if not dry_run and not result.selected:
                time.sleep(max(0.0, scan.started - scan.now))  # later arrivals then have a later time than `started`
            selected = self._select(batch, scan)
            result.selected += len(selected)
            if dry_run:
                result.not_moved += len(selected)
                result.message_ids += [str(message.message_id) for message in selected]
            else:
                self._move(selected, scan)
            self.on_progress(result)
            if result.state == "FAILED" or self.selection.is_complete(result.selected):
                return

    def _select(self, batch: list[Message], scan: QueueScan) -> list[Message]:
        """The selected messages.

        Those that arrived during the redrive stay: a message that fails again would be moved without end.
        """
        self._not_found.difference_update(str(message.message_id) for message in batch)
        earlier = [message for message in batch if not scan.is_late(message)]
        self.result.arrived_during_redrive += len(batch) - len(earlier)
        selected = [message for message in earlier if self.selection.selects(message)]
        if self.selection.limit is not None:
            del selected[max(0, self.selection.limit - self.result.selected) :]
        return selected

    def _move(self, messages: list[Message], scan: QueueScan) -> None:
        for batch in split_into_batches(messages, fifo=self.queue.is_fifo):
            if self.result.state == "FAILED" or self.stop.is_set():
                self.result.not_moved += len(batch)
                continue
            ready = [message for message in batch if message.group not in self.blocked_groups]
            self.result.not_accepted += len(batch) - len(ready)
            if ready:
                self._copy(ready, scan)

    def _copy(self, originals: list[Message], scan: QueueScan) -> None:
        result, is_fifo = self.result, self.queue.is_fifo
        accepted: list[tuple[Message, bool]] = []
        outcomes = self._sender.send([message.copy(fifo=is_fifo) for message in originals])
        for original, outcome in zip(originals, outcomes, strict=True):
            if outcome.status == "accepted":
                accepted.append((original, outcome.has_lost_response and not is_fifo))  # FIFO queues deduplicate
                continue
            if is_fifo:
                self.blocked_groups.add(original.group)
            if outcome.status == "unconfirmed":
                result.possibly_duplicated.append(str(original.message_id))
            result.not_accepted += outcome.status == "refused"
            result.not_moved += outcome.status == "not sent"
            result.add_reason(outcome.reason)
        self._delete(accepted, scan)
        if self._sender.failure:
            self._fail(self._sender.failure)
        else:
            self._rate_limit.wait_for(result.moved + len(result.possibly_duplicated))

    def _delete(self, accepted: list[tuple[Message, bool]], scan: QueueScan) -> None:
        """Delete copied messages from the DLQ. The flag of each message says whether it may have been copied twice."""
        result, pending, failure = self.result, accepted, ""
        for attempt in range(DELETE_ATTEMPTS):
            if not pending:
                return
            time.sleep(backoff(attempt))  # not `stop.wait`: the deletion must complete also during a stop
            try:
                deleted = self._delete_batch([message for message, _ in pending], scan)
            except (BotoCoreError, ClientError) as error:
                failure = str(as_aws_error(error))
                continue
            for position in sorted(deleted):
                message, is_possible_duplicate = pending[position]
                scan.forget(message)
                if is_possible_duplicate:
                    result.possibly_duplicated.append(str(message.message_id))
                else:
                    result.moved += 1
            pending = [each for position, each in enumerate(pending) if position not in deleted]
        if pending:
            result.possibly_duplicated += [str(message.message_id) for message, _ in pending]
            result.add_reason("copied to the queue, but not deleted from the DLQ")
            if failure:
                self._fail(failure)

    def _delete_batch(self, messages: list[Message], scan: QueueScan) -> set[int]:
        """Delete the messages. Returns the positions that SQS confirms as deleted."""
        entries = [{"Id": str(i), "ReceiptHandle": scan.receipt(message)} for i, message in enumerate(messages)]
        response = self.sqs.delete_message_batch(QueueUrl=self.dlq.url, Entries=entries)
        return confirmed(response, len(entries))

    def _fail(self, reason: str) -> None:
        self.result.state = "FAILED"
        self.result.add_reason(reason)
