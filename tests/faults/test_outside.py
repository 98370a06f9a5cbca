"""Least privilege, from outside: an action that is not granted is refused, and the missing grant is the only reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.faults.keeper import KEY, NAME, Keeper, arn
from tests.faults.lane import own_number
from tests.faults.world import CANARY_SECRET, World

ITEM = {"order_id": {"S": "outside"}}
GROUP = "/aws/lambda/prove-stranger"
SECRET = f"prove/mail{own_number()}"
DOOMED = f"{NAME}-doomed"
"""A queue that a test can delete."""


@dataclass(frozen=True)
class Call:
    """A call that the role must not make, and the one grant that would allow it."""

    action: str
    resource: str
    service: str
    do: Callable[[Any, Keeper], Any]


def other_queue_url(keeper: Keeper) -> str:
    url: str = keeper.world.outputs["stranger_queue_url"]
    return url


OWN, OTHER = arn("sqs", NAME), arn("sqs", "prove-stranger")
OUTSIDE = {
    "receive from another worker's queue": Call(
        "sqs:ReceiveMessage", OTHER, "sqs", lambda sqs, keeper: sqs.receive_message(QueueUrl=other_queue_url(keeper))
    ),
    "send to another worker's queue": Call(
        "sqs:SendMessage", OTHER, "sqs", lambda sqs, keeper: sqs.send_message(QueueUrl=other_queue_url(keeper), MessageBody="x")
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
        "sqs:DeleteQueue", arn("sqs", DOOMED), "sqs", lambda sqs, keeper: sqs.delete_queue(QueueUrl=deletable_queue_url(keeper))
    ),
}


def deletable_queue_url(keeper: Keeper) -> str:
    """The URL of a queue that a test can delete."""
    url: str = keeper.lane.sqs.get_queue_url(QueueName=DOOMED)["QueueUrl"]
    return url


@pytest.fixture(scope="module")
def keeper(world: World, keeper: Keeper) -> Keeper:
    """The worker, and resources next to it that it must not access."""
    keeper.lane.sqs.create_queue(QueueName=DOOMED)
    secrets, ssm = world.client("secretsmanager"), world.client("ssm")
    with suppress(secrets.exceptions.ResourceExistsException):  # the other process has created it
        secrets.create_secret(Name="prove/other", SecretString="local")
    ssm.put_parameter(Name="/prove/other", Value="local", Type="String", Overwrite=True)
    return keeper


@pytest.mark.parametrize("what", OUTSIDE)
def test_role_is_denied_actions_that_were_not_granted(what: str, keeper: Keeper) -> None:
    call = OUTSIDE[what]
    client = keeper.as_role(call.service)
    with pytest.raises(ClientError) as refused:
        call.do(client, keeper)
    assert refused.value.response["Error"]["Code"].rpartition("#")[2] in {"AccessDenied", "AccessDeniedException"}
    assert call.action in str(refused.value)
    with keeper.with_added(call.action, call.resource):
        call.do(client, keeper)


def test_role_cannot_delete_its_own_queue(keeper: Keeper) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        keeper.as_role("sqs").delete_queue(QueueUrl=keeper.lane.queue_url)


@pytest.mark.parametrize("queue", ["queue_url", "dead_letter_queue_url"])
def test_http_is_refused_and_https_is_accepted(queue: str, world: World) -> None:
    """The emulator treats a request as plain http if a proxy's header says so. It refuses root as well."""
    tls, plain = world.client("sqs"), world.client("sqs")
    header = {"X-Forwarded-Proto": "http"}
    plain.meta.events.register("before-send.sqs.*", lambda request, **_: request.headers.update(header))
    request = {"QueueUrl": world.outputs[f"{KEY}_{queue}"], "AttributeNames": ["QueueArn"]}
    assert tls.get_queue_attributes(**request)["Attributes"]
    with pytest.raises(ClientError, match="AccessDenied"):
        plain.get_queue_attributes(**request)
