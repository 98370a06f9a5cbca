"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from queuesmith.acceptance_file import from_file
from tests.conftest import FAKE_PACKAGE, OURS, ROOT, Project
from tests.unit.test_check_command import STACK, run

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
    assert (result.returncode, result.stdout.decode().split()) == (1, shown[1].split())


def test_the_acceptances_it_shows_are_read(tmp_path: Path) -> None:
    first, _, second = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert tomllib.loads(first)["workers"]["orders"]["accept"].keys() == {"QL007"}
    (tmp_path / "queuesmith.toml").write_text(second)
    assert [acceptance.rule for acceptance in from_file(tmp_path / "queuesmith.toml")] == ["QL007", "QL208"]


def test_the_worker_it_shows_is_accepted_and_synthesized(project: Project) -> None:
    _, shown, _ = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    project.write("dev.toml", shown)
    (project.folder / "build" / "mail.zip").write_bytes(FAKE_PACKAGE)
    result = project.run("dev")
    assert (result.returncode, result.stderr) == (0, "")
    stack = json.loads((project.output / "stacks" / "dev" / "cdk.tf.json").read_text())["resource"]
    assert {queue["name"] for queue in stack["aws_sqs_queue"].values()} >= {"dev-mail.fifo", "dev-mail-dlq.fifo"}
    tomllib.loads(shown)["workers"]["mail"]["alarms"].pop("oldest_message_age")
    assert 3 * 6 * tomllib.loads(shown)["workers"]["mail"]["function"]["timeout"] == 360


def test_every_make_target_it_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", re.sub(r"no Docker.*|and make\.", "", README)))
    assert named - {"it"} <= targets


def test_its_example_of_a_stack_of_ones_own_synthesizes(project: Project) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    environment = {key: value for key, value in os.environ.items() if key not in OURS}
    subprocess.run([sys.executable, "-c", code], cwd=project.folder, env=environment, check=True)
    stack = json.loads((project.output / "stacks" / "shop" / "cdk.tf.json").read_text())
    (function,) = stack["resource"]["aws_lambda_function"].values()
    assert (function["function_name"], function["timeout"]) == ("shop-orders", 30)
    (policy,) = stack["resource"]["aws_iam_role_policy"].values()
    actions = [statement["Action"] for statement in json.loads(policy["policy"])["Statement"]]
    assert actions[-2:] == ["s3:GetObject", "dynamodb:PutItem"]
