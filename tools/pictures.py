"""Pictures in docs/images: the sample's stack, the path of a message through it, and how the messages of a batch end.

All names and numbers are read from the stack's JSON. The settings are the tests' copy of the sample's, so that a user's changes
do not affect the pictures.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import queuesmith.constructs  # noqa: F401 - before cdktf: it makes the AWS bindings load fast
from queuesmith.settings import EnvironmentSettings
from queuesmith.settings.loading import load
from tools.diagram import Arrow, Box, Diagram

CONFIG = Path(__file__).resolve().parent.parent / "tests" / "sample" / "config"
SQS, LAMBDA, DYNAMODB, CLOUDWATCH, OTHER = "#c2388f", "#ed7100", "#3b5fd9", "#d13212", "#6b7785"
DAY = 86_400
KINDS = {"aws_cloudwatch_log_group": "log group", "aws_dynamodb_table": "table", "aws_sqs_queue": "queue"}


@cache
def sample_stack() -> dict[str, Any]:
    """The Terraform JSON of dev. The function's zip is in S3, so that no local zip has to be built."""
    from cdktf import Testing

    from stacks.environment import EnvironmentStack

    content = load(CONFIG, ["dev"]).environments["dev"].settings.model_dump(exclude_unset=True)
    content["workers"]["orders"]["function"]["artifact"] = {"s3": {"bucket": "example-artifacts", "key": "orders.zip"}}
    settings = EnvironmentSettings.model_validate(content)
    stack: dict[str, Any] = json.loads(Testing.synth(EnvironmentStack(Testing.app(), "dev", settings)))
    return stack


def pipeline() -> str:
    """The picture of the stack's parts."""
    queue, dlq = _queues()
    mapping, function = _only("aws_lambda_event_source_mapping"), _only("aws_lambda_function")
    table, topic = _only("aws_dynamodb_table"), _only("aws_sns_topic")
    _, logs = _referenced(function["logging_config"]["log_group"])
    polling = [
        f"batches of up to {mapping['batch_size']}",
        f"{mapping['scaling_config']['maximum_concurrency']} batches at a time",
    ]
    running = [
        f"timeout {function['timeout']} s, {function['memory_size']} MB",
        f"{function['runtime']}, {function['architectures'][0]}",
        f"logs for {logs['retention_in_days']} days",
    ]
    visibility = f"visibility timeout {queue['visibility_timeout_seconds']} s"
    boxes = {
        "producers": Box(0, 0, OTHER, "producers", "your services", ["SNS, EventBridge, S3,", "other accounts"]),
        "queue": Box(0, 1, SQS, "SQS queue", queue["name"], [visibility, *_storage(queue)]),
        "mapping": Box(0, 2, LAMBDA, "event source mapping", "Lambda polls", [*polling, "retries failures only"]),
        "function": Box(0, 3, LAMBDA, "Lambda function", function["function_name"], running),
        "dlq": Box(1, 1, SQS, "dead-letter queue", dlq["name"], [*_storage(dlq)]),
        "table": Box(1, 3, DYNAMODB, "DynamoDB table", table["name"], [f"one item per {table['hash_key']}"]),
        "alarms": Box(2, 0, CLOUDWATCH, "CloudWatch alarms", *_alarms(), columns=3),
        "topic": Box(2, 3, CLOUDWATCH, "SNS topic", topic["name"], ["mail, chat, pager"]),
        "role": Box(3, 0, OTHER, "IAM role", "The function can do this, and nothing else", [*_permissions()], columns=4),
    }
    receives = json.loads(queue["redrive_policy"])["maxReceiveCount"]
    arrows = [
        *(Arrow(start, end) for start, end in (("producers", "queue"), ("queue", "mapping"), ("mapping", "function"))),
        Arrow("function", "table"),
        Arrow("queue", "dlq", [f"after {receives} receives"], label_left=True),
        Arrow("alarms", "topic"),
    ]
    if _is_allowed("sqs:SendMessage"):
        arrows.append(Arrow("function", "dlq", ["can never succeed: immediately, with the reason"], dashed=True))
    if _is_allowed("sqs:ChangeMessageVisibility"):
        arrows.append(Arrow("function", "queue", ["fails: back in the queue after a random delay"], dashed=True))
    title = "Producers send to a queue; a mapping polls it for a function; failed messages go to a dead-letter queue"
    return Diagram(title, 4, boxes, arrows).svg()


