"""`queuesmith invoke` if the command refuses, or if the handler does not return an answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from queuesmith.packaging.requirements import RELOCK_HINT
from tests.e2e.commands.invoking import body
from tests.e2e.commands.world import World

pytestmark = pytest.mark.usefixtures("handlers")


def test_variable_that_only_aws_knows_must_be_set_first(world: World, table: Any) -> None:
    result = world.run("invoke", "dev", "orders", "--body", body(1))
    expected = (
        "error: Environment variables without a value: ORDERS_TABLE (tables.orders). Set each with --env NAME=VALUE, or use "
        "those of the deployed function: --deployed-environment\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (2, "", expected)
    assert world.run("invoke", "dev", "orders", "--body", body(1), ORDERS_TABLE="orders").returncode == 0  # from the shell


def test_handler_runs_outside_a_project_without_calling_aws(world: World, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(
        "import os\n\n\ndef handle(event, context):\n    print(os.environ['GREETING'], context.function_name)\n"
    )
    options = ("--handler", "app.handle", "--code", "src", "--body", "x", "--env", "GREETING=hello=you")
    nobody: Any = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    result = world.run("invoke", *options, folder=tmp_path, **nobody)
    assert result.returncode == 0, result.stderr
    assert "hello=you local" in result.stderr.splitlines()
    assert result.stdout.splitlines()[1].endswith("processed  x")


def test_timeout_is_reported_in_lambdas_words(world: World, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\n\n\ndef handle(event, context):\n    time.sleep(60)\n")
    options = ("--handler", "slow.handle", "--code", str(tmp_path), "--timeout", "1", "--body", "x")
    result = world.run("invoke", *options, folder=tmp_path)
    assert result.returncode == 1
    told = r"^batch 1 failed after [1-9]\d*\.\d{3} s: Sandbox\.Timedout: Task timed out after 1\.00 seconds$"
    assert re.search(told, result.stdout, re.MULTILINE)


def test_missing_import_of_the_handler_is_reported_with_the_fix(world: World, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("import no_such_module\n")
    (tmp_path / "src" / "requirements.txt").write_text("")
    result = world.run("invoke", "--handler", "app.handle", "--code", "src", "--body", "x", folder=tmp_path)
    assert result.returncode == 1
    assert "Runtime.ImportModuleError: Unable to import module 'app': No module named 'no_such_module'" in result.stdout
    following = "Next: pip install -r src/requirements.txt, with the Python that runs queuesmith"
    assert result.stderr.splitlines()[-1] == following
    (tmp_path / "src" / "requirements.in").write_text("")
    result = world.run("invoke", "--handler", "app.handle", "--code", "src", "--body", "x", folder=tmp_path)
    more = f". If it does not list the module, add it to src/requirements.in, and {RELOCK_HINT}"
    assert result.stderr.splitlines()[-1] == following + more


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("dev", "orders"), "No messages are given. Use --body TEXT, --file FILE (- is standard input) or --from-dlq"),
        (("dev", "orders", "--body", ""), "--body is empty. SQS does not accept empty messages"),
        (("dev", "orders", "--body", "x", "--env", "TABLE"), '--env is "TABLE", but must be NAME=VALUE'),
        (
            ("dev", "orders", "--body", "x", "--env", "WORKER_QUEUE_URL=https://sqs/queue"),
            "--env WORKER_QUEUE_URL is not allowed: the handler must not change its queue or its DLQ. Remove it",
        ),
        (("dev", "orders", "--file", "absent.jsonl"), "absent.jsonl cannot be read: No such file or directory"),
        (("dev", "orders", "--file", "-"), "standard input contains no messages"),
        (("dev", "mail", "--body", "x"), 'dev has no worker "mail". Its workers are: orders'),
        (
            ("dev", "orders", "--body", "x", "--handler", "main.absent"),
            'The handler is "main.absent", but handlers/orders/main.py has no function absent. '
            "Set function.handler to a function in that file",
        ),
        (("--body", "x"), "Specify a project's environment and worker, or use --handler MODULE.FUNCTION --code FOLDER"),
    ],
)
def test_invalid_arguments_are_refused(world: World, arguments: tuple[str, ...], text: str) -> None:
    result = world.run("invoke", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")


def test_invalid_settings_are_reported_without_calling_aws(world: World) -> None:
    with world.dev_with("[workers.orders.queue]\nfifoo = true"):
        result = world.run("invoke", "dev", "orders", "--body", "x")
    assert result.returncode == 2
    assert '"workers.orders.queue.fifoo" is not a setting. Did you mean "fifo"?' in result.stderr


def test_handler_must_be_named_outside_a_project(world: World, tmp_path: Path) -> None:
    result = world.run("invoke", "dev", "orders", "--body", "x", folder=tmp_path)
    assert result.returncode == 2
    assert result.stderr == (
        f"error: {tmp_path} is not a project's folder, so the handler is unknown. Specify a project's environment and worker, "
        "or use --handler MODULE.FUNCTION --code FOLDER\n"
    )
