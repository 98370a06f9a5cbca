"""A terminal that is closed, a pipe that is broken: the messages are accounted for although nobody can be told."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.commands.world import Deployed, World

GIVEN = [f"m{number}" for number in range(300)]
ON_ITS_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGHUP, getattr(signal, sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""
"""What a shell does before it runs a command; `nohup` too."""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """`send` with so many messages that they take seconds."""
    (tmp_path / "many.jsonl").write_text("\n".join(GIVEN))
    arguments = ["--file", str(tmp_path / "many.jsonl"), "--rejected", str(tmp_path / "left.jsonl")]
    return ["send", "dev", "--rate", "100", *arguments]


def left(tmp_path: Path) -> list[str]:
    file = tmp_path / "left.jsonl"
    return [json.loads(line)["MessageBody"] for line in file.read_text().splitlines()] if file.exists() else []


@contextlib.contextmanager
def on_a_terminal(world: World, command: list[str], hangup: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command on a terminal of its own, which is closed when the first progress is on it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_ITS_TERMINAL, hangup, sys.executable, "-m", "queuesmith", *command],
        cwd=world.project.folder,
        env={**world.environment, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    with process:
        os.close(theirs)
        try:
            read_until(ours, b"Sent")
        finally:
            os.close(ours)
        yield process


def read_until(terminal: int, text: bytes) -> None:
    seen = b""
    while text not in seen:
        seen += os.read(terminal, 4096)


def test_a_terminal_that_is_closed_leaves_what_was_not_sent_in_the_file(
    world: World, orders: Deployed, command: list[str], tmp_path: Path
) -> None:
    with on_a_terminal(world, command, "SIG_DFL") as process:
        assert process.wait(60) != 0
    sent = [message["Body"] for message in world.contents(orders.queue)]
    assert 0 < len(sent) < len(GIVEN)
    assert sent + left(tmp_path) == GIVEN


def test_where_the_hangup_is_ignored_as_by_nohup_a_terminal_that_is_closed_stops_nothing(
    world: World, orders: Deployed, command: list[str], tmp_path: Path
) -> None:
    with on_a_terminal(world, command, "SIG_IGN") as process:
        process.wait(60)
    assert [message["Body"] for message in world.contents(orders.queue)] == GIVEN
    assert left(tmp_path) == []


def test_progress_that_nobody_reads_any_more_stops_nothing(
    world: World, orders: Deployed, command: list[str], tmp_path: Path
) -> None:
    with world.start(*command) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stderr.readline()
        process.stderr.close()
        assert process.stdout.read() == f"dev-orders: {len(GIVEN)} accepted\n"
    assert process.returncode == 0
    assert [message["Body"] for message in world.contents(orders.queue)] == GIVEN
    assert left(tmp_path) == []
