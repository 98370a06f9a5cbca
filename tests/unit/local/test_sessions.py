"""A local AWS that goes on running: its folder, its process, and one command at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from queuesmith.errors import UsageError
from queuesmith.local.session import Session, clear, end, locked, remove


def a_session(process: int, folder: Path) -> Session:
    session = Session(process, "https://127.0.0.1:9", str(folder / "emulator"), "dev", "eu-west-1")
    folder.mkdir(exist_ok=True)
    session.save(folder)
    return session


def test_a_session_that_is_gone_is_not_ended_again(tmp_path: Path) -> None:
    """Its process id may be somebody else's by now."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        session = a_session(bystander.pid, tmp_path / "session")
        assert Session.load(tmp_path / "session") == session
        assert Session.running(tmp_path / "session") is None
        assert end(tmp_path / "session") is None
        time.sleep(0.2)
        assert bystander.poll() is None
        assert not (tmp_path / "session").exists()
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("text", ["", "[]", '{"process": 1}', "nonsense"])
def test_a_session_file_that_is_not_one_counts_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text(text)
    assert Session.load(tmp_path) is None


def test_one_command_at_a_time_works_in_a_sessions_folder(tmp_path: Path) -> None:
    a_session(os.getpid(), tmp_path / "session")
    with locked(tmp_path / "session"), pytest.raises(UsageError, match=r"^Another command is at work in .*session\. Wait"):
        end(tmp_path / "session")
    assert end(tmp_path / "session") is None


def test_a_folder_with_something_else_in_it_is_not_taken_for_a_sessions(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(UsageError, match=r"holds something else \(thesis\.txt\)\. Name a folder that is new or empty"):
        clear(tmp_path)
    a_session(os.getpid(), tmp_path)
    remove(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_a_killed_command_has_not_finished_writing_is_in_nobodys_way(tmp_path: Path) -> None:
    a_session(os.getpid(), tmp_path)
    (tmp_path / ".session.json.123").touch()
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []
