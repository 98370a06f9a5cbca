"""The table of permissions: each command needs exactly the actions listed for it. The emulator enforces IAM."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.aws import connection
from queuesmith.constructs.operator_permissions import COMMAND_PERMISSIONS, EVERYTHING, policy
from tests.e2e.commands.log_lines import put, put_sent, report
from tests.e2e.commands.world import REGION, Deployed, World

PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag"}
"""IAM's action prefixes for services whose signing name differs."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "status": ("status", "dev", "orders"),
    "doctor": ("doctor", "dev", "orders"),
    "logs": ("logs", "dev", "orders", "--since", "1h"),
    "capacity": ("capacity", "dev", "orders", "--from-logs", "1h", "--from-metrics", "1h"),
    "dlq triage": ("dlq", "triage", "dev", "orders"),
    "dlq peek": ("dlq", "peek", "dev", "orders"),
    "send": ("send", "dev", "orders", "--body", "x"),
    "dlq redrive": ("dlq", "redrive", "dev", "orders", "--limit", "5"),
    "dlq drop": ("dlq", "drop", "dev", "orders", "--limit", "1", "--yes", "1"),
    "dlq purge": ("dlq", "purge", "dev", "orders", "--yes", "dev-orders-dlq"),
    "purge": ("purge", "dev", "orders", "--yes", "dev-orders"),
    "pause": ("pause", "dev", "orders"),
    "resume": ("resume", "dev", "orders"),
}
PARTS = {
    EVERYTHING, "queue", "dead_letter_queue", "function", "mapping", "log_group", "role", "key", "application",
    "deployment_group", "deployment_configurations",
}  # fmt: skip
ACTING = {"send", "dlq redrive", "dlq drop", "dlq purge", "purge", "pause", "resume"}
NOT_REACHED = {
    "sqs:StartMessageMoveTask", "sqs:CancelMessageMoveTask",  # the emulator has no move tasks
    "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:GetKeyPolicy",
    "kms:ListGrants",  # this queue has no customer managed key
    "tag:GetResources",  # inside the project, workers are not looked up by tag
}  # fmt: skip


def parts(deployed: Deployed) -> dict[str, list[str]]:
    """The ARNs of a worker's parts, in the form in which the stack passes them to the table."""
    account = deployed.queue_arn.split(":")[4]
    return {
        "queue": [deployed.queue_arn],
        "dead_letter_queue": [deployed.dead_letter_arn],
        "function": [f"arn:aws:lambda:{REGION}:{account}:function:{deployed.function}"],
        "mapping": [f"arn:aws:lambda:{REGION}:{account}:event-source-mapping:{deployed.mapping}"],
        "log_group": [f"arn:aws:logs:{REGION}:{account}:log-group:/aws/lambda/{deployed.function}:*"],
        "role": [f"arn:aws:iam::{account}:role/{deployed.function}-function"],
        "key": [],
    }


@pytest.fixture(scope="module")
def deployed(world: World) -> Deployed:
    """A worker with a load in its log and metrics."""
    deployed = world.deploy()
    put(world, report(120))
    put_sent(world, 50)
    return deployed


@pytest.fixture(scope="module")
def reader(world: World, deployed: Deployed) -> Any:
    """A user who has only the policy `operator_read`."""
    return world.operator("reader", [policy("read", parts(deployed))])


@pytest.fixture(scope="module")
def actor(world: World, deployed: Deployed) -> Any:
    """A user who has only the policy `operator_act`."""
    return world.operator("actor", [policy("act", parts(deployed))])


@pytest.mark.parametrize("name", COMMANDS)
def test_command_works_with_only_its_policy(name: str, world: World, deployed: Deployed, reader: Any, actor: Any) -> None:
    world.fill(deployed.dead_letter_queue, "x")
    result = world.run(*COMMANDS[name], **(actor if name in ACTING else reader))
    assert "denied" not in result.stdout + result.stderr
    assert result.returncode == (1 if name == "status" else 0), result.stderr  # the DLQ holds a message


@pytest.mark.parametrize("name", ["send", "dlq redrive", "dlq drop", "dlq purge", "purge", "pause"])
def test_read_policy_does_not_allow_changes(name: str, world: World, deployed: Deployed, reader: Any) -> None:
    world.fill(deployed.dead_letter_queue, "x")
    world.client("lambda").update_event_source_mapping(UUID=deployed.mapping, Enabled=name == "pause")
    before = (world.count(deployed.queue), world.count(deployed.dead_letter_queue))
    result = world.run(*COMMANDS[name], **reader)
    assert result.returncode == 1
    assert "Access denied" in result.stderr
    assert (world.count(deployed.queue), world.count(deployed.dead_letter_queue)) == before
    world.forget_rejects()


@pytest.mark.parametrize("command", [("status",), ("send", "--body", "x"), ("dlq", "peek")])
def test_policy_does_not_allow_access_to_another_worker(
    command: tuple[str, ...], world: World, reader: Any, actor: Any
) -> None:
    other = world.deploy("other-mail", "mail")
    try:
        for keys in (reader, actor):
            result = world.run(*command, "--queue", "other-mail", "--region", REGION, **keys)
            assert result.returncode == 1
            assert "Access denied" in result.stderr
    finally:
        world.remove(other)
        world.forget_rejects()


@pytest.mark.parametrize("name", COMMANDS)
def test_table_lists_exactly_the_calls_of_each_command(
    name: str, world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: set[str] = set()

    def remember(params: Any, context: Any, model: Any, **_: Any) -> None:
        service = model.service_model
        prefix = PREFIXES.get(service.signing_name, service.signing_name)
        called.add(f"{prefix}:{model.name.removesuffix('Batch')}")

    monkeypatch.setattr(connection, "_store_parameters", remember)
    world.fill(deployed.dead_letter_queue, *"abcdefgh")
    world.run(*COMMANDS[name])
    if name == "dlq redrive":
        world.run(*COMMANDS[name][:-2])  # without a limit: it would use a move task if the emulator had any
    if name == "pause":  # the worker was already paused
        world.run("resume", "dev", "orders")
        world.run(*COMMANDS[name])
    needed = {
        action for item in COMMAND_PERMISSIONS if name in item.commands and item.role == _role(name) for action in item.actions
    }
    assert called - needed == set()
    assert needed - called - NOT_REACHED == set()


def _role(name: str) -> str:
    return "act" if name in ACTING else "read"


def test_every_part_in_the_table_exists() -> None:
    """A misspelt part would grant nothing, and the operator would be refused during an incident. Actions: tests/scanners."""
    assert {item.part for item in COMMAND_PERMISSIONS} == PARTS


def test_worker_without_a_key_has_no_kms_statement(deployed: Deployed) -> None:
    for role in ("read", "act"):
        assert '"kms:' not in policy(role, parts(deployed))
