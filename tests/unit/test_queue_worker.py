"""The Terraform JSON of a worker."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cdktf import TerraformStack
from cdktf import Testing as Synthesis
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from queuesmith.constructs import QueueWorker
from tests.unit.conftest import Synthesized, Worker, named, only


def policy(stack: dict[str, Any], kind: str = "aws_iam_role_policy", key: str = "policy") -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(only(stack, kind)[key])["Statement"]
    return statements


def has(stack: dict[str, Any], resource: Any, properties: dict[str, Any]) -> bool:
    return bool(Synthesis.to_have_resource_with_properties(json.dumps(stack), resource.TF_RESOURCE_TYPE, properties))


def test_visibility_timeout_is_six_function_timeouts_plus_the_window(synthesized: Synthesized) -> None:
    stack = synthesized(function={"timeout": 30}, source={"batching_window": 5})
    assert has(stack, SqsQueue, {"name": "test-orders", "visibility_timeout_seconds": 185})


def test_queue_moves_failing_messages_to_its_dlq(synthesized: Synthesized) -> None:
    queue = named(synthesized(queue={"max_receive_count": 7}), "aws_sqs_queue", "orders_queue_B32D019B")
    assert json.loads(queue["redrive_policy"]) == {
        "deadLetterTargetArn": "${aws_sqs_queue.orders_queue_dead-letter-queue_9FD894AC.arn}",
        "maxReceiveCount": 7,
    }


def test_dlq_accepts_messages_from_its_queue_only(synthesized: Synthesized) -> None:
    allow = json.loads(only(synthesized(), "aws_sqs_queue_redrive_allow_policy")["redrive_allow_policy"])
    assert allow == {"redrivePermission": "byQueue", "sourceQueueArns": ["${aws_sqs_queue.orders_queue_B32D019B.arn}"]}


def test_both_queues_are_encrypted_by_sqs(synthesized: Synthesized) -> None:
    queues = synthesized()["resource"]["aws_sqs_queue"].values()
    assert [queue["sqs_managed_sse_enabled"] for queue in queues] == [True, True]


def test_both_queues_refuse_requests_without_tls(synthesized: Synthesized) -> None:
    policies = [json.loads(item["policy"]) for item in synthesized()["resource"]["aws_sqs_queue_policy"].values()]
    assert [item["Statement"][0]["Condition"] for item in policies] == [{"Bool": {"aws:SecureTransport": "false"}}] * 2
    assert {item["Statement"][0]["Resource"] for item in policies} == {
        "${aws_sqs_queue.orders_queue_B32D019B.arn}",
        "${aws_sqs_queue.orders_queue_dead-letter-queue_9FD894AC.arn}",
    }
    assert {(item["Statement"][0]["Effect"], item["Statement"][0]["Action"]) for item in policies} == {("Deny", "sqs:*")}


def test_role_has_exactly_the_permissions_that_the_worker_needs(synthesized: Synthesized) -> None:
    stack = synthesized(tables={"orders": {"operations": ["PutItem"], "variable": "ORDERS_TABLE"}})
    assert policy(stack) == [
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "${aws_cloudwatch_log_group.orders_function_log-group_979A320B.arn}:*",
        },
        {
            "Sid": "ConsumeQueue",
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": "${aws_sqs_queue.orders_queue_B32D019B.arn}",
        },
        {
            "Effect": "Allow",
            "Action": "dynamodb:PutItem",
            "Resource": "${aws_dynamodb_table.tables_orders_table_4FC6499E.arn}",
        },
    ]


def test_only_lambda_can_assume_the_role(synthesized: Synthesized) -> None:
    assert policy(synthesized(), "aws_iam_role", "assume_role_policy") == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


def test_policies_are_compact_json(synthesized: Synthesized) -> None:
    text = only(synthesized(), "aws_iam_role_policy")["policy"]
    assert text == json.dumps(json.loads(text), separators=(",", ":"))


def test_function_logs_json_to_a_log_group_that_is_created_first(synthesized: Synthesized) -> None:
    stack = synthesized(logs={"retention": 14, "level": "DEBUG"})
    group = only(stack, "aws_cloudwatch_log_group")
    assert (group["name"], group["retention_in_days"]) == ("/aws/lambda/test-orders", 14)
    assert only(stack, "aws_lambda_function")["logging_config"] == {
        "log_group": "${aws_cloudwatch_log_group.orders_function_log-group_979A320B.name}",
        "log_format": "JSON",
        "application_log_level": "DEBUG",
        "system_log_level": "INFO",
    }


def test_function_has_its_table_in_its_environment(synthesized: Synthesized) -> None:
    stack = synthesized(
        function={"environment": {"FEATURE": "on"}},
        tables={"orders": {"operations": ["PutItem"], "variable": "ORDERS_TABLE"}},
    )
    assert only(stack, "aws_lambda_function")["environment"]["variables"] == {
        "POWERTOOLS_SERVICE_NAME": "test-orders",
        "WORKER_MAX_RECEIVE_COUNT": "5",
        "ORDERS_TABLE": "${aws_dynamodb_table.tables_orders_table_4FC6499E.name}",
        "FEATURE": "on",
    }


@pytest.mark.parametrize("concurrency", [None, 0, 5])
def test_reserved_concurrency_can_be_zero(synthesized: Synthesized, concurrency: int | None) -> None:
    function = only(synthesized(function={"reserved_concurrency": concurrency}), "aws_lambda_function")
    assert function.get("reserved_concurrent_executions") == concurrency


@pytest.mark.parametrize("name", ["orders", "a_b-c", "a.b"])
def test_outputs_are_named_after_the_worker_in_any_scope(worker: Worker, name: str) -> None:
    stack = TerraformStack(Synthesis.app(), "test")
    QueueWorker(stack, name, worker())
    nested = TerraformStack(Synthesis.app(), "test")
    QueueWorker(Construct(nested, "team"), name, worker())
    outputs, others = (json.loads(Synthesis.synth(each))["output"] for each in (stack, nested))
    assert f"{name}_queue_url" in outputs
    assert outputs.keys() == others.keys()


def test_outputs_of_workers_with_similar_names_are_distinct(worker: Worker) -> None:
    stack = TerraformStack(Synthesis.app(), "test")
    for name in ("a.b", "ab"):
        QueueWorker(stack, name, worker(name=f"test-{len(name)}"))
    outputs = json.loads(Synthesis.synth(stack))["output"]
    assert {"a.b_queue_url", "ab_queue_url"} <= outputs.keys()


def test_mapping_reports_item_failures_and_waits_for_the_policy(synthesized: Synthesized) -> None:
    stack = synthesized(source={"batch_size": 100, "batching_window": 5, "maximum_concurrency": 20})
    mapping = only(stack, "aws_lambda_event_source_mapping")
    assert mapping["depends_on"] == ["aws_iam_role_policy.orders_function_policy_80B80876"]
    expected = {
        "batch_size": 100,
        "maximum_batching_window_in_seconds": 5,
        "function_response_types": ["ReportBatchItemFailures"],
        "scaling_config": {"maximum_concurrency": 20},
    }
    assert has(stack, LambdaEventSourceMapping, expected)


def test_no_concurrency_limit_is_set_by_default(synthesized: Synthesized) -> None:
    assert "scaling_config" not in only(synthesized(), "aws_lambda_event_source_mapping")


@pytest.mark.parametrize(
    ("alarm", "expected"),
    [
        (
            "dead-letter-depth",
            {
                "metric_name": "ApproximateNumberOfMessagesVisible",
                "dimensions": {"QueueName": "test-orders-dlq"},
                "threshold": 3,
            },
        ),
        (
            "oldest-message-age",
            {"metric_name": "ApproximateAgeOfOldestMessage", "dimensions": {"QueueName": "test-orders"}, "threshold": 600},
        ),
        (
            "errors",
            {"metric_name": "Errors", "dimensions": {"FunctionName": "test-orders"}, "threshold": 2, "statistic": "Sum"},
        ),
        ("throttles", {"metric_name": "Throttles", "dimensions": {"FunctionName": "test-orders"}, "threshold": 4}),
    ],
)
def test_each_alarm_watches_its_metric(synthesized: Synthesized, alarm: str, expected: dict[str, Any]) -> None:
    stack = synthesized(alarms={"dead_letter_depth": 3, "oldest_message_age": 600, "errors": 2, "throttles": 4})
    watched = {"alarm_name": f"test-orders-{alarm}", "comparison_operator": "GreaterThanOrEqualToThreshold", **expected}
    assert has(stack, CloudwatchMetricAlarm, watched)
