"""`queuesmith status` against the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from queuesmith.aws.discovery import find_worker
from queuesmith.operations import read_status
from tests.e2e.commands.world import REGION, Deployed, World
from tests.waiting import TIMEOUT, wait_for


def test_healthy_worker_is_a_row_and_exit_status_0(world: World, orders: Deployed) -> None:
    world.client("lambda").update_event_source_mapping(UUID=orders.mapping, Enabled=True)
    world.settle()
    result = world.run("status", "dev")
    assert (result.returncode, result.stderr) == (0, "")
    heading, row, *_ = result.stdout.splitlines()
    assert heading.split() == [
        "worker",
        "waiting",
        "in",
        "flight",
        "delayed",
        "oldest",
        "in",
        "DLQ",
        "mapping",
        "function",
        "alarms",
    ]
    assert row.split() == ["orders", "0", "0", "0", "0", "Enabled", "Active", "none"]


def test_needed_actions_are_printed_with_exit_status_1(world: World, orders: Deployed) -> None:
    world.fill(orders.queue, "a", "b")
    world.fill(orders.queue, "late", DelaySeconds=60)
    world.fill(orders.dead_letter_queue, "dead")
    result = world.run("status", "dev", "orders")
    assert result.returncode == 1
    assert result.stdout.splitlines()[1].split()[:5] == ["orders", "2", "0", "1", "1"]
    assert "action needed: dev-orders-dlq holds 1 message" in result.stdout.splitlines()
    assert "action needed: the event source mapping is disabled, so no messages are processed" in result.stdout.splitlines()
    assert result.stderr == "Next: queuesmith dlq triage dev orders\n"


def test_json_has_everything_with_stable_keys(world: World, orders: Deployed) -> None:
    world.fill(orders.queue, "a")
    world.settle()
    document = world.json("status", "dev", status=1)
    assert list(document) == ["version", "workers"]
    (worker,) = document["workers"]
    assert list(worker) == [
        "environment", "worker", "queue", "dead_letter_queue", "mapping", "function", "alarms", "problems", "not_read",
        "unknown",
    ]  # fmt: skip
    assert worker["queue"] == {"name": "dev-orders", "visible": 1, "in_flight": 0, "delayed": 0, "oldest_message_age": None}
    assert worker["mapping"]["state"] == "Disabled"
    assert (worker["function"]["name"], worker["function"]["state"]) == ("dev-orders", "Active")


def test_the_last_errors_of_the_log_are_shown(world: World, orders: Deployed) -> None:
    world.client("lambda").update_event_source_mapping(UUID=orders.mapping, Enabled=True)
    world.fill(orders.queue, "please fail")
    wait_for(lambda: "it failed" in world.run("status", "dev").stdout, "the failure is in the log")


def test_alarms_in_alarm_state_are_named(world: World, orders: Deployed) -> None:
    cloudwatch = world.client("cloudwatch")
    alarm = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Period": 60}
    for queue in ("dev-orders-dlq", "others-dlq"):
        cloudwatch.put_metric_alarm(
            AlarmName=f"dev-orders-depth-of-{queue}",
            Dimensions=[{"Name": "QueueName", "Value": queue}],
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            **alarm,
        )
        cloudwatch.set_alarm_state(
            AlarmName=f"dev-orders-depth-of-{queue}", StateValue="ALARM", StateReason="1 is not less than 1"
        )
    try:
        document = world.json("status", "dev", status=1)
        (found,) = document["workers"][0]["alarms"]
        assert (found["name"], found["state"]) == ("dev-orders-depth-of-dev-orders-dlq", "ALARM")
        assert "the alarm dev-orders-depth-of-dev-orders-dlq is in ALARM" in document["workers"][0]["problems"]
    finally:
        cloudwatch.delete_alarms(AlarmNames=[f"dev-orders-depth-of-{queue}" for queue in ("dev-orders-dlq", "others-dlq")])


def test_a_queue_without_a_mapping_has_a_status_too(world: World) -> None:
    url = world.client("sqs").create_queue(QueueName="alone")["QueueUrl"]
    try:
        document = world.json("status", "--queue", "alone", "--region", REGION, status=1)
        (worker,) = document["workers"]
        assert (worker["dead_letter_queue"], worker["mapping"], worker["function"]) == (None, None, None)
        assert worker["problems"] == [
            "alone has no DLQ, so messages that keep failing are retried until SQS deletes them",
            "alone has no event source mapping, so no messages are processed",
        ]
    finally:
        world.client("sqs").delete_queue(QueueUrl=url)


def test_denied_calls_are_reported_and_the_rest_is_shown(world: World, orders: Deployed) -> None:
    keys: Any = world.user("watcher", ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], [orders.queue_arn, orders.dead_letter_arn])
    document = world.json("status", "dev", **keys)
    (worker,) = document["workers"]
    assert worker["queue"]["name"] == "dev-orders"
    assert [text.split(" (")[0] for text in worker["not_read"]] == [
        "the event source mapping",
        "the function",
        "the CloudWatch metrics",
        "the alarms",
    ]
    assert "access denied: lambda:ListEventSourceMappings" in worker["not_read"][0]
    assert worker["unknown"] == ["mapping", "function", "alarms"]


def test_parts_that_cannot_be_read_are_not_shown_as_missing(world: World, orders: Deployed) -> None:
    keys: Any = world.user("stranger", ["tag:GetResources"], ["*"])
    result = world.run("status", "dev", **keys)
    assert result.stdout.splitlines()[1].split() == ["orders", *"???", *"????"]
    assert world.json("status", "dev", status=1, **keys)["workers"][0]["unknown"] == [
        "queue",
        "dead_letter_queue",
        "mapping",
        "function",
        "alarms",
    ]


def test_missing_worker_does_not_hide_the_others(world: World, orders: Deployed) -> None:
    with world.dev_with('[workers.mail.function]\nartifact.zip = "build/orders.zip"'):
        document = world.json("status", "dev", status=1)
    mail, there = document["workers"]
    assert (mail["worker"], mail["queue"], mail["mapping"]) == ("mail", None, None)
    assert mail["problems"][0].startswith('There is no queue "dev-mail" in eu-central-1, or you are not allowed to access it.')
    assert there["queue"]["name"] == "dev-orders"


def test_watch_prints_the_status_repeatedly_until_stopped(world: World, orders: Deployed) -> None:
    with world.start("status", "dev", "--watch", "--interval", "1", "--json") as process:
        assert process.stdout is not None
        looks = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.terminate()
        _, errors = process.communicate(timeout=TIMEOUT)
    assert [look["workers"][0]["worker"] for look in looks] == ["orders", "orders"]
    assert (process.returncode, errors) == (130, "")


def test_python_function_returns_the_same(world: World, orders: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fill(orders.queue, "a")
    world.become(monkeypatch)
    (found,) = read_status([find_worker(world.selection(queue="dev-orders"))])
    assert found.queue is not None
    assert (found.queue.visible, found.function and found.function.name) == (1, "dev-orders")
