"""The parts of the local AWS that need no emulator: copies of a stack, packages, the tally's sums, progress, sessions."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from queuesmith.errors import UsageError
from queuesmith.local import emulator
from queuesmith.local.emulator_alarms import from_query, to_xml
from queuesmith.local.environments import environment_python
from queuesmith.local.host_packages import host_packages
from queuesmith.local.session import Session, clear, end, locked, remove
from queuesmith.local.stack_copy import OVERRIDE, prepare
from queuesmith.local.tally import Tally
from queuesmith.progress import Board
from stacks.settings.environment import EnvironmentSettings
from tests import in_process
from tests.conftest import ROOT

STACK = {"resource": {"aws_lambda_function": {"f": {"function_name": "f", "filename": "a.zip"}}, "aws_sqs_queue": {"q": {}}}}


def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "stack"
    folder.mkdir()
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    return folder


def test_the_emulators_needs_go_into_a_file_of_their_own_and_the_json_stays(tmp_path: Path) -> None:
    package = tmp_path / "orders.zip"
    package.write_bytes(b"PK")
    prepare(stack(tmp_path), tmp_path / "copy", {"sqs": "https://127.0.0.1:1"}, {"f": package})
    assert json.loads((tmp_path / "copy" / "cdk.tf.json").read_text()) == STACK
    override = json.loads((tmp_path / "copy" / OVERRIDE).read_text())
    (provider,) = override["provider"]["aws"]
    assert provider["endpoints"] == [{"sqs": "https://127.0.0.1:1"}]
    assert provider["allowed_account_ids"] == []
    assert override["terraform"] == {"backend": {"local": {"path": "terraform.tfstate"}}}
    assert override["resource"]["aws_lambda_function"]["f"]["filename"] == "host-orders.zip"
    assert (tmp_path / "copy" / "host-orders.zip").read_bytes() == b"PK"
    assert not list((tmp_path / "stack").glob("zz_*"))


def test_each_function_gets_its_own_workers_package_wherever_its_code_would_come_from(tmp_path: Path) -> None:
    orders, mail = tmp_path / "orders.zip", tmp_path / "mail.zip"
    orders.write_bytes(b"orders")
    mail.write_bytes(b"mail")
    functions = {
        "orders": {"function_name": "dev-orders", "filename": "a.zip"},
        "mail": {"function_name": "dev-mail", "s3_bucket": "b", "s3_key": "k", "s3_object_version": "1"},
        "other": {"function_name": "theirs", "filename": "c.zip"},
    }
    source = tmp_path / "stack"
    source.mkdir()
    (source / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_lambda_function": functions}}))
    prepare(source, tmp_path / "copy", {}, {"dev-orders": orders, "dev-mail": mail})
    override = json.loads((tmp_path / "copy" / OVERRIDE).read_text())["resource"]["aws_lambda_function"]
    assert override["orders"].keys() == {"filename", "source_code_hash"}
    assert (tmp_path / "copy" / override["orders"]["filename"]).read_bytes() == b"orders"
    assert (tmp_path / "copy" / override["mail"]["filename"]).read_bytes() == b"mail"
    assert {override["mail"][name] for name in ("s3_bucket", "s3_key", "s3_object_version")} == {None}
    assert "other" not in override


def test_a_role_that_terraform_is_to_take_on_is_taken_out_of_the_copy(tmp_path: Path) -> None:
    source = stack(tmp_path)
    (source / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": [{"region": "r", "assume_role": [{}]}]}}))
    prepare(source, tmp_path / "copy", {})
    assert json.loads((tmp_path / "copy" / "cdk.tf.json").read_text()) == {"provider": {"aws": [{"region": "r"}]}}


def test_what_takes_an_arns_place_does_so_for_the_whole_of_it(tmp_path: Path) -> None:
    source = stack(tmp_path)
    arns = ["arn:aws:sqs:r:1:q", "arn:aws:sqs:r:1:q-dlq", "arn:aws:sqs:r:1:q.fifo"]
    (source / "cdk.tf.json").write_text(json.dumps({"policy": json.dumps(arns)}))
    prepare(source, tmp_path / "copy", {}, texts={arns[0]: "theirs", arns[1]: "dead"})
    policy = json.loads((tmp_path / "copy" / "cdk.tf.json").read_text())["policy"]
    assert json.loads(policy) == ["theirs", "dead", arns[2]]


def test_a_second_copy_keeps_terraforms_own_files_and_nothing_else(tmp_path: Path) -> None:
    source, copy = stack(tmp_path), tmp_path / "copy"
    (source / "assets").mkdir()
    prepare(source, copy, {})
    for name in (".terraform/providers", "old"):
        (copy / name).mkdir(parents=True)
    kept = {".terraform", ".terraform.lock.hcl", "terraform.tfstate", "terraform.tfstate.backup"}
    for name in [*sorted(kept - {".terraform"}), "old.zip"]:
        (copy / name).touch()
    (source / "cdk.tf.json").write_text("{}")
    prepare(source, copy, {})
    assert {path.name for path in copy.iterdir()} == kept | {"cdk.tf.json", "assets", OVERRIDE}
    assert (copy / "cdk.tf.json").read_text() == "{}"


def settings(**workers: dict[str, object]) -> EnvironmentSettings:
    content = {name: {"function": function} for name, function in workers.items()}
    return EnvironmentSettings.model_validate(
        {"environment": "dev", "region": "eu-west-1", "backend": {"type": "local"}, "workers": content}
    )


def test_each_worker_is_packaged_from_its_own_source_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for source in ("handlers", "workers/mail"):
        (tmp_path / source).mkdir(parents=True)
        (tmp_path / source / "main.py").write_text("def lambda_handler(event, context): ...\n")
        (tmp_path / source / "requirements.txt").touch()
    packages = host_packages(
        settings(
            orders={"artifact": {"zip": "build/orders.zip"}},
            reports={"artifact": {"s3": {"bucket": "b", "key": "k"}}},
            mail={"artifact": {"zip": "build/mail.zip"}, "source": "workers/mail"},
        )
    )
    assert packages.keys() == {"dev-orders", "dev-reports", "dev-mail"}
    assert packages["dev-orders"] == packages["dev-reports"] != packages["dev-mail"]
    assert all(path.is_file() for path in packages.values())
    assert {path.name for path in (tmp_path / "build").glob("*.zip")} == {"orders.zip", "mail.zip"}


def test_a_function_from_an_image_does_not_run_here() -> None:
    image = f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/mail@sha256:{'0' * 64}"
    with pytest.raises(UsageError) as refused:
        host_packages(settings(orders={"artifact": {"zip": "build/orders.zip"}}, mail={"artifact": {"image": image}}))
    assert str(refused.value) == (
        "dev: mail: function.artifact is an image, but the local AWS runs only Python handlers from a zip. "
        "Give dev another one (function.artifact.zip), or bring up an environment that has one"
    )


def test_a_function_that_is_no_python_does_not_run_here() -> None:
    with pytest.raises(UsageError, match=r'^dev: mail: function\.runtime is "nodejs22\.x", but only Python functions'):
        host_packages(settings(mail={"artifact": {"zip": "build/mail.zip"}, "runtime": "nodejs22.x"}))


def test_an_alarm_in_a_query_is_described_as_it_was_given() -> None:
    query = {
        "AlarmName": ["a < b"],
        "Metrics.member.1.Id": ["m"],
        "Metrics.member.1.ReturnData": ["false"],
        "Metrics.member.2.MetricStat.Period": ["60"],
        "Dimensions.member.1.Name": ["QueueName"],
    }
    alarm = from_query(query)
    assert alarm == {
        "AlarmName": "a < b",
        "Metrics": [{"Id": "m", "ReturnData": False}, {"MetricStat": {"Period": 60}}],
        "Dimensions": [{"Name": "QueueName"}],
    }
    assert to_xml({**alarm, "Unit": None, "StateUpdatedTimestamp": 1}) == (
        "<AlarmName>a &lt; b</AlarmName>"
        "<Metrics><member><Id>m</Id><ReturnData>false</ReturnData></member>"
        "<member><MetricStat><Period>60</Period></MetricStat></member></Metrics>"
        "<Dimensions><member><Name>QueueName</Name></member></Dimensions>"
    )


def test_what_is_neither_written_nor_in_a_queue_is_lost() -> None:
    assert Tally(sent=200, written_once=190, written_again=1, unsaid=1, dead=5, waiting=1).lost == 2
    assert Tally(sent=200, written_once=195, written_again=0, unsaid=0, dead=5, waiting=0).lost == 0


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
    with pytest.raises(UsageError, match=r"Make it: python3 tools/setup.py emulator"):
        environment_python(tmp_path)


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


def test_a_process_that_does_not_listen_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "PATIENCE", 0.3)
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    emulator.stop_process_group(process.pid)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    process.stdout.close()
    process.wait()


def queuesmith(*arguments: str, folder: Path) -> tuple[int, str, str]:
    result = in_process.queuesmith(*arguments, folder=folder)
    return result.returncode, result.stdout, result.stderr


def test_where_nothing_is_up_the_commands_say_so(tmp_path: Path) -> None:
    at = ("--folder", str(tmp_path / "none"))
    start = f"Nothing is running. Start it: queuesmith local up --folder {tmp_path / 'none'}\n"
    assert queuesmith("local", "status", *at, folder=tmp_path) == (1, "", start)
    assert queuesmith("local", "status", "--exports", *at, folder=tmp_path) == (1, "", start)
    code, output, _ = queuesmith("local", "status", "--json", *at, folder=tmp_path)
    assert (code, json.loads(output)) == (1, {"version": 1, "running": False})
    assert queuesmith("local", "down", *at, folder=tmp_path) == (0, "", "Nothing is running.\n")
    code, output, _ = queuesmith("local", "down", "--json", *at, folder=tmp_path)
    assert (code, json.loads(output)) == (0, {"version": 1, "stopped": False, "url": None})


def test_exports_and_json_are_not_given_together(tmp_path: Path) -> None:
    text = "error: --exports and --json are two forms of the same. Give one of them\n"
    assert queuesmith("local", "status", "--exports", "--json", folder=tmp_path) == (2, "", text)


def test_what_is_installed_without_the_checkout_says_that_local_needs_one(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "queuesmith", tmp_path / "queuesmith", ignore=shutil.ignore_patterns("local", "__pycache__"))
    command = [sys.executable, "-m", "queuesmith", "local", "up"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (
        2,
        "",
        "error: `local` needs a checkout of the project: the installed package does not have it. In a checkout, run "
        ".venv/bin/queuesmith local\n",
    )


def test_the_commands_load_nothing_heavy_before_they_are_run() -> None:
    heavy = "{'boto3', 'botocore', 'pydantic', 'queuesmith.local', 'rich.progress'}"
    program = f"import sys, queuesmith.commands.local; print(*{heavy} & sys.modules.keys())"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "\n"
