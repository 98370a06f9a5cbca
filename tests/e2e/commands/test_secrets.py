"""Canary values in the places where people put secrets. No command prints one where it must not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.commands.world import REGION, Deployed, World

IN_VARIABLE, IN_BODY, IN_ATTRIBUTE = "canary-variable-5d41", "canary-body-7c9e", "canary-attribute-1f0b"
"""Plain words, which no secret scanner would recognize."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "status": ("status", "dev"),
    "doctor": ("doctor", "dev"),
    "logs": ("logs", "dev", "--since", "1h"),
    "pause": ("pause", "dev"),
    "resume": ("resume", "dev"),
    "dlq redrive, dry": ("dlq", "redrive", "dev", "--limit", "1", "--dry-run"),
    "dlq redrive": ("dlq", "redrive", "dev", "--limit", "1"),
    "purge": ("purge", "dev", "--yes", "dev-orders"),
    "doctor, directly": ("doctor", "--queue", "dev-orders", "--region", REGION),
}


@pytest.fixture(scope="module")
def worker_with_secrets(world: World, handlers: None) -> Iterator[Deployed]:
    """A worker with a canary in a variable, and messages with others."""
    deployed = world.deploy()
    world.settle()
    variables = {"ORDERS_TABLE": IN_VARIABLE, "MORE": IN_VARIABLE}
    world.client("lambda").update_function_configuration(FunctionName="dev-orders", Environment={"Variables": variables})
    yield deployed
    world.remove(deployed)


def fill(world: World, deployed: Deployed) -> None:
    attribute = {"token": {"DataType": "String", "StringValue": IN_ATTRIBUTE}}
    world.fill(deployed.dead_letter_queue, json.dumps({"card": IN_BODY}), MessageAttributes=attribute)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["for a person", "for a script"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_prints_variables_or_message_bodies(
    name: str, form: tuple[str, ...], world: World, worker_with_secrets: Deployed
) -> None:
    fill(world, worker_with_secrets)
    result = world.run(*COMMANDS[name], *form)
    text = result.stdout + result.stderr
    assert text
    assert [canary for canary in (IN_VARIABLE, IN_BODY, IN_ATTRIBUTE) if canary in text] == []


def test_peek_shows_messages_but_no_function_variables(world: World, worker_with_secrets: Deployed) -> None:
    fill(world, worker_with_secrets)
    text = world.run("dlq", "peek", "dev").stdout
    assert (IN_BODY in text, IN_ATTRIBUTE in text, IN_VARIABLE in text) == (True, True, False)


def test_deployed_variables_reach_only_the_handler(world: World, worker_with_secrets: Deployed) -> None:
    result = world.run("invoke", "dev", "orders", "--body", "no JSON", "--deployed-environment")
    assert result.returncode == 1
    assert IN_VARIABLE not in result.stdout + result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_callers_secret_is_never_printed(name: str, world: World, worker_with_secrets: Deployed) -> None:
    keys: Any = world.user(f"nobody-{name.replace(' ', '-').replace(',', '')}", ["sqs:GetQueueUrl"], ["*"])
    wrong = {**keys, "AWS_SECRET_ACCESS_KEY": keys["AWS_SECRET_ACCESS_KEY"][::-1]}
    for given in (keys, wrong):
        result = world.run(*COMMANDS[name], **given)
        assert result.returncode != 0
        assert given["AWS_SECRET_ACCESS_KEY"] not in result.stdout + result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("where", ["function.environment", "tags"])
def test_settings_with_a_secret_are_refused_without_printing_it(where: str, world: World) -> None:
    secret = "ghp_" + "a1B2c3D4e5" * 4
    with world.dev_with(f'[workers.orders.{where}]\nTOKEN = "{secret}"'):
        refused = [world.project.start("dev"), world.project.run("dev", "--check")]
        commands = [world.run(*arguments) for arguments in (("package", "dev"), ("status", "dev"), ("doctor", "dev"))]
    for result in refused:
        assert result.returncode == 2
        assert "[QL203]" in result.stderr
    for result in (*refused, *commands):
        assert secret not in result.stdout + result.stderr
    assert not world.project.output.exists()
