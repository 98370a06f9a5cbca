"""The whole text of messages with details that vary."""

from __future__ import annotations

from typing import Any

import pytest

from queuesmith.rules import Finding, Statement, check_pipeline, rules
from tests.unit.rules.cases import Change, function, mapping, queue, together
from tests.unit.rules.mapping_cases import concurrency
from tests.unit.rules.pipelines import CONSUME, MAY_CONSUME, OTHER_ARN, QUEUE_ARN, good


def only_finding(rule: str, change: Change, **around: Any) -> tuple[str, str, str]:
    """The key, the message and the remedy of the one finding of a rule."""
    found = [finding for finding in check_pipeline(good(**{**change, **around})).findings if finding.rule == rule]
    assert len(found) == 1, found
    finding: Finding = found[0]
    return finding.attribute, finding.message, finding.remedy


IN_SETTINGS: dict[str, tuple[tuple[Change, ...], tuple[str, str, str]]] = {
    "QL001": (
        queue(visibility_timeout=30),
        (
            "queue.visibility_timeout",
            "queue.visibility_timeout is 30 s, but function.timeout is 30 s: a message can become visible again while the "
            "function is still processing it, and is then processed twice",
            "Remove queue.visibility_timeout (default: 180 s, 6 × function timeout + batching window), or set it above 30",
        ),
    ),
    "QL002": (
        together(queue(visibility_timeout=90), mapping(batching_window=5)),
        (
            "queue.visibility_timeout",
            "queue.visibility_timeout is 90 s, less than 6 × function.timeout (30 s) + batching window (5 s): a throttled "
            "batch can become visible while Lambda is still retrying it",
            "Set queue.visibility_timeout to 185",
        ),
    ),
    "QL007": (
        ({"dead_letter_queue": {"retention": 345_600}},),
        (
            "dead_letter_queue.retention",
            "dead_letter_queue.retention is 345,600 s, not longer than queue.retention (345,600 s): a message keeps its age "
            "when it moves, and can be deleted from the DLQ before the operator has seen it",
            "Set dead_letter_queue.retention to 1209600 (14 days)",
        ),
    ),
    "QL008": (
        together(queue(retention=1_500), function(backoff_cap=300)),
        (
            "queue.retention",
            "queue.retention is 1,500 s, but queue.max_receive_count (5) × failures.backoff.cap (300 s) is 1,500 s: a failing "
            "message expires before it reaches the DLQ",
            "Set queue.retention above 1500, or lower queue.max_receive_count",
        ),
    ),
    "QL215": (
        function(backoff_base=301, backoff_cap=300),
        (
            "failures.backoff.base",
            "failures.backoff.base is 301 s, but must be between 1 s and failures.backoff.cap (300 s)",
            "Set failures.backoff.base to a value in that range",
        ),
    ),
    "QL216": (
        function(minimum_remaining_time=30.5, timeout=30),
        (
            "failures.minimum_remaining_time",
            "failures.minimum_remaining_time is 30.5 s, but function.timeout is 30 s: only the first message of each batch is "
            "processed, and the others return to the queue",
            "Set failures.minimum_remaining_time below 30, or function.timeout above 30.5",
        ),
    ),
    "QL102": (
        mapping(batch_size=50),
        (
            "source.batch_size",
            "source.batch_size is 50, but without a batching window at most 10 is allowed",
            "Set source.batching_window to 1 or more, or source.batch_size to 10",
        ),
    ),
    "QL104": (
        mapping(maximum_concurrency=1),
        (
            "source.maximum_concurrency",
            "source.maximum_concurrency is 1, but 2 to 1,000 is allowed",
            "Set source.maximum_concurrency to a value in that range",
        ),
    ),
    "QL105": (
        concurrency(10, 20),
        (
            "source.maximum_concurrency",
            "source.maximum_concurrency is 20, but function.reserved_concurrency is 10: invocations above 10 are "
            "throttled, and their messages use up receive attempts",
            "Set function.reserved_concurrency to 20 or more, or source.maximum_concurrency to 10 or less",
        ),
    ),
    "QL108": (
        mapping(filters=("{}", '{"status": ["paid"]}')),
        (
            "source.filters",
            'filter 2 of source.filters has "status" at the top level, but only "body" of an SQS message can be '
            "filtered: no message matches, and all are deleted unprocessed",
            'Put the condition under "body": {"body": {"status": …}}',
        ),
    ),
    "QL203": (
        ({"function": {"environment": {"GITHUB": "ghp_" + "a1B2c3" * 6}}},),
        (
            "function.environment.GITHUB",
            "function.environment.GITHUB contains what looks like a secret (GitHub Token)",
            "Store it in Secrets Manager or SSM Parameter Store, and give the function its name or ARN",
        ),
    ),
    "QL207": (
        ({"role": {"statements": (Statement("Allow", CONSUME[:1], resources=(QUEUE_ARN,)),)}},),
        (
            "role",
            "the role lacks sqs:DeleteMessage and sqs:GetQueueAttributes on the queue: Lambda cannot poll it",
            "Allow sqs:DeleteMessage and sqs:GetQueueAttributes on the ARN of the queue",
        ),
    ),
    "QL208": (
        ({"role": {"statements": (MAY_CONSUME, Statement("Allow", ("s3:*", "sns:*"), resources=("*",)))}},),
        (
            "role",
            "an inline policy of the role allows s3:* and sns:* on every resource",
            "Allow only the actions and the ARNs that the function needs",
        ),
    ),
}
IN_TERRAFORM: dict[str, tuple[tuple[Change, ...], tuple[str, str, str]]] = {
    "QL001": (
        queue(visibility_timeout=20),
        (
            "aws_sqs_queue.orders.visibility_timeout_seconds",
            "aws_sqs_queue.orders.visibility_timeout_seconds is 20 s, but aws_lambda_function.orders.timeout is 30 s: a "
            "message can become visible again while the function is still processing it, and is then processed twice",
            "Set aws_sqs_queue.orders.visibility_timeout_seconds to 180 (6 × function timeout + batching window)",
        ),
    ),
    "QL006": (
        queue(fifo=True),
        (
            "aws_sqs_queue.orders_dlq.fifo_queue",
            "aws_sqs_queue.orders is a FIFO queue, but its dead-letter queue aws_sqs_queue.orders_dlq is a standard queue",
            "Make aws_sqs_queue.orders_dlq a FIFO queue",
        ),
    ),
    "QL007": (
        queue(retention=1_209_600),
        (
            "aws_sqs_queue.orders_dlq.message_retention_seconds",
            "aws_sqs_queue.orders_dlq.message_retention_seconds is 1,209,600 s, not longer than "
            "aws_sqs_queue.orders.message_retention_seconds (1,209,600 s): a message keeps its age when it moves, and can be "
            "deleted from the DLQ before the operator has seen it",
            "Set aws_sqs_queue.orders.message_retention_seconds below 1209600, and "
            "aws_sqs_queue.orders_dlq.message_retention_seconds to 1209600",
        ),
    ),
    "QL105": (
        concurrency(1, 2),
        (
            "aws_lambda_event_source_mapping.orders.scaling_config.maximum_concurrency",
            "aws_lambda_event_source_mapping.orders.scaling_config.maximum_concurrency is 2, but "
            "aws_lambda_function.orders.reserved_concurrent_executions is 1: invocations above 1 are throttled, and their "
            "messages use up receive attempts",
            "Set aws_lambda_function.orders.reserved_concurrent_executions to 2 or more",
        ),
    ),
    "QL203": (
        ({"function": {"environment": {"DB_PASSWORD": "hunter2"}}},),
        (
            "aws_lambda_function.orders.environment.variables.DB_PASSWORD",
            "aws_lambda_function.orders.environment.variables.DB_PASSWORD is named like a secret, but its value is plain text",
            "Store it in Secrets Manager or SSM Parameter Store, and give the function its name or ARN",
        ),
    ),
    "QL208": (
        ({"role": {"statements": (MAY_CONSUME, Statement("Allow", CONSUME[:2], resources=(OTHER_ARN,), where="policy"))}},),
        (
            "aws_iam_role.orders",
            "policy allows sqs:ReceiveMessage and sqs:DeleteMessage on aws_sqs_queue.invoices.arn, which is not the queue that "
            "the function polls",
            "Allow only the ARN of the queue that the function polls",
        ),
    ),
}


