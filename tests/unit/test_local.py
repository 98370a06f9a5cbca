"""The parts of the local AWS that need no emulator: the override, the account's sums, progress, a session that is gone."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from queuesmith.errors import EmulatorError
from queuesmith.local.account import Account
from queuesmith.local.deployment import HOST_PACKAGE, OVERRIDE, prepare
from queuesmith.local.emulator import environment_python, stop_process_group
from queuesmith.local.session import Session
from queuesmith.progress import Board

STACK = {"resource": {"aws_lambda_function": {"f": {"filename": "a.zip"}}, "aws_sqs_queue": {"q": {}}}}


def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    return folder


def test_the_emulators_needs_go_into_a_file_of_their_own_and_the_json_stays(tmp_path: Path) -> None:
    package = tmp_path / "host.zip"
    package.write_bytes(b"PK")
    prepare(stack(tmp_path), tmp_path / "copy", {"sqs": "https://127.0.0.1:1"}, package)
    assert json.loads((tmp_path / "copy" / "cdk.tf.json").read_text()) == STACK
    override = json.loads((tmp_path / "copy" / OVERRIDE).read_text())
    (provider,) = override["provider"]["aws"]
    assert provider["endpoints"] == [{"sqs": "https://127.0.0.1:1"}]
    assert provider["allowed_account_ids"] == []
    assert override["terraform"] == {"backend": {"local": {"path": "terraform.tfstate"}}}
    assert override["resource"]["aws_lambda_function"]["f"]["filename"] == HOST_PACKAGE
    assert (tmp_path / "copy" / HOST_PACKAGE).read_bytes() == b"PK"
    assert not list((tmp_path / "stack").glob("zz_*"))


def test_what_is_neither_written_nor_in_a_queue_is_lost() -> None:
    assert Account(sent=200, written_once=190, written_again=1, unsaid=1, dead=5, waiting=1).lost == 2
    assert Account(sent=200, written_once=195, written_again=0, unsaid=0, dead=5, waiting=0).lost == 0


def test_without_a_terminal_progress_is_plain_lines_each_once() -> None:
    output = io.StringIO()
    with Board(Console(file=output, force_terminal=False)) as board:
        board.show("Sent", 0, 2)
        board.show("Sent", 0, 2)
        board.show("Sent", 2, 2, "done")
        board.show("Retried", 3)
    assert output.getvalue() == "Sent: 0/2\nSent: 2/2 (done)\nRetried: 3\n"


def test_on_a_terminal_progress_is_bars() -> None:
    output = io.StringIO()
    with Board(Console(file=output, force_terminal=True, width=100)) as board:
        board.show("Sent", 1, 2)
    assert "Sent" in output.getvalue()
    assert "1/2" in output.getvalue()


def test_an_environment_that_is_not_set_up_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match=r"Make it: python3 tools/setup.py emulator"):
        environment_python(tmp_path)


def test_a_session_that_is_gone_is_not_ended_again(tmp_path: Path) -> None:
    """Its process id may be somebody else's by now."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        session = Session(bystander.pid, "https://127.0.0.1:9", str(tmp_path / "emulator"))
        session.save(tmp_path)
        loaded = Session.load(tmp_path)
        assert loaded == session
        loaded.end()
        time.sleep(0.2)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("text", ["", "[]", '{"process": 1}', "nonsense"])
def test_a_session_file_that_is_not_one_counts_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text(text)
    assert Session.load(tmp_path) is None


def test_a_process_that_does_not_listen_is_ended_all_the_same() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    stop_process_group(process.pid, patience=0.3)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    process.stdout.close()
    process.wait()
