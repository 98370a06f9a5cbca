"""`queuesmith purge` and `queuesmith dlq purge` against the emulator: never without the queue's name."""

from __future__ import annotations

import os
import pty

import pytest

from tests.e2e.commands.world import Deployed, World
from tests.waiting import TIMEOUT


def test_purge_with_the_queue_name_deletes_and_counts(world: World, orders: Deployed) -> None:
    world.fill(orders.queue, "a", "b")
    world.fill(orders.dead_letter_queue, "c")
    result = world.run("purge", "dev", "orders", "--yes", "dev-orders")
    assert (result.returncode, result.stdout) == (
        0,
        "dev-orders: deleting about 2 messages (takes up to 60 s)\n",
    )
    assert result.stderr == "Next: queuesmith status dev orders\n"
    assert (world.count(orders.queue), world.count(orders.dead_letter_queue)) == (0, 1)
    document = world.json("dlq", "purge", "dev", "--yes", "dev-orders-dlq")
    assert document == {"version": 2, "queue": "dev-orders-dlq", "deleted": 1}
    assert world.count(orders.dead_letter_queue) == 0


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "dev-orders contains about 1 message. Without a terminal, confirm with --yes dev-orders"),
        (
            ("--yes", "dev-orders-dlq"),
            1,
            'The confirmation is "dev-orders-dlq", but the queue is dev-orders. Nothing was deleted',
        ),
        (("--yes", ""), 1, 'The confirmation is "", but the queue is dev-orders. Nothing was deleted'),
    ],
)
def test_purge_without_the_queue_name_deletes_nothing(
    arguments: tuple[str, ...], status: int, message: str, world: World, orders: Deployed
) -> None:
    world.fill(orders.queue, "a")
    result = world.run("purge", "dev", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (status, "", f"error: {message}\n")
    assert world.count(orders.queue) == 1


@pytest.mark.parametrize(("typed", "status", "left"), [("dev-orders", 0, 0), ("yes", 1, 1), ("", 1, 1)])
def test_purge_prompts_for_the_name_on_a_terminal(typed: str, status: int, left: int, world: World, orders: Deployed) -> None:
    world.fill(orders.queue, "a")
    ours, theirs = pty.openpty()
    try:
        with world.start("purge", "dev", "orders", stdin=theirs) as process:
            os.write(ours, f"{typed}\n".encode())
            _, errors = process.communicate(timeout=TIMEOUT)
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == status
    assert "dev-orders contains about 1 message. Deleted messages cannot be restored." in errors
    assert world.count(orders.queue) == left
