"""Commands read the function version that the event source mapping calls, not the latest code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.discovery import find_worker
from tests.e2e.commands.doctor_findings import findings_in
from tests.e2e.commands.faults import configuration
from tests.e2e.commands.world import REGION, Deployed, World

ALIAS = "live"
DRIFT = ("QL401", "warning", "function.memory is 256 in the settings, but 512 in AWS")


@pytest.fixture
def aliased(world: World, healthy: Deployed) -> Deployed:
    """A worker whose mapping calls an alias of version 1, which matches the settings. The latest code has 512 MB."""
    functions = world.client("lambda")
    version = functions.publish_version(FunctionName=healthy.function)["Version"]
    functions.create_alias(FunctionName=healthy.function, Name=ALIAS, FunctionVersion=version)
    functions.update_event_source_mapping(UUID=healthy.mapping, FunctionName=f"{healthy.function}:{ALIAS}")
    configuration(MemorySize=512)(world, healthy)
    world.settle()
    return healthy


def move_alias(world: World, deployed: Deployed) -> None:
    """Point the alias at the latest code."""
    functions = world.client("lambda")
    version = functions.publish_version(FunctionName=deployed.function)["Version"]
    functions.update_alias(FunctionName=deployed.function, Name=ALIAS, FunctionVersion=version)


def test_doctor_checks_the_version_that_the_mapping_invokes(world: World, aliased: Deployed, tmp_path: Path) -> None:
    assert DRIFT not in findings_in(world.json("doctor", "dev"))
    configuration(Timeout=60)(world, aliased)
    world.settle()
    by_queue = ("doctor", "--queue", "dev-orders")
    direct = world.json(*by_queue, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    assert [each["rule"] for each in direct["findings"]] == []
    move_alias(world, aliased)
    assert DRIFT in findings_in(world.json("doctor", "dev", status=1))
    direct = world.json(*by_queue, folder=tmp_path, status=1, AWS_DEFAULT_REGION=REGION)
    assert [each["rule"] for each in direct["findings"]] == ["QL001"]


def test_invoke_uses_variables_of_the_version_that_the_mapping_invokes(
    world: World, aliased: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.become(monkeypatch)
    configuration(Environment={"Variables": {"A": "latest"}})(world, aliased)
    world.settle()
    variables = find_worker(world.selection(queue="dev-orders")).function["Environment"]["Variables"]
    assert "A" not in variables
    assert "ORDERS_TABLE" in variables
    move_alias(world, aliased)
    assert find_worker(world.selection(queue="dev-orders")).function["Environment"]["Variables"] == {"A": "latest"}


def test_version_is_unknown_without_the_mapping(world: World, aliased: Deployed, tmp_path: Path) -> None:
    configuration(Timeout=60)(world, aliased)
    world.settle()
    caller: Any = world.user("without-mappings", ["sqs:GetQueue*", "lambda:GetFunction*"], ["*"])
    more: Any = {"folder": tmp_path, "AWS_DEFAULT_REGION": REGION, "status": 1, **caller}
    direct = world.json("doctor", "--queue", "dev-orders", "--function", "dev-orders", **more)
    assert "QL201" in {each["rule"] for each in direct["skipped"]}
    assert direct["findings"] == []
    named = world.json("doctor", "--queue", "dev-orders", "--function", f"dev-orders:{ALIAS}", **more)
    assert "QL201" not in {each["rule"] for each in named["skipped"]}
    assert [each["rule"] for each in named["findings"]] == []
