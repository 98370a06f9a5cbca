"""Faults to inject into a healthy worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queuesmith.rules.iam.actions import CONSUMER_ACTIONS
from tests.conftest import FAKE_PACKAGE
from tests.e2e.cloud import policy
from tests.e2e.commands.world import Deployed, World

SECRET = "ghp_" + "a1B2c3" * 6
LOG_GROUP, ROLE = "/aws/lambda/dev-orders", "dev-orders-function"
Inject = Callable[[World, Deployed], object]


def attribute(which: str, **values: str) -> Inject:
    return lambda world, orders: world.client("sqs").set_queue_attributes(QueueUrl=getattr(orders, which), Attributes=values)


def configuration(**values: Any) -> Inject:
    return lambda world, orders: world.client("lambda").update_function_configuration(FunctionName=orders.function, **values)


def with_secret(world: World, orders: Deployed) -> None:
    functions = world.client("lambda")
    variables = functions.get_function_configuration(FunctionName=orders.function)["Environment"]["Variables"]
    more = {"Variables": {**variables, "GITHUB": SECRET}}
    functions.update_function_configuration(FunctionName=orders.function, Environment=more)


def disable_mapping(world: World, orders: Deployed) -> None:
    world.client("lambda").update_event_source_mapping(UUID=orders.mapping, Enabled=False)


def second_mapping(world: World, orders: Deployed) -> None:
    functions = world.client("lambda")
    functions.create_function(
        FunctionName="dev-other",
        Runtime="python3.13",
        Handler="main.lambda_handler",
        Role=world.client("iam").get_role(RoleName=ROLE)["Role"]["Arn"],
        Code={"ZipFile": FAKE_PACKAGE},
    )
    functions.create_event_source_mapping(EventSourceArn=orders.queue_arn, FunctionName="dev-other")


def allow(world: World, orders: Deployed, *actions: str, key: str | None = None) -> None:
    """Allow the role only these actions on the queue, and decryption with a key."""
    statements = [{"Effect": "Allow", "Action": actions, "Resource": orders.queue_arn}]
    statements += [{"Effect": "Allow", "Action": ("kms:Decrypt",), "Resource": key}] if key else []
    world.client("iam").put_role_policy(RoleName=ROLE, PolicyName="worker", PolicyDocument=policy(*statements))


def encrypt(world: World, orders: Deployed) -> str:
    """Encrypt the queue with a new key that the role cannot use. Returns the key's ARN."""
    arn = str(world.client("kms").create_key()["KeyMetadata"]["Arn"])
    attribute("queue", KmsMasterKeyId=arn)(world, orders)
    return arn


def disable_key(world: World, orders: Deployed) -> None:
    arn = encrypt(world, orders)
    allow(world, orders, *CONSUMER_ACTIONS, key=arn)
    world.client("kms").disable_key(KeyId=arn)


def remove_log_retention(world: World, _: Deployed) -> None:
    world.client("logs").delete_retention_policy(logGroupName=LOG_GROUP)


def delete_log_group(world: World, _: Deployed) -> None:
    world.client("logs").delete_log_group(logGroupName=LOG_GROUP)


def delete_dead_letter_queue(world: World, orders: Deployed) -> None:
    world.client("sqs").delete_queue(QueueUrl=orders.dead_letter_queue)


def shorten_dlq_retention(world: World, orders: Deployed) -> None:
    """Set the DLQ's retention to the queue's, and delete the alarm on age, which could never fire then (QL306)."""
    world.client("cloudwatch").delete_alarms(AlarmNames=["dev-orders-dead-letter-expiry"])
    attribute("dead_letter_queue", MessageRetentionPeriod="345600")(world, orders)


def reserve_no_concurrency(world: World, orders: Deployed) -> None:
    world.client("lambda").put_function_concurrency(FunctionName=orders.function, ReservedConcurrentExecutions=0)


def open_function(world: World, orders: Deployed) -> None:
    everyone = {"StatementId": "all", "Action": "lambda:InvokeFunction", "Principal": "*"}
    world.client("lambda").add_permission(FunctionName=orders.function, **everyone)


def disable_alarm_actions(*names: str) -> Inject:
    return lambda world, _: world.client("cloudwatch").disable_alarm_actions(
        AlarmNames=[f"dev-orders-{name}" for name in names]
    )


@dataclass(frozen=True)
class Fault:
    """A fault and its finding: worded with settings keys inside the project, and with AWS's names elsewhere."""

    inject: Inject
    rule: str
    in_project: str
    elsewhere: str
    """{mapping} stands for the UUID of the worker's mapping, {other} for that of another, and {key} for the queue's key."""
    severity: str = "warning"
    drift: str | None = None
    """The additional finding of QL401 inside the project."""


