"""The dev environment, applied to the emulator by real Terraform. The tests follow it from apply to destroy."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import OVERRIDE
from queuesmith.local.tally import DeployedPipeline
from queuesmith.operations.messages import Message
from tests.checking import check_document
from tests.conftest import Project
from tests.e2e.deployed import deployable
from tests.sample_orders import messages, order
from tests.terraform_cli import TerraformInTests
from tests.waiting import wait_for

REGION = "eu-central-1"
TIMEOUT = 120
"""The function's timeout in seconds, far longer than a batch takes. No invocation is killed and no visibility timeout (six
times as long) expires, so a message is received again only because it failed.
"""
MESSAGES = 60
POISON = 2
REPEATED = [json.dumps(order(number)) for number in range(5)]
"""Orders that are sent a second time."""


@dataclass
class World:
    """The project, the applied stack, and clients for it."""

    project: Project
    emulator: Emulator
    alarms_url: str
    package: Path
    terraform: TerraformInTests
    sample: DeployedPipeline

    def client(self, service: str) -> Any:
        return self.emulator.endpoint.client(service, REGION)


def deploy(project: Project, emulator: Emulator, alarms_url: str, package: Path) -> TerraformInTests:
    """A copy of the synthesized stack, at the same depth as the original: the state is in the project, outside the output."""
    folder = project.folder / "copied" / "stacks" / "dev"
    shutil.rmtree(folder, ignore_errors=True)
    stack = project.output / "stacks" / "dev"
    terraform = deployable(stack, folder, emulator, package, alarms_url)
    override = json.loads((folder / OVERRIDE).read_text())
    del override["terraform"]  # the state stays in the stack's own backend
    (folder / OVERRIDE).write_text(json.dumps(override))
    terraform.init()
    return terraform


@pytest.fixture(scope="module")
def world(emulator: Emulator, alarms_url: str, host_package: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    project = Project(tmp_path_factory.mktemp("pipeline") / "project")
    dev = (project.folder / "config" / "dev.toml").read_text()
    assert "timeout = 3\n" in dev
    project.write("dev.toml", dev.replace("timeout = 3\n", f"timeout = {TIMEOUT}\n"))
    result = project.run("dev")
    assert result.returncode == 0, result.stderr
    terraform = deploy(project, emulator, alarms_url, host_package)
    terraform.apply()
    sample = DeployedPipeline(
        emulator.endpoint, REGION, terraform.outputs(), worker="orders", table="orders", partition_key="order_id"
    )
    return World(project, emulator, alarms_url, host_package, terraform, sample)


def test_every_message_is_written_once_or_ends_in_the_dlq(world: World) -> None:
    """If the response to a write came too late, the log has no write of that order: the SDK's retry finds it written."""
    bodies = messages(MESSAGES, POISON)
    good = {json.loads(body)["order_id"] for body in bodies if _is_good(body)}
    assert len(good) == MESSAGES - POISON
    accepted = world.sample.send(map(Message, [*bodies, *REPEATED]))
    assert accepted == MESSAGES + len(REPEATED)
    wait_for(lambda: world.sample.in_dlq() == POISON, "the poison is in the DLQ")
    wait_for(lambda: world.sample.in_queue() == 0, "the queue is empty")
    assert sorted(world.sample.written_keys()) == sorted(good)
    tally = world.sample.tally(MESSAGES)
    assert (tally.written_once + tally.unlogged, tally.written_repeatedly) == (MESSAGES - POISON, 0)
    assert (tally.in_dlq, tally.lost) == (POISON, 0)


def test_second_delivery_is_detected_and_changes_nothing(world: World) -> None:
    lines = list(world.sample.log_lines())
    written, seen = (
        Counter(line["order_id"] for line in lines if line.get("message") == expected)
        for expected in ("message processed", "message already done")
    )
    repeated = [json.loads(body)["order_id"] for body in REPEATED]
    assert written + seen == Counter([*world.sample.written_keys(), *repeated])
    assert set(written.values()) == {1}


def test_poison_message_is_in_the_dlq_after_one_receive(world: World) -> None:
    answer = world.sample.sqs.receive_message(
        QueueUrl=world.sample.dead_letter_queue.url,
        MaxNumberOfMessages=10,
        MessageAttributeNames=["All"],
        VisibilityTimeout=0,
    )
    poison = {body for body in messages(MESSAGES, POISON) if not _is_good(body)}
    assert {message["Body"] for message in answer["Messages"]} == poison
    for message in answer["Messages"]:
        assert message["MessageAttributes"]["FailureReason"]["StringValue"].startswith("InvalidMessageError: ")
    sent = [line for line in world.sample.log_lines() if line.get("message") == "message sent to the DLQ"]
    assert [line["receive_count"] for line in sent] == [1] * POISON