def message() -> str:
    """The picture of a message's path."""
    queue, dlq = _queues()
    receives = json.loads(queue["redrive_policy"])["maxReceiveCount"]
    hidden, batch = queue["visibility_timeout_seconds"], _only("aws_lambda_event_source_mapping")["batch_size"]
    received = [f"in a batch of up to {batch},", f"invisible for {hidden} s"]
    boxes = {
        "sent": Box(0, 0, OTHER, "sent", "by a producer", ["accepted by SQS"]),
        "waiting": Box(0, 1, SQS, "waiting", queue["name"], [*_retention(queue, "expiry")]),
        "received": Box(0, 2, LAMBDA, "in progress", "received by Lambda", received),
        "deleted": Box(0, 3, OTHER, "done", "deleted", ["after the handler", "has returned"]),
        "dlq": Box(1, 2, SQS, "failed", dlq["name"], [*_retention(dlq, "dead-letter-expiry")]),
        "lost": Box(1, 3, CLOUDWATCH, "lost", "expired", ["if the alarms", "were ignored"]),
    }
    back = [f"the handler raises: back after up to {_backoff(receives)} s;", f"it is killed: back after {hidden} s"]
    failed = ["NonRetryable, or invalid:", "immediately, with the reason;", f"or received {receives} times"]
    arrows = [
        *(Arrow(start, end) for start, end in (("sent", "waiting"), ("waiting", "received"), ("received", "deleted"))),
        Arrow("received", "waiting", back, dashed=True),
        Arrow("received", "dlq", failed),
        Arrow("dlq", "waiting", ["queuesmith", "dlq redrive"], dashed=True),
        Arrow("dlq", "lost", dashed=True),
    ]
    title = "A message waits, is in progress, and is then deleted, back in the queue, or in the dead-letter queue"
    return Diagram(title, 4, boxes, arrows).svg()


def batch() -> str:
    """The picture of a batch in which one message fails."""
    raised = ["the handler raised an", "error: it comes back", "after a random delay"]
    copied = ["NonRetryable: a copy", "with the reason;", "the original is deleted"]
    boxes = {
        "queue": Box(0, 0, SQS, "SQS queue", "1, 2, 3 and 4 wait", ["they become invisible", "while they are processed"]),
        "function": Box(
            0, 1, LAMBDA, "Lambda function", "one batch: 1, 2, 3, 4", ["the handler is called", "once for each message"]
        ),
        "response": Box(0, 2, LAMBDA, "partial batch response", "failed: 2", ["all other messages", "are deleted"]),
        "1": Box(1, 0, OTHER, "message 1", "deleted", ["the handler has returned"]),
        "2": Box(1, 1, SQS, "message 2", "back in the queue", raised),
        "3": Box(1, 2, SQS, "message 3", "in the DLQ", copied),
        "4": Box(1, 3, OTHER, "message 4", "deleted", ["the handler has returned,", "although 2 has failed"]),
    }
    arrows = [Arrow("queue", "function"), Arrow("function", "response"), *(Arrow("response", end) for end in "1234")]
    title = "Of four messages in a batch, one fails and returns, one goes to the DLQ, and two are deleted"
    return Diagram(title, 4, boxes, arrows).svg()


def fifo() -> str:
    """The picture of a message group whose first message fails, on its first and on its last receive attempt."""
    receives = json.loads(_queues()[0]["redrive_policy"])["maxReceiveCount"]
    first, last = f"receive 1 of {receives}", f"receive {receives} of {receives}"
    held = ["held back: returns with", "A1, and does not", "overtake it"]
    now = ["A1 cannot come again,", "so it holds back", "nothing now"]
    boxes = {
        "A1": Box(0, 0, SQS, first, "A1 fails", ["its group is A:", "A2 and A3 must wait"]),
        "A2": Box(0, 1, OTHER, first, "A2 is not tried", held),
        "B1": Box(0, 2, LAMBDA, first, "B1 is processed", ["its group is B, which", "is not affected"]),
        "A3": Box(0, 3, OTHER, first, "A3 is not tried", held),
        "A1 again": Box(1, 0, SQS, last, "A1 fails again", ["this was its last", "receive attempt"]),
        "A2 again": Box(1, 1, LAMBDA, last, "A2 is processed", now),
        "A3 again": Box(1, 2, LAMBDA, last, "A3 is processed", now),
        "dlq": Box(2, 0, SQS, "dead-letter queue", "A1", ["SQS moves it"]),
    }
    arrows = [
        *(Arrow(start, end) for start, end in (("A1", "A2"), ("A2", "B1"), ("B1", "A3"))),
        Arrow("A1", "A1 again", [f"the batch returns {receives - 1} times, after random delays"]),
        *(Arrow(start, end) for start, end in (("A1 again", "A2 again"), ("A2 again", "A3 again"))),
        Arrow("A1 again", "dlq"),
    ]
    title = "A failed message holds back the rest of its message group, except on its last receive attempt"
    return Diagram(title, 4, boxes, arrows).svg()


