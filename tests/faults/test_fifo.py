"""FIFO queues: nothing of a group overtakes what failed before it, and one group does not hold another up."""

from __future__ import annotations

import pytest

from tests.faults.lane import MESSAGES, Lane, Run

GROUPS = 10


def in_order(run: Run) -> list[str]:
    """Groups whose orders were not written in the order in which they were sent."""
    found = []
    written = [line["order_id"] for line in run.lines() if line["what"] == "written"]
    for group in range(GROUPS):
        own = [order_id for order_id in written if int(order_id[-5:]) % GROUPS == group]
        found += [f"group {group}"] if own != sorted(own) else []
    return found


def failing_groups(run: Run) -> None:
    """Two groups have an order that fails twice, a third has one that always fails."""
    bodies = run.orders(MESSAGES)
    for position, how in ((23, "raises:2"), (47, "raises:1"), (65, "raises:1000")):
        old = bodies[position]
        new = old.replace('"ok:0"', f'"{how}"')
        run.expected[new], run.ids[new] = "dead" if how.endswith("1000") else "written", run.ids.pop(old)
        del run.expected[old]
        bodies[position] = new
    run.deliver(bodies, group=lambda number: f"g{number % GROUPS}")


def test_a_failing_message_holds_back_its_own_group_and_no_other_and_nothing_overtakes(fifo: Lane) -> None:
    fifo.receives(4)
    runs: list[Run] = []

    def plant(run: Run) -> None:
        run.lane.receives(4)
        runs.append(run)
        failing_groups(run)
        run.settle()
        if len(runs) == 1:
            assert in_order(run) == []

    fifo.proves("failing messages in FIFO groups", plant, broken="swallows", shown="lost")


def test_a_handler_that_takes_a_fifo_queue_for_a_standard_one_is_found_out(fifo: Lane) -> None:
    """The negative control of the order itself."""
    fifo.reset()
    fifo.configure("broken.overtakes")
    run = Run(fifo)
    failing_groups(run)
    run.settle()
    with pytest.raises(AssertionError):
        assert in_order(run) == []


def test_a_handler_killed_in_mid_batch_keeps_the_order_of_each_group(fifo: Lane) -> None:
    def plant(run: Run) -> None:
        bodies = run.orders(MESSAGES)
        for position in range(15, MESSAGES, 150):
            old = bodies[position]
            bodies[position] = old.replace('"ok:0"', '"killed:1"')
            run.expected[bodies[position]], run.ids[bodies[position]] = "written", run.ids.pop(old)
            del run.expected[old]
        run.deliver(bodies, group=lambda number: f"g{number % GROUPS}")
        run.settle()
        if run.lane.handler == "main.lambda_handler":
            assert in_order(run) == []

    fifo.proves("killed in mid-batch, FIFO", plant, broken="writes_again", shown="twice")