@contextmanager
def unlimited_receives(world: World) -> Iterator[None]:
    """Prevents the queue from moving anything to the DLQ."""
    sqs, url = world.sample.sqs, world.sample.queue.url
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    endless = json.dumps({**json.loads(before), "maxReceiveCount": 1_000})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": endless})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": before})


def test_handler_cannot_write_without_its_role(world: World) -> None:
    """IAM is enforced: without its statement about the table, the handler fails until the queue moves the message."""
    iam = world.client("iam")
    (name,) = iam.list_role_policies(RoleName="dev-orders-function")["PolicyNames"]
    document = iam.get_role_policy(RoleName="dev-orders-function", PolicyName=name)["PolicyDocument"]
    without = [item for item in document["Statement"] if item["Action"] != "dynamodb:PutItem"]
    assert len(without) == len(document["Statement"]) - 1
    iam.put_role_policy(
        RoleName="dev-orders-function", PolicyName=name, PolicyDocument=json.dumps({**document, "Statement": without})
    )

    def allow_again() -> None:
        policy = json.dumps(document, separators=(",", ":"))
        iam.put_role_policy(RoleName="dev-orders-function", PolicyName=name, PolicyDocument=policy)

    try:
        world.sample.sqs.send_message(QueueUrl=world.sample.queue.url, MessageBody=json.dumps(order(900)))
        wait_for(lambda: _failures(world, "order-00900"), "the handler is refused")
        assert "order-00900" not in world.sample.written_keys()
        wait_for(lambda: world.sample.in_dlq() == POISON + 1, "the message that keeps failing is in the DLQ")
        refused = _failures(world, "order-00900")
        assert [line["receive_count"] for line in refused] == [1, 2, 3, 4, 5]
        assert all("AccessDenied" in line["reason"] for line in refused)
        for line, longest in zip(refused[:-1], (1, 2, 4, 8), strict=True):
            assert 0 <= line["retry_after"] <= longest
        assert "retry_after" not in refused[-1], "no retry follows the last receive"
        with unlimited_receives(world):  # all five backoffs can be zero, and this test can be slower
            world.sample.sqs.send_message(QueueUrl=world.sample.queue.url, MessageBody=json.dumps(order(901)))
            wait_for(lambda: _failures(world, "order-00901"), "the next one is refused")
            allow_again()
            wait_for(lambda: "order-00901" in world.sample.written_keys(), "a later try writes it")
    finally:
        allow_again()


def test_http_is_refused_and_https_is_accepted(world: World) -> None:
    """The emulator treats a request as plain http if a proxy's header says so. It refuses root as well."""
    tls, plain = world.client("sqs"), world.client("sqs")
    header = {"X-Forwarded-Proto": "http"}
    plain.meta.events.register("before-send.sqs.*", lambda request, **_: request.headers.update(header))
    for url in (world.sample.queue.url, world.sample.dead_letter_queue.url):
        assert tls.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        with pytest.raises(ClientError, match="AccessDenied"):
            plain.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])


def test_a_second_plan_shows_no_change(world: World) -> None:
    assert world.terraform.plan() is False


def test_rule_book_checks_all_applied_resources_without_findings(world: World) -> None:
    world.terraform.plan("second.plan")
    report = check_document(world.terraform.show_plan("second.plan"), folder=world.terraform.folder)
    ((pipeline,),) = (file.pipelines for file in report.files)
    assert (pipeline.findings, pipeline.skipped) == ([], ())


def test_deleting_the_build_output_keeps_the_state(world: World) -> None:
    assert (world.project.folder / "state" / "dev.tfstate").is_file()
    shutil.rmtree(world.project.output)
    assert world.project.run("dev").returncode == 0
    again = deploy(world.project, world.emulator, world.alarms_url, world.package)
    assert again.plan() is False


def test_destroy_leaves_nothing(world: World) -> None:
    world.terraform.destroy()
    assert world.terraform.state_list() == []
    assert world.client("sqs").list_queues().get("QueueUrls", []) == []
    assert world.client("lambda").list_functions()["Functions"] == []
    assert world.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
    assert world.client("dynamodb").list_tables()["TableNames"] == []
    assert world.client("sns").list_topics()["Topics"] == []
    groups = world.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/dev-")["logGroups"]
    assert groups == []
    roles = world.client("iam").list_roles()["Roles"]
    assert [role["RoleName"] for role in roles if role["RoleName"].startswith("dev-")] == []


def _failures(world: World, order_id: str) -> list[dict[str, Any]]:
    """The log lines about failures of an order, in order."""
    lines = [line for line in world.sample.log_lines() if line.get("order_id") == order_id]
    return sorted((line for line in lines if line["message"] == "message failed"), key=lambda line: int(line["receive_count"]))


def _is_good(body: str) -> bool:
    try:
        return bool(json.loads(body) == order(int(json.loads(body)["order_id"].removeprefix("order-"))))
    except (ValueError, KeyError):
        return False
