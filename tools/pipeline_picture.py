"""docs/images/pipeline.svg: the sample's stack as it is synthesized. Every name, number and arrow is read from its JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.drawing import LINE, Drawing, text
from tools.sample_stack import named, one, resources, sample_stack

SQS, LAMBDA, DYNAMODB, CLOUDWATCH, OTHER = "#c2388f", "#ed7100", "#3b5fd9", "#d13212", "#6b7785"
PRODUCERS, QUEUE, MAPPING = (20, 56, 150, 100), (220, 56, 200, 100), (480, 56, 180, 100)
FUNCTION, TABLE = (720, 56, 190, 100), (960, 56, 140, 100)
DEAD_LETTERS, ALARMS, TOPIC = (220, 258, 200, 100), (480, 248, 430, 120), (960, 258, 140, 100)
ROLE = (20, 398, 1080, 152)
DAY = 86_400
KINDS = {"aws_cloudwatch_log_group": "log group", "aws_dynamodb_table": "table", "aws_sqs_queue": "queue"}


def picture() -> str:
    """The SVG."""
    title = "Producers send to a queue; a mapping polls it for a function; what fails goes to a dead-letter queue"
    drawing = Drawing(1120, 586, title)
    _queues(drawing)
    _function(drawing)
    _alarms(drawing)
    _ways(drawing)
    _role(drawing)
    count = sum(map(len, sample_stack()["resource"].values()))
    drawing.lines.append(
        text(20, 572, f"{count} resources, as in the cdk.tf.json of the sample's dev environment. All of it is set in config/.")
    )
    return drawing.svg()


def queues() -> tuple[dict[str, Any], dict[str, Any]]:
    """The queue that is polled, and its DLQ."""
    _, queue = named(one("aws_lambda_event_source_mapping")["event_source_arn"])
    _, dead_letters = named(json.loads(queue["redrive_policy"])["deadLetterTargetArn"])
    return queue, dead_letters


def _queues(drawing: Drawing) -> None:
    queue, dead_letters = queues()
    drawing.box(PRODUCERS, OTHER, "producers", "your services", "SNS, EventBridge, S3,", "other accounts")
    hidden = f"hidden for {queue['visibility_timeout_seconds']} s once received"
    drawing.box(QUEUE, SQS, "SQS queue", queue["name"], hidden, *_kept_and_protected(queue))
    drawing.box(DEAD_LETTERS, SQS, "dead-letter queue", dead_letters["name"], *_kept_and_protected(dead_letters))


def _kept_and_protected(queue: dict[str, Any]) -> Iterator[str]:
    yield f"kept for {queue['message_retention_seconds'] // DAY} days"
    policies = [policy for policy in resources("aws_sqs_queue_policy").values() if named(policy["queue_url"])[1] is queue]
    tls_only = any("aws:SecureTransport" in policy["policy"] for policy in policies)
    yield ", ".join([*["encrypted"] * queue["sqs_managed_sse_enabled"], *["TLS only"] * tls_only])


def _function(drawing: Drawing) -> None:
    mapping, function, table = one("aws_lambda_event_source_mapping"), one("aws_lambda_function"), one("aws_dynamodb_table")
    _, logs = named(function["logging_config"]["log_group"])
    polls = [
        f"{mapping['batch_size']} messages a batch",
        f"{mapping['scaling_config']['maximum_concurrency']} concurrent invocations",
    ]
    polls += ["failures come back alone"] * ("ReportBatchItemFailures" in mapping["function_response_types"])
    drawing.box(MAPPING, LAMBDA, "event source mapping", "Lambda polls", *polls)
    runs = [f"{function['timeout']} s, {function['memory_size']} MB, {function['architectures'][0]}", function["runtime"]]
    runs.append(f"{function['logging_config']['log_format']} logs, kept {logs['retention_in_days']} days")
    drawing.box(FUNCTION, LAMBDA, "Lambda function", function["function_name"], *runs)
    restored = ["can be restored"] * table["point_in_time_recovery"]["enabled"]
    drawing.box(TABLE, DYNAMODB, "DynamoDB table", table["name"], f"each {table['hash_key']} once", *restored)


def _alarms(drawing: Drawing) -> None:
    """Each alarm by the end of its name, in three columns, and the composite one."""
    prefix = one("aws_lambda_function")["function_name"] + "-"
    names = sorted(alarm["alarm_name"].removeprefix(prefix) for alarm in resources("aws_cloudwatch_metric_alarm").values())
    over = one("aws_cloudwatch_composite_alarm")
    composite = f"{over['alarm_name']} sums up {over['alarm_rule'].count('ALARM(')}"
    drawing.box(ALARMS, CLOUDWATCH, "CloudWatch alarms", f"{len(names)} alarms; {composite}")
    left, top, *_ = ALARMS
    for index, name in enumerate(names):
        column, line = divmod(index, -(-len(names) // 3))
        drawing.lines.append(text(left + 16 + column * 138, top + 60 + line * LINE, name, "label code"))
    topic = one("aws_sns_topic")
    encrypted = ["encrypted"] * ("kms_master_key_id" in topic)
    drawing.box(TOPIC, CLOUDWATCH, "SNS topic", topic["name"], "mail, chat, pager", *encrypted)


def _ways(drawing: Drawing) -> None:
    queue, _ = queues()
    receives = json.loads(queue["redrive_policy"])["maxReceiveCount"]
    for left, right in ((170, 220), (420, 480), (660, 720), (910, 960)):
        drawing.way([(left, 106), (right, 106)])
    drawing.way([(270, 156), (270, 258)], label=f"after {receives} receives", at=(280, 230))
    if _may("sqs:SendMessage"):
        at_once = [(770, 156), (770, 200), (390, 200), (390, 258)]
        drawing.way(at_once, "dashed", "will never work: immediately, with the reason", (490, 193))
    if _may("sqs:ChangeMessageVisibility"):
        back = [(815, 56), (815, 28), (320, 28), (320, 56)]
        drawing.way(back, "dashed", "fails: comes back after a random delay", (450, 21))
    drawing.way([(420, 136), (450, 136), (450, 278), (480, 278)], "dotted")
    drawing.way([(420, 308), (480, 308)], "dotted")
    drawing.way([(865, 156), (865, 248)], "dotted")
    drawing.way([(910, 308), (960, 308)])


def _statements() -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(one("aws_iam_role_policy")["policy"])["Statement"]
    return statements


def _actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def _may(action: str) -> bool:
    return any(action in _actions(statement) for statement in _statements())


def _role(drawing: Drawing) -> None:
    """What the role allows, and on what."""
    drawing.box(ROLE, OTHER, "IAM role", "What the function may do, and nothing else")
    left, top, *_ = ROLE
    for index, statement in enumerate(_statements()):
        line = top + 62 + index * LINE
        kind, resource = named(statement["Resource"])
        drawing.lines.append(text(left + 16, line, ", ".join(_actions(statement)), "title code"))
        drawing.lines.append(text(left + 440, line, f"on the {KINDS[kind]} {resource['name']} alone"))
