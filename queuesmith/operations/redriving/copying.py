"""Moves messages one by one: copies each, and deletes it only after SQS has accepted the copy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import BatchSender, split_into_batches
from queuesmith.operations.message_scan import QueueScan
from queuesmith.operations.messages import Message
from queuesmith.operations.rate_limit import RateLimit
from queuesmith.operations.redriving.editing import EditError, Editor
from queuesmith.operations.redriving.result import Edit, RedriveResult
from queuesmith.operations.selecting import MessageFilter

EDIT_RATE = 10
"""Messages a second that a program can be expected to edit. It decides how long the messages are invisible."""
SHOWN_EDITS = 10
"""The number of edited bodies that a dry run returns."""


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
    edit: Editor | None = None
    """Returns the new body of a message."""
    queue_sqs: Any = None
    """The client for the queue. None: the same as for the DLQ."""
    blocked_groups: set[str | None] = field(default_factory=set)
    """Message groups of a FIFO queue in which a message was not accepted. Later messages of these groups stay in the DLQ."""

    def __post_init__(self) -> None:
        self._sender = BatchSender(self.queue_sqs or self.sqs, self.queue.url, self.stop)
        self._unedited_groups: set[str | None] = set()
        self._not_found = set(self.selection.message_ids)
        self._rate_limit = RateLimit(self.rate, self.stop)

    def run(self, *, dry_run: bool) -> RedriveResult:
        """Scan the DLQ and move the selected messages; in a dry run, only report them.

        Until the first message has been read, boto3's exceptions propagate. Later ones set the state to FAILED with the reason.
        """
        result, selection = self.result, self.selection
        rate = self.rate if self.edit is None else min(self.rate or EDIT_RATE, EDIT_RATE)
        with QueueScan(self.sqs, self.dlq, self.stop, rate=rate, limit=selection.scan_limit) as scan:
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
                self._show(selected)
            else:
                self._move(selected, scan)
            self.on_progress(result)
            if result.state == "FAILED" or self.selection.is_complete(result.selected):
                return

    def _show(self, selected: list[Message]) -> None:
        """Report what would be moved, with the first edited bodies."""
        result = self.result
        result.message_ids += [str(message.message_id) for message in selected]
        bodies = {message.message_id: message.body for message in selected}
        for copy in self._copies(selected):
            result.not_moved += 1
            if self.edit is not None and not self.stop.is_set() and len(result.edits) < SHOWN_EDITS:
                result.edits.append(Edit(str(copy.message_id), bodies[copy.message_id], copy.body))

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
        for batch in split_into_batches(self._copies(messages), fifo=self.queue.is_fifo):
            if self.result.state == "FAILED" or self.stop.is_set():
                self.result.not_moved += len(batch)
                continue
            ready = [copy for copy in batch if copy.group not in self.blocked_groups]
            self.result.not_accepted += len(batch) - len(ready)
            if ready:
                self._send(ready, scan)

    def _copies(self, messages: list[Message]) -> Iterator[Message]:
        """The copies to send, edited. A copy has the id of its original. Messages that cannot be edited are counted."""
        for message in messages:
            copy = message.copy(fifo=self.queue.is_fifo)
            if self.edit is None or self.stop.is_set() or self.result.state == "FAILED":
                yield copy
            elif message.group in self._unedited_groups:
                self.result.not_edited += 1
            elif (body := self._edited(self.edit, message)) is not None:
                yield replace(copy, body=body)

    def _edited(self, edit: Editor, message: Message) -> str | None:
        """The new body; None if the message cannot be edited. On a FIFO queue, the rest of its group then stays, too."""
        try:
            body = edit(message.body)
        except EditError as error:
            self.result.not_edited += 1
            self.result.add_reason(f"not edited: {error}")
            if self.queue.is_fifo:
                self._unedited_groups.add(message.group)
            return None
        self.result.edited += body != message.body
        return body

    def _send(self, copies: list[Message], scan: QueueScan) -> None:
        result, is_fifo = self.result, self.queue.is_fifo
        accepted: list[str] = []
        sent_twice: set[str] = set()
        for copy, outcome in zip(copies, self._sender.send(copies), strict=True):
            message_id = str(copy.message_id)
            if outcome.status == "accepted":
                accepted.append(message_id)
                if outcome.has_lost_response and not is_fifo:  # FIFO queues deduplicate
                    sent_twice.add(message_id)
                continue
            if is_fifo:
                self.blocked_groups.add(copy.group)
            if outcome.status == "unconfirmed":
                result.possibly_duplicated.append(message_id)
            result.not_accepted += outcome.status == "refused"
            result.not_moved += outcome.status == "not sent"
            result.add_reason(outcome.reason)
        self._delete(accepted, sent_twice, scan)
        if self._sender.failure:
            self._fail(self._sender.failure)
        else:
            self._rate_limit.wait_for(result.moved + len(result.possibly_duplicated))

    def _delete(self, accepted: list[str], sent_twice: set[str], scan: QueueScan) -> None:
        """Delete copied messages from the DLQ, by their ids. `sent_twice`: those that may have been copied twice."""
        if not accepted:
            return
        result, deletion = self.result, scan.delete(accepted)
        deleted = {accepted[position] for position in deletion.deleted}
        doubtful = [each for each in accepted if each in sent_twice or each not in deleted]
        result.possibly_duplicated += doubtful
        result.moved += len(accepted) - len(doubtful)
        if len(deleted) < len(accepted):
            result.add_reason("copied to the queue, but not deleted from the DLQ")
            if deletion.failure:
                self._fail(deletion.failure)

    def _fail(self, reason: str) -> None:
        self.result.state = "FAILED"
        self.result.add_reason(reason)
