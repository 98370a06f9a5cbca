"""Options of a worker's queue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from queuesmith.checks.worker_check import check_worker
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.settings import WorkerSettings
from tests.checking import TODAY
from tests.unit.conftest import Synthesized, Worker, named, only

ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:shop"
THEIRS = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:theirs"


def queues(stack: dict[str, Any]) -> list[dict[str, Any]]:
    """The queue, then its DLQ."""
    resources = stack["resource"]["aws_sqs_queue"]
    return [resources[name] for name in sorted(resources, key=lambda name: "dead-letter" in name)]


def role(stack: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(only(stack, "aws_iam_role_policy")["policy"])["Statement"]
    return found


def rules(settings: WorkerSettings) -> set[str]:
    return {finding.rule for finding in check_worker("orders", settings, TODAY, WorkerContext(alarms_are_sent=True))}


def test_a_fifo_queue_has_a_fifo_dlq_with_its_throughput(synthesized: Synthesized) -> None:
    high = {"deduplication_scope": "messageGroup", "throughput_limit": "perMessageGroupId"}
    queue, dlq = queues(synthesized(queue={"fifo": True, "content_based_deduplication": True, **high}))
    assert (queue["name"], dlq["name"]) == ("test-orders.fifo", "test-orders-dlq.fifo")
    for each in (queue, dlq):
        assert (each["fifo_queue"], each["deduplication_scope"], each["fifo_throughput_limit"]) == (True, *high.values())
    assert queue["content_based_deduplication"] is True


def test_delay_size_and_wait_apply_to_the_queue_only(synthesized: Synthesized) -> None:
    queue, dlq = queues(synthesized(queue={"delay": 5, "maximum_message_size": 2_048, "receive_wait_time": 20}))
    names = ("delay_seconds", "max_message_size", "receive_wait_time_seconds")
    assert [queue[name] for name in names] == [5, 2_048, 20]
    assert not any(name in dlq for name in names)


@pytest.mark.parametrize("key", [KEY, "alias/aws/sqs"])
def test_a_kms_key_encrypts_both_queues_instead_of_sqs(synthesized: Synthesized, key: str) -> None:
    for each in queues(synthesized(queue={"kms_key": key, "data_key_reuse_period": 600})):
        assert (each["kms_master_key_id"], each["kms_data_key_reuse_period_seconds"]) == (key, 600)
        assert "sqs_managed_sse_enabled" not in each


def test_function_can_decrypt_with_the_queues_key_only(synthesized: Synthesized) -> None:
    (decrypt,) = [item for item in role(synthesized(queue={"kms_key": KEY})) if "kms" in str(item["Action"])]
    assert decrypt == {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": KEY}
    assert not [item for item in role(synthesized(queue={"kms_key": "alias/aws/sqs"})) if "kms" in str(item["Action"])]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"queue": {"fifo": True}, "source": {"batch_size": 11, "batching_window": 0}}, "QL101"),
        ({"queue": {"fifo": True}, "source": {"batching_window": 1}}, "QL103"),
        ({"queue": {"deduplication_scope": "queue"}}, "QL012"),
        ({"queue": {"fifo": True, "throughput_limit": "perMessageGroupId", "deduplication_scope": "queue"}}, "QL013"),
        ({"queue": {"data_key_reuse_period": 600}}, "QL015"),
        ({"queue": {"delay": 901}}, "QL010"),
        ({"queue": {"maximum_message_size": 1_048_577}}, "QL010"),
        ({"queue": {"kms_key": "alias/aws/sqs"}, "producers": {"topics": {"shop": {"arn": TOPIC}}}}, "QL020"),
        ({"source": {"pollers": {"minimum": 1}}}, "QL107"),
        ({"source": {"filters": [{"data": {}}]}}, "QL108"),
        ({"source": {"filters": ["{"]}}, "QL108"),
        ({"source": {"partial_batch_responses": False}}, "QL110"),
        ({"source": {"enabled": False}}, "QL115"),
        ({"function": {"ephemeral_storage": 511}}, "QL201"),
        ({"existing_queue": {"arn": THEIRS, "visibility_timeout": 10}}, "QL001"),
        ({"alarms": {"dead_letter_depth": False}}, "QL302"),
        ({"alarms": {"throttles": False}}, "QL303"),
    ],
)
def test_rules_check_the_options(worker: Worker, changes: dict[str, Any], rule: str) -> None:
    assert rule not in rules(worker())
    assert rule in rules(worker(**changes))


def test_existing_queue_is_neither_created_nor_changed(synthesized: Synthesized) -> None:
    existing = {"arn": THEIRS, "dead_letter_queue_arn": f"{THEIRS}-dead", "kms_key": KEY}
    stack = synthesized(existing_queue=existing)
    assert not [kind for kind in stack["resource"] if kind.startswith("aws_sqs")]
    assert only(stack, "aws_lambda_event_source_mapping")["event_source_arn"] == THEIRS
    consume, decrypt = role(stack)[1:]
    assert (consume["Sid"], consume["Resource"]) == ("ConsumeQueue", THEIRS)
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", KEY)
    outputs = {name: output["value"] for name, output in stack["output"].items()}
    assert outputs["orders_queue_url"] == f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/theirs"
    assert outputs["orders_dead_letter_queue_arn"] == f"{THEIRS}-dead"
    alarm = named(stack, "aws_cloudwatch_metric_alarm", "dead-letter-depth")
    assert alarm["dimensions"] == {"QueueName": "theirs-dead"}
    assert "orders_dead_letter_queue_url" not in synthesized(existing_queue={"arn": THEIRS})["output"]


def test_unknown_attributes_of_an_existing_queue_are_skipped(worker: Worker) -> None:
    assert rules(worker(existing_queue={"arn": THEIRS})) == set()
    assert rules(worker(existing_queue={"arn": f"{THEIRS}.fifo"}, source={"batch_size": 11})) == {"QL101"}


def test_operator_policies_allow_this_worker_only(synthesized: Synthesized) -> None:
    outputs = synthesized(queue={"kms_key": KEY})["output"]
    read, act = (json.loads(outputs[f"orders_operator_{name}_policy"]["value"])["Statement"] for name in ("read", "act"))
    everywhere = [item["Action"] for item in (*read, *act) if item["Resource"] == "*"]
    assert everywhere == [
        [
            "cloudwatch:DescribeAlarms",
            "cloudwatch:GetMetricData",
            "lambda:ListEventSourceMappings",
            "logs:DescribeLogGroups",
            "tag:GetResources",
        ],
        ["lambda:ListEventSourceMappings", "tag:GetResources"],
    ]
    (dlq,) = [item for item in read if item["Sid"] == "DeadLetterQueue"]
    assert "sqs:ReceiveMessage" in dlq["Action"]
    changing = {
        "sqs:SendMessage",
        "sqs:PurgeQueue",
        "sqs:DeleteMessage",
        "sqs:StartMessageMoveTask",
        "lambda:UpdateEventSourceMapping",
    }
    assert changing.isdisjoint(action for item in read for action in item["Action"])
    assert changing <= {action for item in act for action in item["Action"]}


def test_owner_of_an_existing_queue_gets_the_statements_for_its_policies(synthesized: Synthesized) -> None:
    theirs, dlq = "arn:aws:sqs:eu-west-1:222222222222:theirs", "arn:aws:sqs:eu-west-1:222222222222:theirs-dlq"
    existing = {"arn": theirs, "dead_letter_queue_arn": dlq, "kms_key": KEY}
    failures = {"send_to_dlq_immediately": True, "backoff": {"base": 2, "cap": 60}}
    stack = synthesized(existing_queue=existing, failures=failures)
    found = json.loads(stack["output"]["orders_owner_policy_statements"]["value"])
    actions = {name: [(item["Action"], item["Resource"]) for item in items] for name, items in found.items()}
    assert actions == {
        "queue": [
            (["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], theirs),
            ("sqs:ChangeMessageVisibility", theirs),
        ],
        "dead_letter_queue": [("sqs:SendMessage", dlq)],
        "key": [("kms:Decrypt", KEY), (["kms:GenerateDataKey", "kms:Decrypt"], KEY)],
    }
    role = "${aws_iam_role.orders_function_role_653E5D82.arn}"
    for item in (item for items in found.values() for item in items):
        assert item["Principal"]["AWS"].startswith("arn:${data.aws_arn.")
        assert item["Principal"]["AWS"].endswith(".account}:root")
        assert item["Condition"] == {"ArnEquals": {"aws:PrincipalArn": role}}


def test_own_queue_needs_no_statements_of_an_owner(synthesized: Synthesized) -> None:
    assert "orders_owner_policy_statements" not in synthesized()["output"]
