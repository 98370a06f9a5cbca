"""A session of the emulator, which continues in the background: its folder, its process, and one command at a time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.local.session import Session, clear_folder, locked_folder, remove_session, stop_session


def a_session(process: int, folder: Path) -> Session:
    session = Session(process, "https://127.0.0.1:9", str(folder / "emulator"), "dev", "eu-west-1", "LOCAL1", "hunter2")
    folder.mkdir(exist_ok=True)
    session.save(folder)
    return session


def test_session_that_is_gone_is_not_stopped_again(tmp_path: Path) -> None:
    """Another process can have its process id by now."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        session = a_session(bystander.pid, tmp_path / "session")
        assert Session.load(tmp_path / "session") == session
        assert Session.running(tmp_path / "session") is None
        assert stop_session(tmp_path / "session") is None
        time.sleep(0.2)
        assert bystander.poll() is None
        assert not (tmp_path / "session").exists()
    finally:
        bystander.kill()
        bystander.wait()


def test_session_file_has_the_keys_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        session = a_session(os.getpid(), tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "session.json").stat().st_mode) == 0o600
    loaded = Session.load(tmp_path)
    assert loaded is not None
    assert loaded.endpoint.keys == {"AWS_ACCESS_KEY_ID": "LOCAL1", "AWS_SECRET_ACCESS_KEY": "hunter2"}
    assert loaded.exports.items() >= loaded.endpoint.keys.items()
    assert "hunter2" not in repr(session) + repr(session.endpoint)


@pytest.mark.parametrize("text", ["", "[]", '{"process": 1}', "nonsense"])
def test_invalid_session_file_counts_as_no_session(text: str, tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text(text)
    assert Session.load(tmp_path) is None


def test_only_one_command_at_a_time_uses_a_session_folder(tmp_path: Path) -> None:
    a_session(os.getpid(), tmp_path / "session")
    with locked_folder(tmp_path / "session"), pytest.raises(UsageError, match=r"^Another command is using .*session\. Wait"):
        stop_session(tmp_path / "session")
    assert stop_session(tmp_path / "session") is None


def test_folder_with_other_files_is_not_used_as_a_session_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(UsageError, match=r"contains other files \(thesis\.txt\)\. Specify a new or an empty folder"):
        clear_folder(tmp_path)
    a_session(os.getpid(), tmp_path)
    remove_session(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_unfinished_file_of_a_killed_command_does_no_harm(tmp_path: Path) -> None:
    a_session(os.getpid(), tmp_path)
    (tmp_path / ".session.json.123").touch()
    clear_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []
