"""Messages that were not accepted go to a new file that only its owner can read. No existing file is overwritten."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from queuesmith.operations import rejected_file
from queuesmith.operations.messages import Message
from queuesmith.operations.rejected_file import RejectedFile


def written(path: Path) -> Path:
    """The file to which a message was written."""
    file = RejectedFile(path)
    file.add(Message("a"), "refused")
    file.close()
    assert file.path is not None
    return file.path


def bodies(path: Path) -> list[str]:
    return [json.loads(line)["MessageBody"] for line in path.read_text().splitlines()]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_existing_file_name_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "not-accepted.jsonl"
    assert [written(path).name for _ in range(3)] == ["not-accepted.jsonl", "not-accepted-2.jsonl", "not-accepted-3.jsonl"]


def test_without_a_free_name_messages_go_to_the_temporary_folder(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error would abort `send` in the middle."""
    monkeypatch.setattr(rejected_file, "ATTEMPTS", 1)
    path = tmp_path / "not-accepted.jsonl"
    assert [written(path).parent for _ in range(2)] == [tmp_path, temporary]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777], ids=oct)
def test_only_the_owner_can_read_it(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        path = written(tmp_path / "not-accepted.jsonl")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def disk_with(bytes_left: int) -> Callable[[int, bytes], int]:
    """`os.write` on a disk that fills up: it writes what fits, and the next call fails."""
    write, left = os.write, [bytes_left]

    def limited(descriptor: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = write(descriptor, data[: left[0]])
        left[0] -= count
        return count

    return limited


@pytest.mark.parametrize("whole_lines", [0, 1, 2])
def test_full_disk_loses_no_message_and_writes_no_partial_one(
    whole_lines: int, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = len(Message("0").line()) + 1
    file, limited, write = RejectedFile(tmp_path / "left.jsonl"), disk_with(whole_lines * line + 5), os.write

    def write_to(descriptor: int, data: bytes) -> int:
        wanted = tmp_path / "left.jsonl"
        there = wanted.exists() and os.fstat(descriptor).st_ino == wanted.stat().st_ino
        return limited(descriptor, data) if there else write(descriptor, data)

    monkeypatch.setattr(os, "write", write_to)
    file.add(Message("0"), "refused")
    for number in (1, 2, 3):
        file.add(Message(str(number)), "refused")
    file.close()
    assert file.path is not None
    assert file.path.parent == temporary
    assert len(file.incomplete) == (1 if whole_lines else 0)
    assert [body for path in (*file.incomplete, file.path) for body in bodies(path)] == ["0", "1", "2", "3"]
    assert (tmp_path / "left.jsonl").exists() is bool(whole_lines)
