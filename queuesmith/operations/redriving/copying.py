"""Moves messages one by one: copies each, and deletes it only after SQS has accepted the copy."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations.batches import Sender, batches, confirmed
from queuesmith.operations.message_scan import Scan
from queuesmith.operations.messages import Match, Message
from queuesmith.operations.rate_limit import RateLimit, backoff
from queuesmith.operations.redriving.result import RedriveResult

DELETE_ATTEMPTS = 4


@dataclass(frozen=True)
class MessageFilter:
    """Selects messages. Without arguments it selects all."""

    match: Match | None = None
    message_ids: Collection[str] = ()
    limit: int | None = None

    @property
    def everything(self) -> bool:
        """Whether all messages are selected."""
        return self.match is None and not self.message_ids and self.limit is None

    def has(self, message: Message) -> bool:
        """Whether a message is selected. The limit is not considered."""
        if self.message_ids and message.message_id not in self.message_ids:
            return False
        return self.match is None or self.match(message)

    def is_complete(self, selected: int) -> bool:
        """Whether no more messages can be selected after `selected` of them."""
        most = [each for each in (self.limit, len(self.message_ids) or None) if each is not None]
        return bool(most) and selected >= min(most)


@dataclass
class Copying:
    """One redrive. If the process is killed between a copy and its deletion, at most one batch of ten is in both queues."""

    sqs: Any
    source: DeployedQueue
    destination: DeployedQueue
    wanted: MessageFilter
    rate: int | None
    stop: Stop
    done: RedriveResult
    on_progress: Callable[[RedriveResult], None]
    blocked_groups: set[str | None] = field(default_factory=set)
    """Message groups in which a message was not accepted. Later messages of these groups stay in the DLQ."""
    failed: bool = False

    def __post_init__(self) -> None:
        self._sender = Sender(self.sqs, self.destination.url, self.stop)
        self._named = set(self.wanted.message_ids)
        self._rate_limit = RateLimit(self.rate, self.stop)

    def run(self, *, dry_run: bool) -> RedriveResult:
        """Scan the DLQ and move the selected messages; in a dry run, only report them.

        Raises what boto3 raises before the first message was read. Later errors set the state to FAILED, with the reason.
        """
        done = self.done
        most = self.wanted.limit if self.wanted.match is None and not self._named else None
        with Scan(self.sqs, self.source, self.stop, rate=self.rate, most=most) as scan:
            done.approximate_count, done.invisible_for = scan.depth.total, scan.invisible_for
            try:
                self._work(scan, dry_run=dry_run)
            except (BotoCoreError, ClientError) as error:
                if not scan.received:
                    raise
                self._fail(error)
        done.left_invisible = scan.left_invisible
        if self.failed:
            done.state = "FAILED"
        elif self.stop.is_set():
            done.state = "CANCELLED"
        elif not self.wanted.is_complete(done.selected):
            done.not_received = max(0, done.approximate_count - done.received)
            done.not_found = sorted(self._named)
        return done

    def _work(self, scan: Scan, *, dry_run: bool) -> None:
        done = self.done
        for seen in scan.batches():
            done.received = scan.received
            if not dry_run and not done.selected:
                time.sleep(max(0.0, scan.began - scan.now))  # messages that return from now on have a later time than `began`
            selected = self._choose(seen, scan)
            done.selected += len(selected)
            if dry_run:
                done.not_moved += len(selected)
                done.message_ids += [str(message.message_id) for message in selected]
            else:
                self._move(selected, scan)
            self.on_progress(done)
            if self.failed or self.wanted.is_complete(done.selected):
                return

    def _choose(self, seen: list[Message], scan: Scan) -> list[Message]:
        """The selected messages.

        Those that arrived during the redrive stay: a message that fails again would be moved without end.
        """
        self._named.difference_update(str(message.message_id) for message in seen)
        before = [message for message in seen if not scan.is_late(message)]
        self.done.arrived_during_redrive += len(seen) - len(before)
        selected = [message for message in before if self.wanted.has(message)]
        if self.wanted.limit is not None:
            del selected[max(0, self.wanted.limit - self.done.selected) :]
        return selected

    def _move(self, messages: list[Message], scan: Scan) -> None:
        for batch in batches(messages, fifo=self.destination.is_fifo):
            if self.failed or self.stop.is_set():
                self.done.not_moved += len(batch)
                continue
            ready = [message for message in batch if not (self.destination.is_fifo and message.group in self.blocked_groups)]
            self.done.not_accepted += len(batch) - len(ready)
            if ready:
                self._copy(ready, scan)

    def _copy(self, ready: list[Message], scan: Scan) -> None:
        done, fifo = self.done, self.destination.is_fifo
        outcome = self._sender.send([message.copy(fifo=fifo) for message in ready])
        for position, refusal in outcome.refused.items():
            done.not_accepted += 1
            self.blocked_groups.add(ready[position].group)
            done.because(str(refusal))
        done.not_moved += len(outcome.not_sent)
        for position, why in outcome.unconfirmed.items():
            done.possibly_duplicated.append(str(ready[position].message_id))
            self.blocked_groups.add(ready[position].group)
            done.because(why)
        repeated = set() if fifo else set(outcome.repeated)  # a FIFO queue deduplicates the repeated message
        self._delete([(ready[position], position in repeated) for position in outcome.accepted], scan)
        if outcome.error is not None:
            self._fail(outcome.error)
        else:
            self._rate_limit.wait_for(done.moved + len(done.possibly_duplicated))

    def _delete(self, accepted: list[tuple[Message, bool]], scan: Scan) -> None:
        """Delete copied messages from the DLQ. The flag of each message says whether it may have been copied twice."""
        done, left, error = self.done, accepted, None
        for attempt in range(DELETE_ATTEMPTS):
            if not left:
                return
            time.sleep(backoff(attempt))  # not `stop.wait`: the deletion must complete also during a stop
            try:
                gone = self._delete_batch([message for message, _ in left], scan)
            except (BotoCoreError, ClientError) as refusal:
                error = refusal
                continue
            for position, (message, twice) in enumerate(left):
                if position not in gone:
                    continue
                scan.forget(message)
                if twice:
                    done.possibly_duplicated.append(str(message.message_id))
                else:
                    done.moved += 1
            left = [each for position, each in enumerate(left) if position not in gone]
        if left:
            done.possibly_duplicated += [str(message.message_id) for message, _ in left]
            done.because("copied, but not deleted from the DLQ")
            if error is not None:
                self._fail(error)

    def _delete_batch(self, messages: list[Message], scan: Scan) -> set[int]:
        """Delete the messages. Returns the positions that SQS confirms as deleted."""
        entries = [{"Id": str(i), "ReceiptHandle": scan.receipt(message)} for i, message in enumerate(messages)]
        answer = self.sqs.delete_message_batch(QueueUrl=self.source.url, Entries=entries)
        return confirmed(answer, len(entries))

    def _fail(self, error: BotoCoreError | ClientError) -> None:
        self.failed = True
        self.done.because(str(as_aws_error(error)))
