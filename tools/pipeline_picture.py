"""docs/images/pipeline.svg: the sample's stack as it is synthesized. Every name, number and arrow is read from its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.drawing import LINE, Drawing, text
from tools.sample_stack import named, one, resources, sample_stack

WIDTH, HEIGHT = 1120, 640
QUEUE, FUNCTION, TABLE, ALARM, ROLE, OTHER = "#c2388f", "#ed7100", "#3b5fd9", "#d13212", "#6b7785", "#6b7785"
KINDS = {
    "aws_cloudwatch_log_group": "its log group",
    "aws_dynamodb_table": "the table",
    "aws_sqs_queue": "the queue",
}
DAY = 86_400


def picture() -> str:
    """The SVG."""
    count = sum(map(len, sample_stack()["resource"].values()))
    drawing = Drawing(WIDTH, HEIGHT, "Producers send to a queue; a mapping polls it for a function; what fails goes to the DLQ")
    _boxes(drawing)
    _ways(drawing)
    _role(drawing, 470)
    last = f"{count} resources, from cdk.tf.json of the sample's dev environment. Every number can be changed in config/."
    drawing.lines.append(text(20, HEIGHT - 14, last))
    return drawing.svg()


def _boxes(drawing: Drawing) -> None:
    mapping, function, table = one("aws_lambda_event_source_mapping"), one("aws_lambda_function"), one("aws_dynamodb_table")
    _, queue = named(mapping["event_source_arn"])
    _, dead = named(json.loads(queue["redrive_policy"])["deadLetterTargetArn"])
    _, logs = named(function["logging_config"]["log_group"])
    drawing.box(
        20,
        60,
        150,
        112,
        OTHER,
        "producers",
        "your services",
        "SNS, EventBridge, S3",
        "may send with the output",
        "orders_producer_policy",
    )
    drawing.box(220, 60, 200, 112, QUEUE, "SQS queue", queue["name"], *_about(queue), _protection(queue))
    at_once = mapping["scaling_config"]["maximum_concurrency"]
    partial = "failed messages alone return" if mapping["function_response_types"] else "a batch returns whole"
    drawing.box(
        480,
        60,
        180,
        112,
        FUNCTION,
        "event source mapping",
        "Lambda polls",
        f"{mapping['batch_size']} messages a batch",
        f"{at_once} invocations at once",
        partial,
    )
    of_code = f"{function['runtime']}, {function['architectures'][0]}"
    kept = f"logs kept {logs['retention_in_days']} days, {function['logging_config']['log_format']}"
    drawing.box(
        720,
        60,
        190,
        112,
        FUNCTION,
        "Lambda function",
        function["function_name"],
        of_code,
        f"{function['timeout']} s, {function['memory_size']} MB",
        kept,
    )
    drawing.box(960, 60, 140, 112, TABLE, "DynamoDB table", table["name"], f"each {table['hash_key']} once", *_restored(table))
    drawing.box(220, 290, 200, 112, QUEUE, "dead-letter queue", dead["name"], *_about(dead), _protection(dead))
    _alarms(drawing)
    topic = one("aws_sns_topic")
    drawing.box(
        960,
        290,
        140,
        112,
        ALARM,
        "SNS topic",
        topic["name"],
        "mail, chat, pager",
        *(["encrypted"] if "kms_master_key_id" in topic else []),
    )


def _about(queue: dict[str, Any]) -> Iterator[str]:
    if "visibility_timeout_seconds" in queue:
        yield f"hidden for {queue['visibility_timeout_seconds']} s when received"
    yield f"kept for {queue['message_retention_seconds'] // DAY} days"


def _protection(queue: dict[str, Any]) -> str:
    policies = [policy for policy in resources("aws_sqs_queue_policy").values() if named(policy["queue_url"])[1] is queue]
    tls = any("aws:SecureTransport" in policy["policy"] for policy in policies)
    return ", ".join([*(["encrypted"] if queue["sqs_managed_sse_enabled"] else []), *(["TLS only"] if tls else [])])


def _restored(table: dict[str, Any]) -> Iterator[str]:
    if table["point_in_time_recovery"]["enabled"]:
        yield "can be restored"


def _alarms(drawing: Drawing) -> None:
    """Each alarm by the end of its name, in two columns; the composite one is what wakes someone."""
    alarms = resources("aws_cloudwatch_metric_alarm").values()
    prefix = one("aws_lambda_function")["function_name"] + "-"
    names = sorted(alarm["alarm_name"].removeprefix(prefix) for alarm in alarms)
    drawing.box(
        480, 270, 430, 152, ALARM, "CloudWatch alarms", f"{len(names)} alarms, and one over those that lose or delay messages"
    )
    for index, name in enumerate(names):
        column, line = divmod(index, -(-len(names) // 3))
        drawing.lines.append(text(496 + column * 138, 332 + line * LINE, name, "label code"))


def _ways(drawing: Drawing) -> None:
    mapping = one("aws_lambda_event_source_mapping")
    _, queue = named(mapping["event_source_arn"])
    receives = json.loads(queue["redrive_policy"])["maxReceiveCount"]
    for left, right in ((170, 220), (420, 480), (660, 720), (910, 960)):
        drawing.way([(left, 116), (right, 116)])
    drawing.way([(270, 172), (270, 290)], label=f"after {receives} receives", at=(280, 236))
    if _may("sqs:SendMessage"):
        drawing.way(
            [(770, 172), (770, 222), (390, 222), (390, 290)], "dashed", "will never work: at once, with the reason", (480, 216)
        )
    if _may("sqs:ChangeMessageVisibility"):
        drawing.way(
            [(815, 60), (815, 30), (320, 30), (320, 60)], "dashed", "fails: comes back after a delay that doubles", (460, 24)
        )
    drawing.way([(420, 150), (450, 150), (450, 310), (480, 310)], "dotted")
    drawing.way([(420, 346), (480, 346)], "dotted")
    drawing.way([(865, 172), (865, 270)], "dotted")
    drawing.way([(910, 346), (960, 346)])


def _statements() -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(one("aws_iam_role_policy")["policy"])["Statement"]
    return statements


def _actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def _may(action: str) -> bool:
    return any(action in _actions(statement) for statement in _statements())


def _role(drawing: Drawing, y: float) -> None:
    """What the role allows, and on what."""
    statements = _statements()
    drawing.box(20, y, 1080, 48 + LINE * (len(statements) + 1), ROLE, "IAM role", "What the function may do, and nothing else")
    for index, statement in enumerate(statements):
        line = y + 60 + index * LINE
        kind, resource = named(statement["Resource"])
        drawing.lines.append(text(36, line, ", ".join(_actions(statement)), "title code"))
        drawing.lines.append(text(620, line, f"on {KINDS[kind]} {resource['name']} alone".replace("  ", " "), "label"))
