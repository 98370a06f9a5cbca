"""Redrive while messages keep coming: what was dead is worked, and nothing gets lost on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from unittest import mock

import pytest

from queuesmith.messages import Message
from queuesmith.redrive import redrive
from tests.faults.lane import MESSAGES, Lane, Run, wait_for
from tests.faults.test_operations import sending


def dead_then_mended(run: Run) -> list[str]:
    """Orders that went to the DLQ, whose cause is mended by now."""
    failed = run.orders(MESSAGES, "never:1000")
    run.deliver(failed)
    wait_for(lambda: len(run.lane.world.messages(run.lane.dlq_url)) == MESSAGES, "they are in the DLQ")
    run.lane.switch("mended", on=True)
    return failed


def redriven_under_load(run: Run) -> None:
    dead_then_mended(run)
    with sending(run, run.orders(MESSAGES)):
        done = redrive(run.lane.world.client("sqs"), run.lane.dlq, run.lane.queue)
    assert (done.moved, done.not_accepted, done.not_moved, done.perhaps_twice) == (MESSAGES, 0, 0, [])


def dropped(run: Run) -> None:
    """For a handler that drops them: nothing reaches the DLQ, so nothing can be redriven."""
    run.deliver(run.orders(MESSAGES, "never:1000"))


@pytest.mark.parametrize("kind", ["standard", "fifo"])
def test_redrive_under_load_brings_every_message_back_and_loses_none(kind: str, request: pytest.FixtureRequest) -> None:
    lane: Lane = request.getfixturevalue(kind)

    def plant(run: Run) -> None:
        (redriven_under_load if run.lane.handler == "main.lambda_handler" else dropped)(run)

    lane.proves(f"redrive under load, {kind}", plant, broken="drops", shown="lost", messages=2 * MESSAGES)


def test_a_fifo_redrive_that_keeps_the_producers_deduplication_ids_is_found_out(fifo: Lane) -> None:
    """The negative control of the redrive itself: SQS accepts such copies, and swallows them."""
    fifo.reset()
    run = Run(fifo)
    failed = run.orders(MESSAGES, "never:1000")
    ids = {body: f"same-{number}" for number, body in enumerate(failed)}
    run.lane.enable()
    for number, body in enumerate(failed):
        fifo.sqs.send_message(
            QueueUrl=fifo.queue_url, MessageBody=body, MessageGroupId=f"g{number % 10}", MessageDeduplicationId=ids[body]
        )
    run.messages = MESSAGES
    wait_for(lambda: len(fifo.world.messages(fifo.dlq_url)) == MESSAGES, "they are in the DLQ")
    fifo.switch("mended", on=True)

    def as_before(message: Message, *, fifo: bool) -> Message:
        return replace(message, deduplication_id=ids[message.body])

    with mock.patch.object(Message, "copy", as_before):
        redrive(fifo.world.client("sqs"), fifo.dlq, fifo.queue)
    run.settle()
    account = run.account()
    with pytest.raises(AssertionError, match=r"\d+ lost"):
        account.check()
    assert Counter(fifo.world.messages(fifo.dlq_url)) == Counter()
