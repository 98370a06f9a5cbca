"""Pages about Python packages: each exported name is described; the attributes of constructs exist, and their example runs."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf import Testing as Synthesis

from queuesmith import constructs
from queuesmith.constructs import AlarmTopic, Dashboard, QueueWorker, Table, TableSettings
from tests.conftest import ROOT, own_variables
from tests.unit.conftest import Worker
from tools.constructs_page import CONSTRUCTS, attributes
from tools.python_api import exports, load, parameters

KEY = "arn:aws:kms:eu-central-1:111111111111:key/orders"
PAGE = (ROOT / "docs" / "constructs.md").read_text()


def test_page_has_every_name_that_the_package_exports() -> None:
    assert exports("queuesmith.constructs") == constructs.__all__
    headings = set(re.findall(r"^## `(\w+)`$", PAGE, re.MULTILINE))
    listed = set(re.findall(r"^- `(\w+)`: ", PAGE, re.MULTILINE))
    assert headings == set(CONSTRUCTS)
    assert headings | listed == set(constructs.__all__)


@pytest.mark.parametrize(
    ("page", "packages"),
    [
        ("toolkit", {"queuesmith_worker": "", "queuesmith_worker.testing": "testing."}),
        ("operations", {"queuesmith.operations": ""}),
    ],
)
def test_page_describes_every_exported_name(page: str, packages: dict[str, str]) -> None:
    sections = re.split(r"^## `([\w.]+)`$", (ROOT / "docs" / f"{page}.md").read_text(), flags=re.MULTILINE)
    described = dict(zip(sections[1::2], sections[2::2], strict=True))
    expected = {prefix + name for package, prefix in packages.items() for name in importlib.import_module(package).__all__}
    assert described.keys() == expected
    code = re.compile(r"```.*?```|^\|.*?$", re.DOTALL | re.MULTILINE)
    assert [name for name, text in described.items() if not code.sub("", text).strip()] == []


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_parameters_and_attributes_have_a_type_and_a_meaning(name: str) -> None:
    construct = load(f"queuesmith.constructs.{name}")
    rows = [*parameters(construct), *attributes(construct)]
    assert [row[0] for row in rows][:2] == ["scope", "id"]
    assert [row[0] for row in rows if not (row[1] and row[3])] == []


def test_attributes_of_the_page_exist(worker: Worker) -> None:
    stack = TerraformStack(Synthesis.app(), "shop")
    table = Table(stack, "orders", "shop-orders", TableSettings(partition_key="id", kms_key=KEY))
    topic = AlarmTopic(stack, "topic", "shop", ["team@example.com"])
    settings: Any = worker(queue={"kms_key": KEY}, function={"deployment": {"strategy": "canary"}})
    queue_worker = QueueWorker(stack, "mail", settings, alarm_topic_arn=topic.arn)
    dashboard = Dashboard(stack, "dashboard", "shop", "eu-central-1", {"mail": queue_worker})
    for construct in (table, topic, queue_worker, dashboard):
        for name, *_ in attributes(load(f"queuesmith.constructs.{type(construct).__name__}")):
            assert attrgetter(name)(construct) is not None, name


def test_example_of_the_page_is_synthesized(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(from .*?)```", PAGE, re.DOTALL)
    (tmp_path / "main.py").write_text(example)
    variables = own_variables(PYTHONPATH=str(ROOT))
    command = [sys.executable, "main.py"]
    result = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    stack: dict[str, Any] = json.loads((tmp_path / "cdktf.out" / "stacks" / "shop" / "cdk.tf.json").read_text())
    assert {queue["name"] for queue in stack["resource"]["aws_sqs_queue"].values()} == {"shop-mail", "shop-mail-dlq"}
    (policy,) = stack["resource"]["aws_iam_role_policy"].values()
    assert "secretsmanager:GetSecretValue" in policy["policy"]
    assert stack["terraform"]["required_providers"]["aws"] == constructs.AWS_PROVIDER
