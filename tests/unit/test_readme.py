"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from handlers.worker import Secret
from queuesmith.acceptance_file import from_file
from tests.conftest import OURS, ROOT, Project
from tests.unit.check_command import STACK, run
from tests.unit.handler.world import Context, record

README = (ROOT / "README.md").read_text()


def test_the_wrong_settings_it_shows_are_reported_as_it_shows(project: Project) -> None:
    project.add("dev.toml", "[workers.orders.queue]\nvisibility_timeout = 3")
    prod = (project.folder / "config" / "prod.toml").read_text()
    project.write("prod.toml", prod.replace("memory = 512", "memmory = 512"))
    shown = re.search(r"\$ make synth\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    assert project.run("", "--check").stderr.split() == shown[1].split()


def test_the_check_it_shows_says_what_it_shows(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(STACK))
    shown = re.search(r"\$ queuesmith check plan.json\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    result = run("plan.json", cwd=tmp_path)
    assert (result.returncode, result.stdout.split()) == (1, shown[1].split())


def test_the_acceptances_it_shows_are_read(tmp_path: Path) -> None:
    first, _, second = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert tomllib.loads(first)["workers"]["orders"]["accept"].keys() == {"QL007"}
    (tmp_path / "queuesmith.toml").write_text(second)
    assert [acceptance.rule for acceptance in from_file(tmp_path / "queuesmith.toml")] == ["QL007", "QL208"]


def test_the_worker_it_shows_is_accepted_and_synthesized(project: Project) -> None:
    _, shown, _ = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    project.write("dev.toml", shown)
    with zipfile.ZipFile(project.folder / "build" / "orders.zip", "a") as archive:
        archive.writestr("handlers/mail/main.py", "def lambda_handler(event, context): ...")
    result = project.run("dev")
    assert (result.returncode, result.stderr) == (0, "")
    stack = json.loads((project.output / "stacks" / "dev" / "cdk.tf.json").read_text())["resource"]
    assert {queue["name"] for queue in stack["aws_sqs_queue"].values()} >= {"dev-mail.fifo", "dev-mail-dlq.fifo"}
    mail = tomllib.loads(shown)["workers"]["mail"]
    assert 3 * max(6 * mail["function"]["timeout"], mail["failures"]["backoff"]["cap"]) == 900
    project.write("dev.toml", shown.replace("oldest_message_age = 120", ""))
    assert project.run("dev").returncode == 0
    stack = json.loads((project.output / "stacks" / "dev" / "cdk.tf.json").read_text())["resource"]
    thresholds = {each["alarm_name"]: each["threshold"] for each in stack["aws_cloudwatch_metric_alarm"].values()}
    assert thresholds["dev-mail-oldest-message-age"] == 900


def test_every_make_target_it_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", re.sub(r"no Docker.*|and make\.", "", README)))
    assert named - {"it"} <= targets


def test_its_example_of_a_stack_of_ones_own_synthesizes(project: Project) -> None:
    _, code, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    subprocess.run([sys.executable, "-c", code], cwd=project.folder, env=environment, check=True)
    stack = json.loads((project.output / "stacks" / "shop" / "cdk.tf.json").read_text())
    (function,) = stack["resource"]["aws_lambda_function"].values()
    assert (function["function_name"], function["timeout"]) == ("shop-orders", 30)
    (policy,) = stack["resource"]["aws_iam_role_policy"].values()
    actions = [statement["Action"] for statement in json.loads(policy["policy"])["Statement"]]
    assert actions[-2:] == ["s3:GetObject", "dynamodb:PutItem"]


def test_its_example_of_a_worker_of_ones_own_works(monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, _ = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.setenv("SMTP_SECRET", "arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop/smtp-AbCdEf")
    monkeypatch.setattr(Secret, "value", "the value")
    sent: list[tuple[str, str]] = []
    names: dict[str, Any] = {"send": lambda mail, password: sent.append((mail.id, password)), "__name__": "mail"}
    exec(compile(code, "README.md", "exec", dont_inherit=True), names)  # noqa: S102 - it is the README's
    names["Mail"].model_rebuild(_types_namespace=names)
    bodies = ['{"id": "a", "to": "b@shop.com"}', '{"id": "c", "to": "d@example.com"}']
    event = {"Records": [record(f"m-{number}", body) for number, body in enumerate(bodies)]}
    response = names["lambda_handler"](event, Context())
    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}, "without a DLQ in its environment it comes back"
    assert sent == [("a", "the value")]
