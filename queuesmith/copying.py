"""Moves messages one by one: each is copied, and deleted only after SQS has accepted the copy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.queues import Queue
from queuesmith.aws.refusals import said
from queuesmith.batches import Sender, batches
from queuesmith.messages import Message
from queuesmith.redriven import Redriven, Wanted
from queuesmith.scan import Scan

DELETE_ATTEMPTS = 4


class Copying:
    """One redrive. A kill between a copy and its deletion leaves at most one batch of ten in both queues."""

    def __init__(
        self,
        sqs: Any,
        source: Queue,
        destination: Queue,
        wanted: Wanted,
        rate: int | None,
        stop: threading.Event,
        done: Redriven,
        on_progress: Callable[[Redriven], None],
    ) -> None:
        self._sqs, self._source, self._destination, self._wanted = sqs, source, destination, wanted
        self._rate, self._stop, self._done, self._on_progress = rate, stop, done, on_progress
        self._sender = Sender(sqs, destination.url, stop)
        self._blocked: set[str | None] = set()
        """Groups in which a message was refused: those behind it stay where they are."""
        self._failed = False
        self._begin = time.monotonic()

    def run(self, *, dry_run: bool) -> Redriven:
        """Look through the DLQ, and move what is wanted; in a dry run only say what that is. Raises what boto3 raises before
        anything was moved.
        """
        done = self._done
        with Scan(self._sqs, self._source, self._stop) as scan:
            done.about, done.hidden_for = scan.depth.total, scan.hidden_for
            for seen in scan.batches():
                done.looked_at = scan.looked_at
                chosen = self._choose(seen, scan)
                done.chosen += len(chosen)
                if dry_run:
                    done.message_ids += [str(message.message_id) for message in chosen]
                else:
                    self._move(chosen, scan)
                self._on_progress(done)
                if self._failed or self._wanted.is_complete(done.chosen):
                    break
        done.left_hidden = scan.left_hidden
        if self._failed:
            done.state = "FAILED"
        elif self._stop.is_set():
            done.state = "CANCELLED"
        return done

    def _choose(self, seen: list[Message], scan: Scan) -> list[Message]:
        """Those that are wanted. What came while this runs is left: it would go round for ever where it fails again."""
        before = [message for message in seen if int(message.system.get("SentTimestamp", 0)) < scan.began * 1000]
        chosen = [message for message in before if self._wanted.has(message)]
        if self._wanted.limit is not None:
            del chosen[max(0, self._wanted.limit - self._done.chosen) :]
        return chosen

    def _move(self, messages: list[Message], scan: Scan) -> None:
        for batch in batches(messages, fifo=self._destination.fifo):
            if self._failed or self._stop.is_set():
                self._done.not_moved += len(batch)
                continue
            ready = [message for message in batch if not (self._destination.fifo and message.group in self._blocked)]
            self._done.not_accepted += len(batch) - len(ready)
            if ready:
                self._copy(ready, scan)

    def _copy(self, ready: list[Message], scan: Scan) -> None:
        done = self._done
        try:
            refusals = self._sender.send([message.copy(fifo=self._destination.fifo) for message in ready])
        except (BotoCoreError, ClientError) as error:
            self._fail(error)
            done.not_moved += len(ready)
            if not isinstance(error, ClientError):  # the connection broke: perhaps after SQS had taken them
                done.perhaps_twice += [str(message.message_id) for message in ready]
            return
        accepted = []
        for message, refusal in zip(ready, refusals, strict=True):
            if refusal is None:
                accepted.append(message)
                continue
            done.not_accepted += 1
            self._blocked.add(message.group)
            self._because(str(refusal))
        self._delete(accepted, scan)
        if self._rate:
            moved = done.moved + len(done.perhaps_twice)
            self._stop.wait(max(0.0, moved / self._rate - (time.monotonic() - self._begin)))

    def _delete(self, accepted: list[Message], scan: Scan) -> None:
        left, error = accepted, None
        for attempt in range(DELETE_ATTEMPTS):
            if not left:
                return
            if attempt:
                self._stop.wait(0.2 * 2**attempt)
            try:
                failed = self._delete_batch(left, scan)
            except (BotoCoreError, ClientError) as refusal:
                error = refusal
                continue
            for message in left:
                if message not in failed:
                    self._done.moved += 1
                    scan.let_go(message)
            left = failed
        if left:
            self._done.perhaps_twice += [str(message.message_id) for message in left]
            self._because("copied, but not deleted from the DLQ")
            if error is not None:
                self._fail(error)

    def _delete_batch(self, messages: list[Message], scan: Scan) -> list[Message]:
        """Delete them; those for which it failed."""
        entries = [{"Id": str(i), "ReceiptHandle": scan.receipt(message)} for i, message in enumerate(messages)]
        answer = self._sqs.delete_message_batch(QueueUrl=self._source.url, Entries=entries)
        failed = {int(each["Id"]) for each in answer.get("Failed", [])}
        return [message for i, message in enumerate(messages) if i in failed]

    def _fail(self, error: BotoCoreError | ClientError) -> None:
        self._failed = True
        self._because(str(said(error)))

    def _because(self, reason: str) -> None:
        if reason not in self._done.reasons:
            self._done.reasons.append(reason)
