"""What the README shows is what happens."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from cdktf import TerraformStack
from cdktf import Testing as Synthesis

from stacks.aws import SqsQueue
from stacks.settings import WorkerSettings
from tests.conftest import ROOT, Project

README = (ROOT / "README.md").read_text()


def test_the_wrong_settings_it_shows_are_reported_as_it_shows(project: Project) -> None:
    project.add("dev.toml", "[workers.orders.queue]\nvisibility_timeout = 3")
    prod = (project.folder / "config" / "prod.toml").read_text()
    project.write("prod.toml", prod.replace("memory = 512", "memmory = 512"))
    shown = re.search(r"\$ make synth\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    assert project.run("", "--check").stderr.split() == shown[1].split()


def test_every_make_target_it_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", re.sub(r"no Docker.*|and make\.", "", README)))
    assert named - {"it"} <= targets


def test_its_example_of_a_stack_of_ones_own_synthesizes(worker: Callable[..., WorkerSettings], project: Project) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    stack = TerraformStack(Synthesis.app(), "own")
    bucket = SqsQueue(stack, "bucket", name="stands for anything with an arn")
    zipped = str(project.folder / "build" / "orders.zip")
    exec(code.replace("build/orders.zip", zipped), {"stack": stack, "bucket": bucket})  # noqa: S102 - our own README
    functions = json.loads(Synthesis.synth(stack))["resource"]["aws_lambda_function"].values()
    assert [function["function_name"] for function in functions] == ["shop-orders"]
