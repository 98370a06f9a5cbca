"""What was not accepted goes to a file of its own, never over another."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith import rejected_file
from queuesmith.errors import UsageError
from queuesmith.messages import Message
from queuesmith.rejected_file import RejectedFile


def written(path: Path) -> str:
    """The name of the file that a message went to."""
    file = RejectedFile(path)
    file.add(Message("a"))
    file.close()
    assert file.path is not None
    return file.path.name


def test_as_many_names_are_tried_as_the_error_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected_file, "ATTEMPTS", 3)
    path = tmp_path / "not-sent.jsonl"
    assert [written(path) for _ in range(3)] == ["not-sent.jsonl", "not-sent-2.jsonl", "not-sent-3.jsonl"]
    with pytest.raises(UsageError) as error:
        written(path)
    assert str(error.value) == f"{path} and 2 like it are there already. Name another file: --rejected FILE"
