"""Each example is synthesized, has no warnings, and creates what it describes. The tests of its handlers pass."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing as Synthesis

from queuesmith.checks.settings_check import check_configuration
from queuesmith.settings.loading import environment_names, load
from stacks.environment import EnvironmentStack
from tests.conftest import ROOT, own_variables
from tests.unit.conftest import named, only

EXAMPLES = ROOT / "examples"
NAMES = environment_names(EXAMPLES / "config")
TODAY = date(2026, 11, 26)


def synthesized(name: str) -> dict[str, Any]:
    settings = load(EXAMPLES / "config", [name]).environments[name].settings
    stack: dict[str, Any] = json.loads(Synthesis.synth(EnvironmentStack(Synthesis.app(), name, settings)))
    return stack


def actions(stack: dict[str, Any]) -> set[str]:
    """The actions that the functions' roles allow."""
    policies = [json.loads(each["policy"]) for each in stack["resource"]["aws_iam_role_policy"].values()]
    allowed = [each["Action"] for policy in policies for each in policy["Statement"] if each["Effect"] == "Allow"]
    return {action for each in allowed for action in ([each] if isinstance(each, str) else each)}


@pytest.mark.parametrize("name", NAMES)
def test_example_has_no_findings(name: str) -> None:
    configuration = load(EXAMPLES / "config", [name])
    assert configuration.problems == []
    report = check_configuration(configuration, TODAY)
    assert (report.errors, report.warnings) == ([], [])


def test_examples_readme_names_each_example() -> None:
    linked = set(re.findall(r"\]\(([\w/.-]+)\)", (EXAMPLES / "README.md").read_text()))
    settings = {f"config/{name}.toml" for name in NAMES}
    code = {path.name for path in EXAMPLES.iterdir() if path.is_file() and path.name not in {"README.md", "__init__.py"}}
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()} - {"config", "cdktf.out", "__pycache__"}
    assert settings | code | folders <= linked


def test_main_synthesizes_the_settings_of_another_folder(tmp_path: Path) -> None:
    environment = own_variables(CDKTF_OUTDIR=str(tmp_path))
    subprocess.run([sys.executable, "main.py", "examples"], cwd=ROOT, env=environment, check=True)
    assert sorted(path.name for path in (tmp_path / "stacks").iterdir()) == NAMES


def test_fifo_orders_by_group_in_high_throughput_mode() -> None:
    stack = synthesized("fifo")
    queue = named(stack, "aws_sqs_queue", "payments_queue_7")
    assert queue["name"] == "fifo-payments.fifo"
    assert (queue["deduplication_scope"], queue["fifo_throughput_limit"]) == ("messageGroup", "perMessageGroupId")
    assert queue["visibility_timeout_seconds"] == 60, "as the comment says"


def test_fan_out_workers_have_their_own_queue_dlq_and_filter() -> None:
    stack = synthesized("fan-out")["resource"]
    assert {queue["name"] for queue in stack["aws_sqs_queue"].values()} == {
        "fan-out-invoices",
        "fan-out-invoices-dlq",
        "fan-out-stock",
        "fan-out-stock-dlq",
    }
    subscriptions = stack["aws_sns_topic_subscription"].values()
    assert len({each["endpoint"] for each in subscriptions}) == 2
    assert sorted(json.loads(each["filter_policy"])["kind"] for each in subscriptions) == [["placed"], ["placed", "cancelled"]]


def test_existing_queue_is_consumed_and_monitored_but_not_created() -> None:
    stack = synthesized("existing-queue")
    assert "aws_sqs_queue" not in stack["resource"]
    assert only(stack, "aws_lambda_event_source_mapping")["event_source_arn"] == "arn:aws:sqs:eu-central-1:111111111111:reports"
    watched = {
        each["dimensions"].get("QueueName")
        for each in stack["resource"]["aws_cloudwatch_metric_alarm"].values()
        if "dimensions" in each
    }
    assert watched >= {"reports", "reports-dlq"}


def test_an_image_is_named_by_digest_and_has_neither_handler_nor_runtime() -> None:
    function = only(synthesized("image"), "aws_lambda_function")
    assert "ORDERS_TABLE" in function["environment"]["variables"], "which the sample's handler reads"
    assert function["package_type"] == "Image"
    assert re.fullmatch(r".+@sha256:[0-9a-f]{64}", function["image_uri"])
    assert function.keys().isdisjoint({"handler", "runtime", "filename", "s3_bucket"})


def test_image_has_the_pinned_packages_and_its_handler() -> None:
    lines = (EXAMPLES / "Dockerfile").read_text().splitlines()
    (base,), (command,) = ([line for line in lines if line.startswith(word)] for word in ("FROM", "CMD"))
    assert base == "FROM public.ecr.aws/lambda/python:3.13-arm64", "as the settings' defaults are: python3.13, arm64"
    module, _, function = json.loads(command.removeprefix("CMD "))[0].rpartition(".")
    assert f"def {function}" in (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    assert all((ROOT / name).exists() for name in copied)


def test_vpc_worker_can_read_its_secret_and_create_interfaces() -> None:
    stack = synthesized("vpc")
    function = only(stack, "aws_lambda_function")
    assert len(function["vpc_config"]["subnet_ids"]) == 2
    assert function["environment"]["variables"]["LEDGER_TOKEN"].startswith("arn:aws:secretsmanager:"), "never the value"
    assert {"secretsmanager:GetSecretValue", "ec2:CreateNetworkInterface"} <= actions(stack)


def test_own_stack_has_the_worker_and_its_grants() -> None:
    from examples.own_stack import Shop

    stack = json.loads(Synthesis.synth(Shop(Synthesis.app(), "shop"), True))
    assert {"s3:PutObject", "ses:SendEmail"} <= actions(stack)
    assert stack["terraform"]["backend"] == {"local": {"path": "../../../state/shop.tfstate"}}
    assert only(stack, "aws_s3_bucket")["bucket"] == "example-shop-invoices"


def test_handlers_of_the_examples_pass_their_tests() -> None:
    """They run in `examples/` as in a user's project: `handlers.mail.main` is examples/handlers/mail/main.py."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests"]
    environment = {name: value for name, value in own_variables().items() if not name.startswith(("AWS_", "PYTEST_"))}
    environment["PYTHONPATH"] = str(ROOT)
    result = subprocess.run(command, cwd=EXAMPLES, env=environment, capture_output=True, text=True, check=False)
    tests = "".join(path.read_text() for path in (EXAMPLES / "tests").glob("test_*.py"))
    handlers = {path.parent.name for path in (EXAMPLES / "handlers").glob("*/main.py")}
    assert handlers == set(re.findall(r"handlers\.(\w+)\.main", tests)), "each is tested"
    written = tests.count("def test_")
    assert f"{written} passed" in result.stdout, result.stdout + result.stderr
