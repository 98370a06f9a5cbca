"""Least privilege, from the outside: what is not granted is refused, and it is the grant alone that is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from queuesmith.local.sample_orders import order
from tests import in_process
from tests.faults.keeper import ACCOUNT, KEY, NAME, Keeper, arn
from tests.faults.lane import Lane, own_number
from tests.faults.world import CANARY_SECRET, REGION, World

ITEM = {"order_id": {"S": "outside"}}
GROUP = "/aws/lambda/prove-stranger"
SECRET = f"prove/mail{own_number()}"
DOOMED = f"{NAME}-doomed"
"""A queue that is there to be deleted."""


@dataclass(frozen=True)
class Call:
    """Something that the role may not do, and the one grant that would let it."""

    action: str
    resource: str
    service: str
    do: Callable[[Any, Keeper], Any]


def stranger(keeper: Keeper) -> str:
    url: str = keeper.world.outputs["stranger_queue_url"]
    return url


OWN, OTHER = arn("sqs", NAME), arn("sqs", "prove-stranger")
OUTSIDE = {
    "receive from another worker's queue": Call(
        "sqs:ReceiveMessage", OTHER, "sqs", lambda sqs, keeper: sqs.receive_message(QueueUrl=stranger(keeper))
    ),
    "send to another worker's queue": Call(
        "sqs:SendMessage", OTHER, "sqs", lambda sqs, keeper: sqs.send_message(QueueUrl=stranger(keeper), MessageBody="x")
    ),
    "send to its own queue": Call(
        "sqs:SendMessage", OWN, "sqs", lambda sqs, keeper: sqs.send_message(QueueUrl=keeper.lane.queue_url, MessageBody="x")
    ),
    "empty its own queue": Call(
        "sqs:PurgeQueue", OWN, "sqs", lambda sqs, keeper: sqs.purge_queue(QueueUrl=keeper.lane.queue_url)
    ),
    "change its own queue": Call(
        "sqs:SetQueueAttributes",
        OWN,
        "sqs",
        lambda sqs, keeper: sqs.set_queue_attributes(QueueUrl=keeper.lane.queue_url, Attributes={"DelaySeconds": "0"}),
    ),
    "receive from its own DLQ": Call(
        "sqs:ReceiveMessage",
        arn("sqs", f"{NAME}-dlq"),
        "sqs",
        lambda sqs, keeper: sqs.receive_message(QueueUrl=keeper.lane.dlq_url),
    ),
    "write to another worker's table": Call(
        "dynamodb:PutItem",
        arn("dynamodb", "table/prove-others"),
        "dynamodb",
        lambda table, _: table.put_item(TableName="prove-others", Item=ITEM),
    ),
    "delete from its own table": Call(
        "dynamodb:DeleteItem",
        arn("dynamodb", "table/prove-orders"),
        "dynamodb",
        lambda table, _: table.delete_item(TableName="prove-orders", Key=ITEM),
    ),
    "read its own table": Call(
        "dynamodb:GetItem",
        arn("dynamodb", "table/prove-orders"),
        "dynamodb",
        lambda table, _: table.get_item(TableName="prove-orders", Key=ITEM),
    ),
    "read another secret": Call(
        "secretsmanager:GetSecretValue",
        arn("secretsmanager", "secret:prove/other-*"),
        "secretsmanager",
        lambda secrets, _: secrets.get_secret_value(SecretId="prove/other"),
    ),
    "change its own secret": Call(
        "secretsmanager:PutSecretValue",
        arn("secretsmanager", f"secret:{SECRET}-*"),
        "secretsmanager",
        lambda secrets, _: secrets.put_secret_value(SecretId=SECRET, SecretString=CANARY_SECRET),
    ),
    "read another parameter": Call(
        "ssm:GetParameter",
        arn("ssm", "parameter/prove/other"),
        "ssm",
        lambda ssm, _: ssm.get_parameter(Name="/prove/other"),
    ),
    "write another log group": Call(
        "logs:CreateLogStream",
        arn("logs", f"log-group:{GROUP}:*"),
        "logs",
        lambda logs, _: logs.create_log_stream(logGroupName=GROUP, logStreamName=uuid4().hex),
    ),
    "encrypt with its key": Call(
        "kms:Encrypt", "*", "kms", lambda kms, keeper: kms.encrypt(KeyId=keeper.world.key, Plaintext=b"x")
    ),
    "delete a queue": Call(
        "sqs:DeleteQueue", arn("sqs", DOOMED), "sqs", lambda sqs, keeper: sqs.delete_queue(QueueUrl=doomed(keeper))
    ),
}


def doomed(keeper: Keeper) -> str:
    """A queue to be deleted, as nobody else needs it: of the own one the same is tried, and refused."""
    url: str = keeper.lane.sqs.get_queue_url(QueueName=DOOMED)["QueueUrl"]
    return url


@pytest.fixture(scope="module")
def keeper(world: World) -> Keeper:
    found = Keeper(world)
    found.lane.sqs.create_queue(QueueName=DOOMED)
    secrets, ssm = world.client("secretsmanager"), world.client("ssm")
    with suppress(secrets.exceptions.ResourceExistsException):  # the other process was quicker
        secrets.create_secret(Name="prove/other", SecretString="local")
    ssm.put_parameter(Name="/prove/other", Value="local", Type="String", Overwrite=True)
    return found


@pytest.mark.parametrize("what", OUTSIDE)
def test_the_role_is_refused_what_it_was_not_granted_and_it_is_the_grant_that_is_missing(what: str, keeper: Keeper) -> None:
    call = OUTSIDE[what]
    client = keeper.as_role(call.service)
    with pytest.raises(ClientError) as refused:
        call.do(client, keeper)
    assert refused.value.response["Error"]["Code"].rpartition("#")[2] in {"AccessDenied", "AccessDeniedException"}
    assert call.action in str(refused.value)
    with keeper.with_also(call.action, call.resource):
        call.do(client, keeper)


def test_the_role_may_not_delete_its_own_queue(keeper: Keeper) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        keeper.as_role("sqs").delete_queue(QueueUrl=keeper.lane.queue_url)


@pytest.mark.parametrize("queue", ["queue_url", "dead_letter_queue_url"])
def test_plain_http_is_refused_and_tls_passes(queue: str, world: World) -> None:
    """The local AWS takes a request for plain http where a proxy's header says so; root is refused like everybody."""
    tls, plain = world.client("sqs"), world.client("sqs")
    header = {"X-Forwarded-Proto": "http"}
    plain.meta.events.register("before-send.sqs.*", lambda request, **_: request.headers.update(header))
    request = {"QueueUrl": world.outputs[f"{KEY}_{queue}"], "AttributeNames": ["QueueArn"]}
    assert tls.get_queue_attributes(**request)["Attributes"]
    with pytest.raises(ClientError, match="AccessDenied"):
        plain.get_queue_attributes(**request)


