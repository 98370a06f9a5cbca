"""The next command that a command prints can be run unchanged."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.e2e.commands.world import REGION, Deployed, World

DIRECT = ("--queue", "ship-parcels", "--region", REGION)


def next_of(text: str) -> str:
    """The command after `Next:`, without the surrounding text."""
    found = re.search(r"Next: .*?(queuesmith .*)$", text, re.MULTILINE)
    assert found is not None, text
    return found[1].removesuffix(".")


@pytest.mark.parametrize(
    "command",
    [
        ("status", "dev"),
        ("status", *DIRECT),
        ("doctor", "dev", "orders"),
        ("logs", "dev", "--level", "error", "--message-id", "a b"),
        ("pause", "dev"),
        ("resume", "dev"),
        ("dlq", "peek", "dev", "--where", "body.kind == 'odd one'", "--reason", ""),
        ("dlq", "peek", *DIRECT),
        ("dlq", "redrive", "dev", "--match", "kind == 'odd one'", "--limit", "3", "--dry-run"),
        ("dlq", "redrive", "dev"),
        ("dlq", "drop", "dev", "--match", "kind == 'odd one'", "--dry-run"),
        ("dlq", "purge", "--dlq", "ship-parcels-dlq.fifo", "--region", REGION, "--yes", "ship-parcels-dlq.fifo"),
        ("purge", "dev", "--yes", "dev-orders"),
    ],
    ids=" ".join,
)
def test_the_next_command_works(command: tuple[str, ...], world: World, orders: Deployed, fifo: Deployed) -> None:
    world.fill(orders.dead_letter_queue, json.dumps({"kind": "odd one"}), json.dumps({"kind": "even"}))
    world.fill(fifo.dead_letter_queue, "x", MessageGroupId="g", MessageDeduplicationId="d")
    first = world.run(*command)
    program, *arguments = shlex.split(next_of(first.stdout + first.stderr))
    assert program == "queuesmith"
    if arguments[-1] == "--watch":
        arguments.pop()
    second = world.run(*arguments)
    assert second.returncode in (0, 1), second.stderr
    assert "error:" not in second.stderr
    if "--dry-run" in command or "--where" in command:
        assert second.stdout.startswith("1 of about 2 messages w")  # was moved, would be moved, or was dropped


def test_next_command_quotes_the_file_of_unsent_messages(world: World, orders: Deployed, tmp_path: Path) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "1024"})
    rejected = tmp_path / "my rejects.jsonl"
    first = world.run("send", "dev", "--body", "x" * 2000, "--rejected", str(rejected))
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "4096"})
    _, *arguments = shlex.split(next_of(first.stderr))
    assert world.run(*arguments).returncode == 0
    assert world.count(orders.queue) == 1


def test_next_command_after_naming_a_dlq_asks_for_the_queue(world: World, fifo: Deployed) -> None:
    world.fill(fifo.dead_letter_queue, "x", MessageGroupId="g", MessageDeduplicationId="d")
    result = world.run("dlq", "peek", "--dlq", "ship-parcels-dlq.fifo", "--region", REGION)
    assert result.returncode == 0
    assert "`queuesmith dlq redrive` with --queue and the name of the messages' queue" in result.stderr
    redrive = world.run("dlq", "redrive", "--dlq", "ship-parcels-dlq.fifo", "--region", REGION)
    assert redrive.returncode == 2
    assert redrive.stderr == "error: The queue of ship-parcels-dlq.fifo is unknown. Specify it: --queue NAME\n"
