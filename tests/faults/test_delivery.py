"""SQS delivers at least once and in any order: several times, simultaneously, and again after the message was processed."""

from __future__ import annotations

from tests.faults.lane import LONG_TIMEOUT, SHORT_VISIBILITY, Lane, wait_for
from tests.faults.run import MESSAGES, Run, proves


def test_message_delivered_to_two_handlers_is_processed_once(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.poller(twice=True)
        run.deliver(run.orders(MESSAGES))
        run.settle()
        wait_for(lambda: run.count("begun") >= 2 * MESSAGES and all_ended(run), "each message was processed twice")

    proves(standard, "each message delivered to two handlers at the same time", inject, broken="writes_again", shown="twice")


def test_two_messages_about_one_order_write_it_once(standard: Lane) -> None:
    def inject(run: Run) -> None:
        bodies = run.orders(MESSAGES)
        run.deliver([body for pair in zip(bodies, bodies[3:] + bodies[:3], strict=True) for body in pair])

    proves(standard, "two messages about each order", inject, broken="writes_again", shown="twice", messages=2 * MESSAGES)


def test_message_that_contradicts_a_stored_order_is_in_the_dlq(standard: Lane) -> None:
    """The same business id in two messages with different content."""

    def inject(run: Run) -> None:
        bodies = run.orders(MESSAGES)
        run.deliver(bodies)
        run.settle()
        run.deliver([run.conflicting(body) for body in bodies[::3]])

    proves(standard, "contradictory messages about one order", inject, broken="writes_again", shown="lost")


def test_response_that_aws_cannot_read_loses_nothing(standard: Lane) -> None:
    """Our handler never returns such a response. Other tests rely on the poller interpreting it as AWS does."""
    standard.reset()
    standard.configure("broken.confuses")
    standard.times(LONG_TIMEOUT, SHORT_VISIBILITY, patient=True)
    run = Run(standard)
    run.deliver(run.orders(MESSAGES))
    run.settle()
    run.account().check()
    seen = {line["order_id"] for line in run.lines() if line["what"] == "seen"}
    assert len(seen) == MESSAGES, "each message was delivered again after it had been processed"


def test_message_visible_while_in_progress_is_processed_once(standard: Lane) -> None:
    """The reason for the rule about the visibility timeout: AWS would refuse this mapping."""

    def inject(run: Run) -> None:
        run.lane.times(LONG_TIMEOUT, visibility=2, patient=True)
        run.deliver([*run.orders(4, "lingers:2"), *run.orders(MESSAGES - 4)])
        run.settle()
        wait_for(lambda: all_ended(run), "the last handler is done")

    proves(standard, "visibility timeout expires during processing", inject, broken="writes_again", shown="twice")


def test_message_that_is_not_deleted_is_not_processed_again(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.times(LONG_TIMEOUT, SHORT_VISIBILITY, patient=True)
        run.lane.poller(lose_deletes=10)
        run.deliver(run.orders(MESSAGES))

    proves(standard, "processed, but not deleted", inject, broken="writes_again", shown="twice")


def test_messages_out_of_order_are_all_processed(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.receives(3)
        run.lane.poller(shuffle=True)
        run.deliver(run.orders(MESSAGES))

    proves(standard, "delivered out of order", inject, broken="expects_order", shown="misplaced")


def all_ended(run: Run) -> bool:
    """Whether every order was written, or found to be written, as often as it was begun."""
    return run.count("begun") == run.count("written") + run.count("seen")