def user(world: World, name: str, *, policy: str = "", arn_of_policy: str = "") -> dict[str, str]:
    """Keys of a new user who has one policy and no other right."""
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


def test_a_producer_can_send_and_nothing_else(world: World, keeper: Keeper) -> None:
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


READING: dict[tuple[str, ...], set[int]] = {
    ("status",): {1},  # there is a message in the DLQ
    ("doctor",): {0, 1},
    ("logs", "--since", "1h"): {0},
    ("dlq", "peek"): {0},
}
"""With the exit statuses that they may have."""
ACTING = [
    ("send", "--body", "x"), ("dlq", "redrive", "--limit", "1"), ("dlq", "purge", "--yes", f"{NAME}-dlq"),
    ("purge", "--yes", NAME), ("pause",), ("resume",),
]  # fmt: skip


def run(world: World, keys: dict[str, str], command: tuple[str, ...]) -> Any:
    """A command of `queuesmith` about the worker, as somebody with these keys runs it in the project's folder."""
    words = [word for word in command if not word.startswith("-")][: 2 if command[0] == "dlq" else 1]
    rest = command[len(words) :]
    variables = {
        "PATH": "/usr/bin",
        "AWS_ENDPOINT_URL": world.url,
        "AWS_CA_BUNDLE": str(world.endpoint.ca_bundle),
        "AWS_ACCESS_KEY_ID": keys["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1",
        "COLUMNS": "120",
    }
    folder = Path(world.project)
    return in_process.as_text(in_process.queuesmith(*words, "prove", KEY, *rest, folder=folder, variables=variables))


@pytest.mark.parametrize("role", ["read", "act"])
def test_an_operators_policy_lets_its_commands_work_and_no_others(role: str, world: World, keeper: Keeper) -> None:
    """The policies as they are applied. Each command alone, and the table in both directions, is proved in tests/e2e."""
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
