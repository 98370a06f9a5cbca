"""A worker's schedules of EventBridge Scheduler, and the role that sends their messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest
from cdktf import Testing as Synthesis

from queuesmith.settings import schedule_conflicts
from tests.unit.conftest import Synthesized, named, only
from tests.unit.settings_files import GOOD, read

KEY = "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555"
QUEUE = "${aws_sqs_queue.orders_queue_B32D019B.arn}"
DLQ = "${aws_sqs_queue.orders_queue_dead-letter-queue_9FD894AC.arn}"
NIGHTLY = {"expression": "cron(0 3 * * ? *)"}


def schedule(**options: Any) -> dict[str, Any]:
    """The producers of a worker with one schedule."""
    return {"schedules": {"night": {**NIGHTLY, **options}}}


def role_statements(stack: dict[str, Any]) -> list[dict[str, Any]]:
    policy = named(stack, "aws_iam_role_policy", "schedules")
    found: list[dict[str, Any]] = json.loads(policy["policy"])["Statement"]
    return found


def test_schedule_sends_with_a_role_that_can_only_send_to_the_queue(synthesized: Synthesized) -> None:
    stack = synthesized(producers=schedule())
    resource = only(stack, "aws_scheduler_schedule")
    role = named(stack, "aws_iam_role", "schedules")
    assert (resource["name"], role["name"]) == ("test-orders-night", "test-orders-scheduler")
    assert (resource["schedule_expression"], resource["schedule_expression_timezone"]) == ("cron(0 3 * * ? *)", "UTC")
    assert resource["flexible_time_window"] == {"mode": "OFF"}
    assert set(resource["target"]) == {"arn", "role_arn"}
    assert resource["target"]["arn"] == QUEUE
    assert role_statements(stack) == [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}]
    (policy,) = [item for name, item in stack["resource"]["aws_sqs_queue_policy"].items() if "dead-letter" not in name]
    assert "scheduler" not in policy["policy"]  # the role's own policy is enough in its account


def test_only_schedules_of_these_groups_can_use_the_role(synthesized: Synthesized) -> None:
    schedules = {"a": NIGHTLY, "b": {**NIGHTLY, "group": "reports"}}
    role = named(synthesized(producers={"schedules": schedules}), "aws_iam_role", "schedules")
    (statement,) = json.loads(role["assume_role_policy"])["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert statement["Condition"]["StringEquals"]["aws:SourceAccount"].startswith("${data.aws_arn.")
    arns = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert [arn.rsplit(":", 1)[1] for arn in arns] == ["schedule-group/default", "schedule-group/reports"]


def test_options_of_a_schedule_reach_its_resource(synthesized: Synthesized) -> None:
    options = {
        "time_zone": "Europe/Berlin",
        "flexible_window": 15,
        "start": "2027-01-01T00:00:00Z",
        "end": "2027-12-31T00:00:00Z",
        "group": "reports",
        "enabled": False,
        "maximum_retry_attempts": 3,
        "undelivered_to_dlq": True,
        "delete_after_completion": True,
    }
    stack = synthesized(queue={"kms_key": KEY}, producers=schedule(**options, body={"kind": "report", "at": 3}))
    resource = only(stack, "aws_scheduler_schedule")
    expected = {
        "schedule_expression_timezone": "Europe/Berlin",
        "flexible_time_window": {"mode": "FLEXIBLE", "maximum_window_in_minutes": 15},
        "start_date": "2027-01-01T00:00:00Z",
        "end_date": "2027-12-31T00:00:00Z",
        "group_name": "reports",
        "state": "DISABLED",
        "action_after_completion": "DELETE",
    }
    assert Synthesis.to_have_resource_with_properties(json.dumps(stack), "aws_scheduler_schedule", expected)
    target = resource["target"]
    assert target["input"] == '{"at":3,"kind":"report"}'
    assert target["dead_letter_config"] == {"arn": DLQ}
    assert target["retry_policy"] == {"maximum_event_age_in_seconds": 86_400, "maximum_retry_attempts": 3}
    assert [(item["Action"], item["Resource"]) for item in role_statements(stack)] == [
        ("sqs:SendMessage", QUEUE),
        (["kms:GenerateDataKey", "kms:Decrypt"], KEY),
        ("sqs:SendMessage", DLQ),
    ]
    assert stack["terraform"]["required_providers"]["aws"]["version"] == ">= 6.14, < 7.0"


def test_fifo_queue_gets_the_message_group_and_a_text_as_it_is(synthesized: Synthesized) -> None:
    fifo = {"fifo": True, "content_based_deduplication": True}
    target = only(synthesized(queue=fifo, producers=schedule(message_group="nightly", body="go")), "aws_scheduler_schedule")
    assert target["target"]["sqs_parameters"] == {"message_group_id": "nightly"}
    assert target["target"]["input"] == "go"


def test_worker_without_schedules_has_no_role_for_them(synthesized: Synthesized) -> None:
    stack = synthesized()
    assert "aws_scheduler_schedule" not in stack["resource"]
    assert len(stack["resource"]["aws_iam_role"]) == 1


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ('expression = "every day"', '.expression is "every day", but must be a schedule: "rate(5 minutes)", '),
        ('expression = "cron(0 8 * * *)"', '.expression is "cron(0 8 * * *)", but must be a schedule: '),
        (
            'expression = "cron(0 7 * * MON-FRI *)"',
            '.expression is "cron(0 7 * * MON-FRI *)", but must be a cron expression with ? either as the '
            'day of month or as the day of week, such as "cron(0 7 ? * MON-FRI *)"',
        ),
        (
            'expression = "cron(99 25 ? * FUNDAY *)"',
            '.expression is "cron(99 25 ? * FUNDAY *)", but must be a cron expression with minutes from 0 to 59 '
            '(not "99"), hours from 0 to 23 (not "25") and a day of week from 1 to 7 or SUN to SAT (not "FUNDAY")',
        ),
        (
            'expression = "rate(1 minutes)"',
            '.expression is "rate(1 minutes)", but must be "rate(1 minute)": the unit is singular',
        ),
        ('expression = "at(2027-02-30T08:00:00)"', '.expression is "at(2027-02-30T08:00:00)", which is not a date and time'),
        (
            'expression = "rate(1 day)", time_zone = "Mars/Base"',
            '.time_zone is "Mars/Base", which is not in the IANA time',
        ),
        (
            'expression = "rate(1 day)", start = "tomorrow"',
            '.start is "tomorrow", but must be a time in UTC in quotes',
        ),
        ('expression = "rate(1 day)", start = "2027-13-01T00:00:00Z"', '.start is "2027-13-01T00:00:00Z", which is not a date'),
        ('expression = "at(2027-01-31T08:00:00)", end = "2027-02-01T00:00:00Z"', ".end does not apply to at(…), which is one"),
        (
            'expression = "rate(1 day)", start = "2027-02-01T00:00:00Z", end = "2027-01-01T00:00:00Z"',
            '.end is "2027-01-01T00:00:00Z", but must be later than start, which is "2027-02-01T00:00:00Z"',
        ),
        (
            'expression = "rate(1 day)", delete_after_completion = true',
            ".delete_after_completion needs a last message. Set end, use at(…), or remove this key",
        ),
        ('expression = "rate(1 day)", message_group = "a"', ".message_group is only for FIFO queues and fair queues. Remove"),
    ],
)
def test_schedule_that_aws_refuses_is_refused(tmp_path: Path, options: str, problem: str) -> None:
    (found,) = read(tmp_path, dev=f"{GOOD}\nworkers.orders.producers.schedules.night = {{ {options} }}").problems
    assert found.startswith(f"dev: workers.orders.producers.schedules.night{problem}")


def test_fifo_queue_needs_a_group_and_deduplication_but_no_dlq(tmp_path: Path) -> None:
    night = 'workers.orders.producers.schedules.night = { expression = "rate(1 day)", undelivered_to_dlq = true }'
    problems = read(tmp_path, dev=f"{GOOD}\nworkers.orders.queue.fifo = true\n{night}").problems
    path = "dev: workers.orders.producers.schedules.night"
    assert len(problems) == 3
    assert all(line.startswith(path) for line in problems)


def test_names_that_are_too_long_are_refused(tmp_path: Path) -> None:
    name = f'\nworkers.orders.name = "{"x" * 55}"\nworkers.orders.producers.schedules.morning-report'
    problems = sorted(read(tmp_path, dev=f'{GOOD}{name}.expression = "rate(1 day)"').problems)
    assert len(problems) == 2
    for problem, start, length in zip(problems, (" need a role", ".morning-report gives a schedule"), (65, 70), strict=True):
        assert problem.startswith(f"dev: workers.orders.producers.schedules{start} ")
        assert f", which is {length} characters long, but 1 to 64 characters are allowed. Choose a shorter " in problem


def test_schedules_of_an_existing_queue_are_refused(tmp_path: Path) -> None:
    lines = """
workers.orders.existing_queue.arn = "arn:aws:sqs:eu-west-1:111111111111:theirs"
workers.orders.producers.schedules.night.expression = "rate(1 day)"
"""
    assert any(
        "producers.schedules cannot be combined with existing_queue. Create the schedules with the queue" in problem
        for problem in read(tmp_path, dev=f"{GOOD}{lines}").problems
    )


def test_any_time_zone_is_accepted_without_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_database(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(schedule_conflicts, "ZoneInfo", no_database)
    line = 'workers.orders.producers.schedules.night = { expression = "rate(1 day)", time_zone = "Mars/Base" }'
    assert read(tmp_path, dev=f"{GOOD}\n{line}").problems == []