def _resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a type, by id."""
    found: dict[str, dict[str, Any]] = sample_stack()["resource"].get(kind, {})
    return found


def _only(kind: str) -> dict[str, Any]:
    """The only resource of a type."""
    (resource,) = _resources(kind).values()
    return resource


def _referenced(expression: str) -> tuple[str, dict[str, Any]]:
    """The type of the resource in a reference, and the resource."""
    ((kind, name),) = re.findall(r"\$\{(\w+)\.([\w-]+)\.", expression)
    return kind, _resources(kind)[name]


def _queues() -> tuple[dict[str, Any], dict[str, Any]]:
    """The queue that is polled, and its DLQ."""
    _, queue = _referenced(_only("aws_lambda_event_source_mapping")["event_source_arn"])
    _, dlq = _referenced(json.loads(queue["redrive_policy"])["deadLetterTargetArn"])
    return queue, dlq


def _storage(queue: dict[str, Any]) -> Iterator[str]:
    yield f"retention {queue['message_retention_seconds'] // DAY} days"
    policies = [
        policy for policy in _resources("aws_sqs_queue_policy").values() if _referenced(policy["queue_url"])[1] is queue
    ]
    tls_only = any("aws:SecureTransport" in policy["policy"] for policy in policies)
    yield ", ".join([*["encrypted"] * queue["sqs_managed_sse_enabled"], *["TLS only"] * tls_only])


def _retention(queue: dict[str, Any], alarm: str) -> Iterator[str]:
    alarms = _resources("aws_cloudwatch_metric_alarm").values()
    (threshold,) = (each["threshold"] for each in alarms if each["alarm_name"].endswith(f"orders-{alarm}"))
    yield f"for up to {queue['message_retention_seconds'] / DAY:g} days;"
    yield f"alarm after {threshold / DAY:g} days"


def _alarms() -> tuple[str, list[str]]:
    """A heading, and the last part of each alarm's name."""
    prefix = _only("aws_lambda_function")["function_name"] + "-"
    names = sorted(alarm["alarm_name"].removeprefix(prefix) for alarm in _resources("aws_cloudwatch_metric_alarm").values())
    over = _only("aws_cloudwatch_composite_alarm")
    heading = f"{len(names)} alarms; {over['alarm_name']} combines {over['alarm_rule'].count('ALARM(')} of them"
    return heading, textwrap.wrap(", ".join(names), 80, break_on_hyphens=False)


def _backoff(receives: int) -> str:
    """The longest delay after each receive attempt except the last."""
    variables = _only("aws_lambda_function")["environment"]["variables"]
    base, cap = int(variables["WORKER_BACKOFF_BASE"]), int(variables["WORKER_BACKOFF_CAP"])
    return ", ".join(str(min(cap, base * 2**receive)) for receive in range(receives - 1))


def _statements() -> Iterator[tuple[list[str], str]]:
    """The role's actions, with the resource that each is allowed on."""
    for statement in json.loads(_only("aws_iam_role_policy")["policy"])["Statement"]:
        actions = statement["Action"]
        yield [actions] if isinstance(actions, str) else actions, statement["Resource"]


def _permissions() -> Iterator[str]:
    for actions, resource in _statements():
        kind, what = _referenced(resource)
        yield f"{', '.join(actions)} on the {KINDS[kind]} {what['name']}"


def _is_allowed(action: str) -> bool:
    return any(action in actions for actions, _ in _statements())
