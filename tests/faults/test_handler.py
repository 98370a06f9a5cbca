"""The handler fails, dies, freezes or does not start, at any point of its work."""

from __future__ import annotations

from tests.faults.lane import LONG_TIMEOUT, OURS, SHORT_VISIBILITY, Lane, also_simultaneously, wait_for
from tests.faults.run import MESSAGES, Run, proves


def mixed(run: Run, how: str, count: int = 12, *, of: int = MESSAGES) -> list[str]:
    """Good orders, with some among them that have this fault."""
    good, wrong = run.orders(of - count), run.orders(count, how)
    for number, body in enumerate(wrong):
        good.insert((number * len(good)) // count + 3, body)
    return good


@also_simultaneously("standard")
def test_failed_messages_are_retried_or_end_in_the_dlq(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.receives(6)
        run.deliver([*mixed(run, "raises:2", of=MESSAGES - 3), *run.orders(3, "raises:1000", "dead")])

    proves(standard, "handler raises for some messages", inject, broken="swallows", shown="lost")


@also_simultaneously("standard")
def test_failing_message_does_not_affect_the_rest_of_its_batch(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.receives(3)
        if run.lane.handler != OURS:  # a failed batch becomes visible again when its visibility timeout ends
            run.lane.times(LONG_TIMEOUT, SHORT_VISIBILITY, patient=True)
        batches = [[*run.orders(9), *run.orders(1, "raises:1000", "dead")] for _ in range(6)]
        run.deliver([*(body for batch in batches for body in batch), *run.orders(MESSAGES - 60)])

    proves(standard, "one message of a batch always fails", inject, broken="drags_along", shown="both")


def test_handler_killed_mid_batch_loses_and_repeats_nothing(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.times()
        run.deliver(mixed(run, "killed:1"))

    proves(standard, "killed mid-batch (SIGKILL)", inject, broken="writes_again", shown="twice")


@also_simultaneously("standard")
def test_handler_that_exits_after_the_write_repeats_nothing(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.times()
        run.deliver(mixed(run, "exits:1"))

    proves(standard, "exits after the write, before the response", inject, broken="writes_again", shown="twice")


def test_frozen_handler_does_not_block_the_queue(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.times()
        run.deliver(mixed(run, "freezes:1", 5))

    proves(standard, "frozen (SIGSTOP)", inject, broken="writes_again", shown="twice")


def test_handler_that_times_out_is_retried(standard: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.times()
        run.deliver(mixed(run, "hangs:1", 5))

    proves(standard, "times out", inject, broken="writes_again", shown="twice")


def test_handler_that_starts_late_processes_everything(standard: Lane) -> None:
    def inject(run: Run) -> None:
        before = starts_failed(run.lane)
        run.lane.switch("must-not-start", on=True)
        run.lane.times()
        run.deliver(run.orders(MESSAGES))
        wait_for(lambda: starts_failed(run.lane) > before, "a start fails")
        run.lane.switch("must-not-start", on=False)

    proves(standard, "fails to start", inject, broken="swallows", shown="lost")


def starts_failed(lane: Lane) -> int:
    """The number of times that the handler has failed to start."""
    return sum(line["what"] == "not started" for line in lane.ledger())
