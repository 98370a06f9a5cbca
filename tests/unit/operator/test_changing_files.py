"""`send` sends the content that a file had when it was read, even if the file changes meanwhile."""

from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queuesmith.cli import message_file
from tests.unit.operator.command_runner import CommandRunner
from tests.unit.operator.conftest import DESTINATION
from tests.unit.operator.sqs_double import SqsDouble

LINES = [f"message {number}" for number in range(26)]


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\nmore\n\xff\xfe is not UTF-8\n")


def shrink(path: Path) -> None:
    path.write_text("message 0\n")


def rewrite(path: Path) -> None:
    path.write_bytes(b'{"MessageBody": 5}\n' * 100)


def replace(path: Path) -> None:
    path.unlink()
    path.write_text("another file\n")


CHANGES = pytest.mark.parametrize("change", [grow, shrink, rewrite, replace, Path.unlink])


class Changing(SqsDouble):
    """Changes the file when the first batch is accepted."""

    def __init__(self, change: Callable[[], object]) -> None:
        super().__init__()
        self._change = [change]

    def send_message_batch(self, **given: Any) -> dict[str, Any]:
        answer = super().send_message_batch(**given)
        while self._change:
            self._change.pop()()
        return answer


@CHANGES
def test_file_that_changes_while_it_is_sent_is_sent_as_it_was(
    change: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.jsonl"
    lines = [*LINES, *(json.dumps({"MessageBody": "x" * 60_000, "DelaySeconds": number}) for number in range(9))]
    path.write_text("\n".join(lines))
    sqs = Changing(lambda: change(path))
    status, document = CommandRunner(tmp_path, monkeypatch, sqs).json("send", "--file", str(path))
    assert (status, document["total"], document["accepted"], document["rejected"]) == (0, 35, 35, 0)
    assert sqs.bodies(DESTINATION) == [*LINES, *["x" * 60_000] * 9]


def test_large_file_that_changes_is_sent_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_file, "IN_MEMORY", 100)
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(LINES))
    sqs = Changing(lambda: grow(path))
    assert CommandRunner(tmp_path, monkeypatch, sqs).json("send", "--file", str(path))[1]["accepted"] == 26
    assert sqs.bodies(DESTINATION) == LINES


class Unreadable(io.BytesIO):
    """A file on a disk that fails after the first block."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(errno.EIO, "Input/output error")
        return super().read(10 if size != 0 else 0)


def test_nothing_is_sent_from_a_file_that_cannot_be_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.jsonl").write_text("\n".join(LINES))
    monkeypatch.setattr(Path, "open", lambda *_: Unreadable("\n".join(LINES).encode()))
    sqs = SqsDouble()
    result = CommandRunner(tmp_path, monkeypatch, sqs).run("send", "--file", "in.jsonl")
    assert result.returncode == 1
    assert result.stderr.startswith("error: in.jsonl cannot be read and copied to ")
    assert result.stderr.endswith(": Input/output error\n")
    assert sqs.bodies(DESTINATION) == []


def test_counts_are_printed_if_refused_messages_cannot_be_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    faults = iter(["", "sender fault", "sender fault"])
    sqs = SqsDouble(lambda operation, _: next(faults, "") if operation == "send entry" else "")
    commands = CommandRunner(tmp_path, monkeypatch, sqs)
    monkeypatch.setattr("queuesmith.operations.rejected_file.create_private", full)
    monkeypatch.setattr("tempfile.mkstemp", full)
    result = commands.run("send", "--file", "-", stdin="\n".join(LINES).encode())
    assert (result.returncode, result.stdout) == (1, "orders: 24 of 26 messages accepted\n")
    assert "2 of them could not be written to a file: the system: No space left on device\n" in result.stderr
    assert "Messages that were not accepted are in" not in result.stderr