OPEN = "a permission lets anyone invoke"
NEW_KEY = "queue.kms_key is not set in the settings, but {quoted_key} in AWS"
FAULTS = {
    "mapping disabled": Fault(
        disable_mapping,
        "QL115",
        "source.enabled is false: no message is processed",
        "enabled of mapping {mapping} is false: no message is processed",
        drift="source.enabled is true in the settings, but false in AWS",
    ),
    "second mapping": Fault(
        second_mapping,
        "QL114",
        "the mapping and the mapping {other} of dev-other both poll the queue: each receives only a part of the messages",
        "mapping {mapping} and the mapping {other} of dev-other both poll queue dev-orders: each receives only a part of the "
        "messages",
    ),
    "visibility": Fault(
        attribute("queue", VisibilityTimeout="2"),
        "QL001",
        "queue.visibility_timeout is 2 s, but function.timeout is 3 s: a message can become visible again while the function "
        "is still processing it, and is then processed twice",
        "visibility_timeout_seconds of queue dev-orders is 2 s, but timeout of function dev-orders is 3 s: a message can "
        "become visible again while the function is still processing it, and is then processed twice",
        severity="error",
        drift="queue.visibility_timeout is 18 in the settings, but 2 in AWS",
    ),
    "function open to everyone": Fault(
        open_function, "QL218", f"{OPEN} the function", f"{OPEN} function dev-orders", severity="error"
    ),
    "role may not delete": Fault(
        lambda world, orders: allow(world, orders, "sqs:ReceiveMessage", "sqs:GetQueueAttributes"),
        "QL207",
        "the role lacks sqs:DeleteMessage on the queue: Lambda cannot poll it",
        "role dev-orders-function lacks sqs:DeleteMessage on queue dev-orders: Lambda cannot poll it",
        severity="error",
    ),
    "key disabled": Fault(
        disable_key,
        "QL209",
        "{key}, which encrypts the queue, is Disabled: messages cannot be sent or received",
        "{key}, which encrypts queue dev-orders, is Disabled: messages cannot be sent or received",
        severity="error",
        drift=NEW_KEY,
    ),
    "key gone": Fault(
        attribute("queue", KmsMasterKeyId="alias/gone"),
        "QL209",
        "alias/gone, which encrypts the queue, is missing: messages cannot be sent or received",
        "alias/gone, which encrypts queue dev-orders, is missing: messages cannot be sent or received",
        severity="error",
        drift=NEW_KEY,
    ),
    "role may not decrypt": Fault(
        encrypt,
        "QL209",
        "the role lacks kms:Decrypt on {key}, which encrypts the queue: Lambda receives no messages",
        "role dev-orders-function lacks kms:Decrypt on {key}, which encrypts queue dev-orders: Lambda receives no messages",
        severity="error",
        drift=NEW_KEY,
    ),
    "logs kept for ever": Fault(
        remove_log_retention,
        "QL206",
        "logs.retention is not set: logs never expire, and their costs grow",
        "retention_in_days of /aws/lambda/dev-orders is not set: logs never expire, and their costs grow",
        drift="logs.retention is 7 in the settings, but not set in AWS",
    ),
    "no log group": Fault(
        delete_log_group,
        "QL206",
        "the function has no log group: Lambda creates one whose logs never expire",
        "function dev-orders has no log group: Lambda creates one whose logs never expire",
        drift="the log group of orders is in the settings, but not deployed",
    ),
    "DLQ retention": Fault(
        shorten_dlq_retention,
        "QL007",
        "dead_letter_queue.retention is 345,600 s, not longer than queue.retention (345,600 s): a message keeps its age when "
        "it moves, and can be deleted from the DLQ before the operator has seen it",
        "message_retention_seconds of queue dev-orders-dlq is 345,600 s, not longer than message_retention_seconds of queue "
        "dev-orders (345,600 s): a message keeps its age when it moves, and can be deleted from the DLQ before the operator "
        "has seen it",
        drift="dead_letter_queue.retention is 1,209,600 in the settings, but 345,600 in AWS",
    ),
    "no redrive policy": Fault(
        attribute("queue", RedrivePolicy=""),
        "QL004",
        "the queue has no dead-letter queue: a message that keeps failing is retried until it expires, and is then lost",
        "queue dev-orders has no dead-letter queue: a message that keeps failing is retried until it expires, and is then lost",
        severity="error",
        drift="queue.redrive_policy is set in the settings, but not set in AWS",
    ),
    "no DLQ": Fault(
        delete_dead_letter_queue,
        "QL004",
        "queue.redrive_policy names a queue that does not exist: a message that keeps failing is retried until it expires, and "
        "is then lost",
        "redrive_policy of queue dev-orders names a queue that does not exist: a message that keeps failing is retried until "
        "it expires, and is then lost",
        severity="error",
        drift="the DLQ of orders is in the settings, but not deployed",
    ),
    "reserved concurrency": Fault(
        reserve_no_concurrency,
        "QL212",
        "function.reserved_concurrency is 0: every invocation is throttled, and messages use up their receive attempts and "
        "move to the DLQ",
        "reserved_concurrent_executions of function dev-orders is 0: every invocation is throttled, and messages use up their "
        "receive attempts and move to the DLQ",
        drift="function.reserved_concurrency is not set in the settings, but 0 in AWS",
    ),
    "secret": Fault(
        with_secret,
        "QL203",
        "function.environment.GITHUB contains what looks like a secret (GitHub Token)",
        "environment.variables.GITHUB of function dev-orders contains what looks like a secret (GitHub Token)",
        severity="error",
        drift="function.environment differs from the deployed variables (only in AWS: GITHUB)",
    ),
    "silent alarm": Fault(
        disable_alarm_actions("dead-letter-depth"),
        "QL301",
        "alarms.dead_letter_depth has no enabled action: the operator is not notified",
        "dev-orders-dead-letter-depth has no enabled action: the operator is not notified",
    ),
    "silent alarms": Fault(
        disable_alarm_actions("backlog", "concurrency", "errors", "throttles"),
        "QL301",
        "alarms.backlog, alarms.concurrency and 2 others have no enabled action: the operator is not notified",
        "dev-orders-backlog, dev-orders-concurrency and 2 others have no enabled action: the operator is not notified",
    ),
}
"""Single faults, by name."""