@pytest.mark.parametrize("rule", IN_SETTINGS)
def test_finding_in_settings_names_keys_value_and_fix(rule: str) -> None:
    (change,), expected = IN_SETTINGS[rule]
    assert only_finding(rule, change) == expected


@pytest.mark.parametrize("rule", IN_TERRAFORM)
def test_a_finding_in_terraform_names_its_addresses(rule: str) -> None:
    (change,), expected = IN_TERRAFORM[rule]
    assert only_finding(rule, change, terraform=True) == expected


@pytest.mark.parametrize(("managed", "longest"), [(False, 1_800), (True, 5_400)])
def test_terraform_finding_suggests_a_batch_that_fits_the_function(*, managed: bool, longest: int) -> None:
    change = {"function": {"expected_seconds_per_record": longest, "managed_instances": managed}, "mapping": {"batch_size": 1}}
    assert only_finding("QL113", change, terraform=True)[2] == f"Set aws_lambda_function.orders.timeout to {longest} or more"
    change["function"]["expected_seconds_per_record"] = longest + 1
    remedy = f"Use Step Functions, ECS or AWS Batch: one record takes longer than the longest possible timeout, {longest} s"
    assert only_finding("QL113", change, terraform=True)[2] == remedy


@pytest.mark.parametrize(
    ("seconds", "size", "timeout", "remedy"),
    [
        (6, 10, 30, "Set source.batch_size to 5, or function.timeout to 60 or more"),
        (100, 10, 500, "Set source.batch_size to 5"),
        (31, 1, 30, "Set function.timeout to 31 or more"),
        (
            901,
            1,
            900,
            "Use Step Functions, ECS or AWS Batch: one record takes longer than the longest possible timeout, 900 s",
        ),
        (
            1e308,
            10_000,
            900,
            "Use Step Functions, ECS or AWS Batch: one record takes longer than the longest possible timeout, 900 s",
        ),
        (400, 10, 30, "Set source.batch_size to 2 and function.timeout to 800"),
        (900, 2, 899, "Set source.batch_size to 1 and function.timeout to 900"),
    ],
)
def test_finding_about_batch_size_suggests_only_possible_values(seconds: float, size: int, timeout: int, remedy: str) -> None:
    change = {"function": {"expected_seconds_per_record": seconds, "timeout": timeout}, "mapping": {"batch_size": size}}
    assert only_finding("QL113", change)[2] == remedy


def test_timeouts_are_compared_on_create_and_update() -> None:
    """According to the AWS page that the rule names: not only on creation."""
    reason = next(rule.reason for rule in rules() if rule.id == "QL001")
    assert "Lambda refuses to create or update a mapping whose queue has a visibility timeout below" in reason
