"""Messages and remedies that depend on the rest of the pipeline."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from queuesmith.rules import KmsKey, Metric, Pollers, Queue, Statement, check_pipeline
from queuesmith.rules.function import Function
from queuesmith.rules.pipeline import EventSourceMapping, Pipeline
from tests.unit.rules.pipelines import CONSUME, MAY_CONSUME, METRICS, alarm, good

DENY = Statement("Deny", CONSUME[:2], resources=("*",), where="aws_iam_policy.guard")


def encrypted(state: str) -> dict[str, Any]:
    """A queue with a customer managed key in this state, which the role can use."""
    key = KmsKey(arns=("arn:aws:kms:eu-central-1:111111111111:key/a",), state=state)
    role = {"statements": (MAY_CONSUME, Statement("Allow", ("kms:Decrypt",), resources=key.arns))}
    return {"queue": {"kms_key": "alias/orders"}, "kms_key": key, "role": role}


def deployed(silent: int, *told: bool) -> dict[str, Any]:
    """A deployed pipeline, with this many alarms without an action, and others."""
    actions = [*[False] * silent, *told]
    names = zip("abcdefgh", actions, strict=False)
    alarms = tuple(alarm(*METRICS, address=f"alarms.{name}", has_action=has_action) for name, has_action in names)
    return {"alarms": alarms, "deployed": True, "environment": "dev"}


CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "window to be": (
        "QL001",
        {"terraform": True, "queue": {"visibility_timeout": 20}, "mapping": {"batch_size": 50}},
        "aws_sqs_queue.orders.visibility_timeout_seconds is 20 s, but",
        "Set aws_sqs_queue.orders.visibility_timeout_seconds to 181 (6 × function timeout + batching window)",
    ),
    "own DLQ": (
        "QL004",
        {"dead_letter_queue": Queue(name="orders")},
        "the queue is its own dead-letter queue: a message that keeps failing stays in it until it expires, and is then lost",
        "Create a second queue and name it in queue.redrive_policy with a maxReceiveCount of 5 or more",
    ),
    "TLS": (
        "QL018",
        {"queue": {"policy": ()}},
        "the queue accepts requests without TLS",
        "In the policy of the queue, deny sqs:* for all principals if aws:SecureTransport is false",
    ),
    "pollers beyond the API": (
        "QL107",
        {"mapping": {"pollers": Pollers(minimum=2, maximum=10_001)}},
        "source.pollers.maximum is 10,001, but 2 to 10,000 is allowed",
        "Set source.pollers.maximum to a value in that range",
    ),
    "pollers, one out of range": (
        "QL107",
        {"mapping": {"pollers": Pollers(minimum=201, maximum=100)}},
        "source.pollers.minimum is 201, but 2 to 200 is allowed",
        "Set source.pollers.minimum to a value in that range",
    ),
    "filter without an array": (
        "QL108",
        {"mapping": {"filters": ('{"body": {"status": "paid"}}',)}},
        'the value of "status" in filter 1 of source.filters is not in an array',
        'Put it in an array: "status": [value]',
    ),
    "timeout beyond the provider": (
        "QL201",
        {"function": {"timeout": 901}},
        "function.timeout is 901 s, but AWS provider 5.100, the oldest that the stack supports, accepts at most 900",
        "Set function.timeout to 900 or less",
    ),
    "timeout beyond the API, in settings": (
        "QL201",
        {"function": {"timeout": 5_401}},
        "function.timeout is 5,401 s, but 1 to 900 s is allowed",
        "Set function.timeout to a value in that range",
    ),
    "timeout of an ordinary function": (
        "QL201",
        {"terraform": True, "function": {"timeout": 1_801}},
        "aws_lambda_function.orders.timeout is 1,801 s, but without a capacity provider at most 1,800 is allowed",
        "Set aws_lambda_function.orders.timeout to 1800 or less, or run the function on Lambda Managed Instances",
    ),
    "memory of an ordinary function": (
        "QL201",
        {"terraform": True, "function": {"memory": 10_241}},
        "aws_lambda_function.orders.memory_size is 10,241 MB, but without a capacity provider at most 10,240 is allowed "
        "according to the Lambda guide",
        "Set aws_lambda_function.orders.memory_size to 10240 or less, or run the function on Lambda Managed Instances",
    ),
    "two others": (
        "QL109",
        {"queue": {"consumers": ("source", "b", "c")}, "mapping": {"filters": ("{}",)}},
        "source.filters is set, but b and c poll the queue too: messages that do not match a filter are deleted, and the "
        "other consumers never receive them",
        "Give each consumer its own queue, and filter before the queues",
    ),
    "both poll": (
        "QL114",
        {"queue": {"consumers": ("source", "b")}},
        "the mapping and b both poll the queue: each receives only a part of the messages",
        "Give each function its own queue, behind an SNS topic or an EventBridge rule",
    ),
    "no name": (
        "QL202",
        {"function": {"environment": {"": "1"}}},
        "a variable in function.environment has an empty name, but Lambda requires a letter, then at least one letter, digit "
        "or underscore",
        "Choose another name",
    ),
    "unknown runtime": (
        "QL205",
        {"function": {"runtime": "python4.0"}},
        'function.runtime is "python4.0", which is not in queuesmith\'s table of runtimes (as of 2026-10-20)',
        "Check the list of Lambda runtimes, or use a later version of queuesmith",
    ),
    "kept for ever": (
        "QL206",
        {"log_group": {"retention": 0}},
        "logs.retention is 0: logs never expire, and their costs grow",
        "Set logs.retention to a number of days",
    ),
    "denied": (
        "QL207",
        {"role": {"statements": (MAY_CONSUME, DENY)}},
        "aws_iam_policy.guard denies the role sqs:ReceiveMessage and sqs:DeleteMessage on the queue: Lambda cannot poll it",
        "Remove the Deny from that policy, or exclude the queue from it",
    ),
    "long function name": (
        "QL213",
        {"terraform": True, "function": {"name": "a" * 65}},
        f'aws_lambda_function.orders.function_name is "{"a" * 60}…", which is 65 characters long, but 1 to 64 characters are '
        "allowed",
        "Set aws_lambda_function.orders.function_name to a name of at most 64 characters",
    ),
    "disabled key": (
        "QL209",
        encrypted("Disabled"),
        "the KMS key, which encrypts the queue, is Disabled: messages cannot be sent or received",
        "Enable the KMS key again",
    ),
    "deleted key": (
        "QL209",
        encrypted("PendingDeletion"),
        "the KMS key, which encrypts the queue, is PendingDeletion: messages cannot be sent or received",
        "Cancel the deletion of the KMS key, and enable it again",
    ),
    "key that is gone": (
        "QL209",
        encrypted("missing"),
        "the KMS key, which encrypts the queue, is missing: messages cannot be sent or received",
        "Encrypt the queue with another key",
    ),
    "one alarm is silent": (
        "QL301",
        deployed(1, True),
        "alarms.a has no enabled action: the operator is not notified",
        "Give it an SNS topic as an action, and enable actions",
    ),
    "many alarms are silent": (
        "QL301",
        deployed(4),
        "alarms.a, alarms.b and 2 others have no enabled action: the operator is not notified",
        "Give them an SNS topic as an action, and enable actions",
    ),
    "one alarm lacks": (
        "QL303",
        {"alarms": (alarm(*METRICS[:3]),)},
        "no alarm watches Throttles of the function",
        "Create an alarm on it",
    ),
    "two alarms lack": (
        "QL303",
        {"alarms": (alarm(*METRICS[:2], Metric("Errors", "queue")),)},
        "no alarm watches Errors and Throttles of the function",
        "Create an alarm on each",
    ),
    "looks back too far": (
        "QL304",
        {"alarms": (alarm(*METRICS, evaluation_periods=1_441),)},
        "alarms.evaluation_periods (1,441) × alarms.period (60 s) is 86,460 s, but at most 86,400 s is allowed with a period "
        "this short",
        "Set alarms.evaluation_periods to 1440 or less",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_finding_names_the_value_and_the_fix(case: str) -> None:
    rule, change, message, remedy = CASES[case]
    (finding,) = (finding for finding in check_pipeline(good(**change)).findings if finding.rule == rule)
    assert finding.message.startswith(message)
    assert finding.remedy == remedy


def test_name_that_is_too_long_is_reported_with_its_limit() -> None:
    name = "a" * 80
    change: dict[str, Any] = {"queue": {"name": name}, "dead_letter_queue": {"name": f"{name}-dlq"}}
    result = check_pipeline(good(**change, function={"name": name}, role={"name": f"{name}-function"})).findings
    shown = f'"{"a" * 60}…"'
    assert [(finding.attribute, finding.message, finding.remedy) for finding in result] == [
        (
            "name",
            f"the DLQ's name (from name) is {shown}, which is 84 characters long, but 1 to 80 characters are allowed",
            "Set name to a name of at most 76 characters",
        ),
        (
            "name",
            f"name is {shown}, which is 80 characters long, but 1 to 64 characters are allowed",
            "Set name to a name of at most 64 characters",
        ),
        (
            "name",
            f"the role's name (from name) is {shown}, which is 89 characters long, but 1 to 64 characters are allowed",
            "Set name to a name of at most 55 characters",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("A-B", "environment.A-B"), ("AWS_REGION", "environment.AWS_REGION"), ("", "environment"), ("A\n", "environment")],
)
def test_invalid_variable_is_reported_under_its_own_key(name: str, attribute: str) -> None:
    (finding,) = check_pipeline(good(function={"environment": {name: "1"}})).findings
    assert finding.attribute == f"function.{attribute}"


def test_queue_that_is_its_own_dlq_is_reported_once() -> None:
    result = check_pipeline(good(dead_letter_queue=Queue(name="orders", policy=()), queue={"policy": ()}))
    assert [finding.rule for finding in result.findings] == ["QL004", "QL018"]


def test_infinite_expected_duration_is_checked() -> None:
    function = Function(expected_seconds_per_record=1e308)
    pipeline = Pipeline(
        name="a", queue=Queue(), function=function, mapping=EventSourceMapping(batch_size=10_000), today=date(2026, 1, 1)
    )
    assert "QL113" in {finding.rule for finding in check_pipeline(pipeline).findings}
