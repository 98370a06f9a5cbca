"""The applied policies for senders and operators: each allows its tasks and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.faults.commands import READING, run
from tests.faults.keeper import ACCOUNT, KEY, NAME, Keeper
from tests.faults.lane import Lane
from tests.faults.world import REGION, World
from tests.sample_orders import order


def user(world: World, name: str, *, policy: str = "", arn_of_policy: str = "") -> dict[str, str]:
    """Credentials of a new user who has only this policy."""
    iam, name = world.client("iam"), f"{name}-{uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=policy)
    if arn_of_policy:
        iam.attach_user_policy(UserName=name, PolicyArn=arn_of_policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}


QUEUE_CALLS: dict[str, Callable[[Any, Lane], Any]] = {
    "receive": lambda sqs, lane: sqs.receive_message(QueueUrl=lane.queue_url),
    "delete a message": lambda sqs, lane: sqs.delete_message(QueueUrl=lane.queue_url, ReceiptHandle="x"),
    "purge": lambda sqs, lane: sqs.purge_queue(QueueUrl=lane.queue_url),
    "change": lambda sqs, lane: sqs.set_queue_attributes(QueueUrl=lane.queue_url, Attributes={"DelaySeconds": "0"}),
    "delete": lambda sqs, lane: sqs.delete_queue(QueueUrl=lane.queue_url),
    "send to the DLQ": lambda sqs, lane: sqs.send_message(QueueUrl=lane.dlq_url, MessageBody="x"),
    "list": lambda sqs, _: sqs.list_queues(),
}


def test_producer_can_only_send(world: World, keeper: Keeper) -> None:
    keys = user(world, "producer", arn_of_policy=world.outputs[f"{KEY}_producer_policy_arn"])
    sqs, lane = world.client("sqs", **keys), keeper.lane
    sqs.send_message(QueueUrl=lane.queue_url, MessageBody="x")
    assert not sqs.send_message_batch(QueueUrl=lane.queue_url, Entries=[{"Id": "1", "MessageBody": "x"}]).get("Failed")
    for call in QUEUE_CALLS.values():
        with pytest.raises(ClientError, match="AccessDenied"):
            call(sqs, lane)
    with pytest.raises(ClientError, match="AccessDenied"):
        sqs.send_message(QueueUrl=world.outputs["stranger_queue_url"], MessageBody="x")
    lane.reset()


ACTING = [
    ("send", "--body", "x"), ("dlq", "redrive", "--limit", "1"), ("dlq", "purge", "--yes", f"{NAME}-dlq"),
    ("purge", "--yes", NAME), ("pause",), ("resume",),
]  # fmt: skip


@pytest.mark.parametrize("role", ["read", "act"])
def test_operator_policy_allows_exactly_its_commands(role: str, world: World, keeper: Keeper) -> None:
    """Covers the applied policies. tests/e2e covers each command, and the table in both directions."""
    lane = keeper.lane
    lane.reset()
    lane.sqs.send_message(QueueUrl=lane.dlq_url, MessageBody=json.dumps(order(1)))
    keys = user(world, f"operator-{role}", policy=world.outputs[f"{KEY}_operator_{role}_policy"])
    for command in READING if role == "read" else ACTING:
        result = run(world, keys, command)
        assert "denied" not in result.stdout + result.stderr, command
        assert result.returncode in READING.get(command, {0}), result.stderr
    for command in ACTING if role == "read" else [("logs", "--since", "1h"), ("doctor",)]:
        result = run(world, keys, command)
        assert result.returncode == 1, command
        assert "denied" in result.stdout + result.stderr, command
    sqs = world.client("sqs", **keys)
    with pytest.raises(ClientError, match="AccessDenied"):
        sqs.receive_message(QueueUrl=world.outputs["stranger_queue_url"])
    with pytest.raises(ClientError, match="AccessDenied"):
        sqs.delete_queue(QueueUrl=lane.queue_url)
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("dynamodb", **keys).scan(TableName="prove-orders")
    with pytest.raises(ClientError, match="AccessDenied"):
        world.client("lambda", **keys).delete_function(FunctionName=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}")
