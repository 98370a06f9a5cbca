"""Canary values in the places where people put secrets. A search of all output finds none where it must not be."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from queuesmith.local.user_settings import terraform_environment
from tests.conftest import CACHE
from tests.faults.commands import READING, run
from tests.faults.keeper import NAME, Keeper
from tests.faults.lane import wait_for
from tests.faults.run import Run
from tests.faults.world import CANARY_PARAMETER, CANARY_SECRET, World
from tests.terraform_cli import TerraformInTests

IN_BODY, IN_ATTRIBUTE = "canary-body-9ab14e", "canary-attribute-20c6d8"
"""Plain words, which no scanner would recognize as a secret."""
CANARIES = (CANARY_SECRET, CANARY_PARAMETER, IN_BODY, IN_ATTRIBUTE)


def fingerprint(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def found_in(text: str, canaries: tuple[str, ...] = CANARIES) -> list[str]:
    return [canary for canary in canaries if canary in text]


@pytest.fixture(scope="module")
def keeper(world: World, keeper: Keeper) -> Keeper:
    """The worker, after it has used its secret and its parameter, and after messages that fail in every way."""
    keeper.lane.receives(2)
    run = Run(keeper.lane)
    good = [*run.orders(2, "secret"), *run.orders(2, "parameter")]
    bad = [*run.orders(2, "leaks", "dead"), *run.orders(2, "leaks for ever", "dead"), *run.orders(2, "raises:1000", "dead")]
    bad = [body.replace("sku-", f"{IN_BODY}-") for body in bad]
    poison = [f"{IN_BODY} is not JSON", json.dumps({IN_BODY: IN_BODY}), json.dumps({**json.loads(good[0]), "total": IN_BODY})]
    attribute = {"token": {"DataType": "String", "StringValue": IN_ATTRIBUTE}}
    for body in [*good, *bad, *poison]:
        keeper.lane.sqs.send_message(QueueUrl=keeper.lane.queue_url, MessageBody=body, MessageAttributes=attribute)
    keeper.lane.enable()
    run.settle()
    wait_for(lambda: len(world.messages(keeper.lane.dlq_url)) == len(bad) + len(poison), "what fails is in the DLQ")
    assert world.orders().keys() >= {run.ids[body] for body in good}
    read = {line["order_id"] for line in keeper.lane.ledger() if line["what"] == "read"}
    assert read >= {fingerprint(CANARY_SECRET), fingerprint(CANARY_PARAMETER)}, "the handler has read something else"
    return keeper


def test_log_has_no_secret_and_no_message_content(keeper: Keeper) -> None:
    pages = keeper.world.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{NAME}")
    log = "\n".join(event["message"] for page in pages for event in page["events"])
    assert "the mail server refused" in log
    assert found_in(log) == []


def test_dlq_copy_has_a_reason_without_the_secret(keeper: Keeper) -> None:
    bodies = keeper.world.messages(keeper.lane.dlq_url)
    assert any(IN_BODY in body for body in bodies)
    received = keeper.lane.sqs.receive_message(
        QueueUrl=keeper.lane.dlq_url, MaxNumberOfMessages=10, VisibilityTimeout=0, MessageAttributeNames=["All"]
    )["Messages"]
    reasons = [one["MessageAttributes"].get("FailureReason", {}).get("StringValue", "") for one in received]
    assert any("the mail server never takes" in reason for reason in reasons)
    assert found_in("\n".join(reasons)) == []


def test_output_plan_state_and_packages_have_no_secret_or_parameter(keeper: Keeper) -> None:
    """These files were written while the canaries existed. The function's name proves that the search finds what is there."""
    world, folder = keeper.world, Path(keeper.world.project).parent
    terraform = TerraformInTests(folder / "stack", CACHE, environment=terraform_environment(world.endpoint))
    terraform.plan("canary.plan")
    plan = json.dumps(terraform.show_plan("canary.plan"))
    state = (folder / "stack" / "terraform.tfstate").read_text()
    output = (folder / "project" / "cdktf.out" / "stacks" / "prove" / "cdk.tf.json").read_text()
    for text in (plan, state, output):
        assert found_in(text, (*CANARIES, NAME)) == [NAME]
    for root in ("stack", "project/cdktf.out"):
        for path in (path for path in (folder / root).rglob("*") if path.is_file() and ".terraform" not in path.parts):
            assert found_in(path.read_bytes().decode(errors="replace")) == [], path
    for package in (world.package, world.sample):
        with zipfile.ZipFile(io.BytesIO(Path(package).read_bytes())) as archive:
            assert found_in("".join(archive.read(name).decode(errors="replace") for name in archive.namelist())) == []


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_commands_print_only_the_canaries_that_they_must_show(command: tuple[str, ...], keeper: Keeper) -> None:
    key_id, secret = keeper.world.root
    done = run(keeper.world, {"aws_access_key_id": key_id, "aws_secret_access_key": secret}, command)
    shown = (IN_BODY, IN_ATTRIBUTE) if command[:2] == ("dlq", "peek") else ()
    assert found_in(done.stdout + done.stderr) == list(shown)
