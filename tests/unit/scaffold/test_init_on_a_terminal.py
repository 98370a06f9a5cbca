"""`queuesmith init` asks on a terminal, and only there."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def on_a_terminal(folder: Path, answers: str, *arguments: str) -> tuple[int, str]:
    """Run `queuesmith init` on a pseudo-terminal, on which the answers are typed. Returns the exit status and the output."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "queuesmith", "init", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answers.encode())
    output = b""
    with contextlib.suppress(OSError):  # Linux reports the end as an error
        while part := os.read(ours, 4096):
            output += part
    os.close(ours)
    return process.wait(), output.decode()


def test_it_asks_on_a_terminal_and_again_after_a_wrong_answer(tmp_path: Path) -> None:
    status, output = on_a_terminal(tmp_path, "\nMail\nmail\n\ny\ndev\n\n", "shop")
    assert status == 0, output
    assert "Name of the project [shop]: " in output
    assert 'Error: --worker is "Mail", but must be a name of lowercase letters' in output
    assert "AWS region [eu-central-1]: " in output
    assert "Wrote 24 files into shop." in output
    common = (tmp_path / "shop" / "config" / "common.toml").read_text()
    assert "[workers.mail.queue]\nfifo = true" in common


def test_it_does_not_ask_for_given_options(tmp_path: Path) -> None:
    given = (
        "--project",
        "p",
        "--worker",
        "w",
        "--region",
        "eu-west-1",
        "--no-fifo",
        "--environments",
        "dev",
        "--backend",
        "s3",
    )
    status, output = on_a_terminal(tmp_path, "", "shop", *given)
    assert status == 0, output
    assert "[" not in output


def test_end_of_input_at_a_question_writes_nothing(tmp_path: Path) -> None:
    status, output = on_a_terminal(tmp_path, "\x04", "shop")
    assert (status, "Nothing was written." in output) == (130, True)
    assert list(tmp_path.iterdir()) == []
