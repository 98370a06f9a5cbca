"""FIFO queues: no message overtakes an earlier failed message of its group, and groups do not delay each other."""

from __future__ import annotations

from collections import Counter

from tests.faults.account import End
from tests.faults.lane import OURS, Lane, also_simultaneously
from tests.faults.run import MESSAGES, Run, proves

GROUPS = 10


def out_of_order(run: Run) -> list[int]:
    """Groups whose orders were not written in the order in which they were sent."""
    written = [int(line["order_id"][-5:]) for line in run.lines() if line["what"] == "written"]
    groups = {group: [number for number in written if number % GROUPS == group] for group in range(GROUPS)}
    return [group for group, own in groups.items() if own != sorted(own)]


def deliver(run: Run, changes: dict[int, tuple[str, End]]) -> None:
    """Send orders in ten groups, some of which fail, and wait until the queue is empty."""
    bodies = run.orders(MESSAGES)
    for position, (how, end) in changes.items():
        bodies[position] = run.instead(bodies[position], end, customer_id=how)
    run.deliver(bodies, group=lambda number: f"g{number % GROUPS}")
    run.settle()


def wrongly_started(run: Run) -> list[int]:
    """Orders that should not have been delayed or begun: those of groups without a failure that were begun more than once,
    and those behind the failing order that were begun before it was in the DLQ.
    """
    begun = [int(line["order_id"][-5:]) for line in run.lines() if line["what"] == "begun"]
    failing = {position % GROUPS for position in FAILING}
    again = [number for number, count in Counter(begun).items() if count > 1 and number % GROUPS not in failing]
    given_up = max(at for at, number in enumerate(begun) if number == ALWAYS)
    behind = [number for number in begun[:given_up] if number % GROUPS == ALWAYS % GROUPS and number > ALWAYS]
    return [*again, *behind]


ALWAYS = 65
"""The order that always fails."""
FAILING: dict[int, tuple[str, End]] = {
    23: ("raises:2", "written"),
    47: ("raises:1", "written"),
    ALWAYS: ("raises:1000", "dead"),
}


@also_simultaneously("fifo")
def test_failing_message_blocks_only_its_own_group(fifo: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.receives(4)
        deliver(run, FAILING)
        if run.lane.handler == OURS:
            assert (out_of_order(run), wrongly_started(run)) == ([], [])

    proves(fifo, "failing messages in FIFO groups", inject, broken="swallows", shown="lost")


def test_handler_that_ignores_fifo_order_is_detected(fifo: Lane) -> None:
    """The negative control for the order."""
    fifo.reset()
    fifo.receives(4)
    fifo.configure("broken.overtakes")
    run = Run(fifo)
    deliver(run, FAILING)
    assert out_of_order(run) != []
    assert wrongly_started(run) != []


def test_killed_handler_preserves_the_order_of_each_group(fifo: Lane) -> None:
    def inject(run: Run) -> None:
        run.lane.times()
        deliver(run, {15: ("killed:1", "written"), 165: ("killed:1", "written")})
        if run.lane.handler == OURS:
            assert out_of_order(run) == []

    proves(fifo, "killed mid-batch, FIFO", inject, broken="writes_again", shown="twice")
