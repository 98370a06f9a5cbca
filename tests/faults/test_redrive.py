"""A redrive is interrupted while new messages arrive: dead letters are processed, and no message is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from queuesmith.operations.messages import Message
from queuesmith.operations.redriving import RedriveResult, redrive_messages
from tests.faults.lane import wait_for
from tests.faults.load import sending
from tests.faults.run import MESSAGES, Run, proves

INTERRUPT_AFTER = 100
"""The number of messages after which the redrive is interrupted."""


class InterruptedRedriveError(Exception):
    """The redrive is interrupted."""


def redrivable_messages(run: Run) -> None:
    """Orders that went to the DLQ, and whose cause has been fixed since."""
    failed = run.orders(MESSAGES, "never:1000")
    run.deliver(failed)
    wait_for(lambda: set(run.lane.world.messages(run.lane.dlq_url)) == set(failed), "they are in the DLQ")
    run.settle()
    run.lane.switch("mended", on=True)


def ours(run: Run) -> None:
    """Interrupt `queuesmith.operations.redriving` and start it again."""

    def interrupt(done: RedriveResult) -> None:
        if done.moved >= INTERRUPT_AFTER:
            raise InterruptedRedriveError

    sqs = run.lane.world.client("sqs")
    with pytest.raises(InterruptedRedriveError):
        redrive_messages(sqs, run.lane.dlq, run.lane.queue, on_progress=interrupt)
    done = redrive_messages(sqs, run.lane.dlq, run.lane.queue)
    assert (done.not_accepted, done.not_moved, done.possibly_duplicated) == (0, 0, [])


def deletes_first(run: Run) -> None:
    """A typical script: receive, delete, send. It is interrupted between two of these steps and started again."""
    sqs, lane, moved = run.lane.world.client("sqs"), run.lane, 0
    while received := sqs.receive_message(QueueUrl=lane.dlq_url, MaxNumberOfMessages=10).get("Messages"):
        for message in received:
            sqs.delete_message(QueueUrl=lane.dlq_url, ReceiptHandle=message["ReceiptHandle"])
        if moved != INTERRUPT_AFTER:
            for message in received:
                sqs.send_message(QueueUrl=lane.queue_url, MessageBody=message["Body"])
        moved += len(received)


def keeps_the_producers_ids(run: Run) -> None:
    """Copies on FIFO with the deduplication ids of the first messages. SQS accepts such copies and does not deliver them."""

    def as_before(message: Message, *, fifo: bool) -> Message:
        return replace(message, deduplication_id=run.deduplication_ids[message.body])

    with mock.patch.object(Message, "copy", as_before):
        redrive_messages(run.lane.world.client("sqs"), run.lane.dlq, run.lane.queue)


@pytest.mark.parametrize(
    ("kind", "mistake"), [("standard", deletes_first), ("fifo", keeps_the_producers_ids)], ids=["standard", "fifo"]
)
def test_interrupted_redrive_under_load_loses_nothing(kind: str, mistake: Any, request: pytest.FixtureRequest) -> None:
    def under_load(way: Any) -> Any:
        def inject(run: Run) -> None:
            redrivable_messages(run)
            with sending(run, run.orders(MESSAGES)):
                way(run)

        return inject

    proves(
        request.getfixturevalue(kind),
        f"interrupted redrive under load, {kind}",
        under_load(ours),
        control=under_load(mistake),
        broken=mistake.__name__,
        shown="lost",
        messages=2 * MESSAGES,
    )
