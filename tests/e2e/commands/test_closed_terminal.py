"""A terminal that is closed, a pipe that is broken: all messages are accounted for, although no output can be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.closed_terminal import on_a_closed_terminal
from tests.e2e.commands.world import Deployed, World
from tests.waiting import TIMEOUT

GIVEN = [f"m{number}" for number in range(300)]


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """`send` with so many messages that they take seconds. A later `--rate` overrides this one."""
    (tmp_path / "many.jsonl").write_text("\n".join(GIVEN))
    arguments = ["--file", str(tmp_path / "many.jsonl"), "--rejected", str(tmp_path / "left.jsonl")]
    return ["send", "dev", "--rate", "100", *arguments]


def unsent_bodies(tmp_path: Path) -> list[str]:
    file = tmp_path / "left.jsonl"
    return [json.loads(line)["MessageBody"] for line in file.read_text().splitlines()] if file.exists() else []


def test_closed_terminal_leaves_unsent_messages_in_the_file(
    world: World, orders: Deployed, command: list[str], tmp_path: Path
) -> None:
    arguments = ["-m", "queuesmith", *command, "--rate", "10"]
    with on_a_closed_terminal(arguments, b"Sent", world.project.folder, world.environment) as process:
        process.wait(TIMEOUT)
    sent = [message["Body"] for message in world.contents(orders.queue)]
    assert 0 < len(sent) < len(GIVEN)
    assert sent + unsent_bodies(tmp_path) == GIVEN


def test_closed_terminal_under_nohup_stops_nothing(world: World, orders: Deployed, command: list[str], tmp_path: Path) -> None:
    arguments = ["-m", "queuesmith", *command]
    with on_a_closed_terminal(arguments, b"Sent", world.project.folder, world.environment, hangup="SIG_IGN") as process:
        process.wait(TIMEOUT)
    assert [message["Body"] for message in world.contents(orders.queue)] == GIVEN
    assert unsent_bodies(tmp_path) == []


def test_closed_stderr_stops_nothing(world: World, orders: Deployed, command: list[str], tmp_path: Path) -> None:
    with world.start(*command) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stderr.readline()
        process.stderr.close()
        assert process.stdout.read() == f"dev-orders: {len(GIVEN)} messages accepted\n"
    assert process.returncode == 0
    assert [message["Body"] for message in world.contents(orders.queue)] == GIVEN
    assert unsent_bodies(tmp_path) == []
