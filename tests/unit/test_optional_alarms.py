"""The alarms that need a setting: missing messages, fair queues, failed messages, memory."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from queuesmith.settings.derived.alarm_specs import AlarmSpec, alarm_specs
from queuesmith.settings.expected_times import DAYS, Day, expected_condition, longest_expected_time
from tests.unit.conftest import Synthesized, Worker, named, only
from tests.unit.test_dashboard import metric

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
TOKEN = -1.8881545897087503e289


def problems(worker: Worker, **settings: Any) -> list[str]:
    """The sentences about a worker's settings."""
    try:
        worker(**settings)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))} {each['msg']}" for each in error.errors()]
    return []


def spec(worker: Worker, key: str, **settings: Any) -> AlarmSpec:
    (found,) = [each for each in alarm_specs(worker(**settings)) if each.key == key]
    return found


@pytest.mark.parametrize(
    ("seconds", "period", "periods"),
    [(300, 300, 1), (3_600, 300, 12), (86_400, 300, 288), (90_000, 3_600, 25), (604_800, 3_600, 168)],
)
def test_no_messages_covers_its_whole_time(worker: Worker, seconds: int, period: int, periods: int) -> None:
    found = spec(worker, "no_messages", alarms={"no_messages": seconds})
    assert (found.period, found.periods, found.datapoints, found.expression) == (period, periods, None, None)
    assert period * periods == seconds


@pytest.mark.parametrize("seconds", [0, 1, 299, 301, 86_401, 86_700, 604_801, 608_400])
def test_no_messages_refuses_times_that_cloudwatch_does_not_have(worker: Worker, seconds: int) -> None:
    assert problems(worker, alarms={"no_messages": seconds}) == [
        f"alarms.no_messages is {seconds:,} s, but must be a multiple of 300 up to 86,400, or of 3,600 up to 604,800"
    ]


def test_no_messages_is_omitted_if_its_time_is_known_after_apply(worker: Worker) -> None:
    assert "no_messages" not in [each.key for each in alarm_specs(worker(alarms={"no_messages": TOKEN}))]


def test_no_messages_fires_without_data(synthesized: Synthesized) -> None:
    alarm = named(synthesized(alarms={"no_messages": 3_600}), "aws_cloudwatch_metric_alarm", "no-messages")
    assert (alarm["metric_name"], alarm["statistic"]) == ("NumberOfMessagesSent", "Sum")
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert alarm["treat_missing_data"] == "breaching"
    assert "no-messages" not in json.dumps(synthesized())


def test_no_messages_at_unexpected_times_are_fine(synthesized: Synthesized) -> None:
    times = {"no_messages": 3_600, "expected_hours": "06:00-22:30", "expected_days": ["sunday", "monday"]}
    alarm = named(synthesized(alarms=times), "aws_cloudwatch_metric_alarm", "no-messages")
    result, sent = alarm["metric_query"]
    minute = "(60 * HOUR(sent) + MINUTE(sent))"
    assert result["expression"] == (
        f"IF(({minute} >= 360 AND {minute} < 1350) AND (DAY(sent) == 1 OR DAY(sent) == 7), FILL(sent, 0), 1)"
    )
    assert (sent["id"], sent["metric"]["stat"], sent["metric"]["period"]) == ("sent", "Sum", 300)


@pytest.mark.parametrize(
    ("hours", "days", "expected", "unexpected", "longest"),
    [
        ("06:00-22:30", (), ["mon 06:00", "sun 22:29"], ["mon 05:59", "mon 22:30", "mon 00:00"], 59_400),
        ("22:00-06:00", (), ["mon 22:00", "tue 00:00", "tue 05:59"], ["mon 06:00", "mon 21:59"], 28_800),
        ("08:00-24:00", (), ["mon 08:00", "mon 23:59"], ["mon 00:00", "mon 07:59"], 57_600),
        ("12:00-00:00", ("monday",), ["mon 12:00", "mon 23:59"], ["mon 11:59", "tue 12:00"], 43_200),
        (None, ("sunday", "monday"), ["sun 00:00", "mon 23:59"], ["tue 00:00", "sat 23:59"], 172_800),
        ("00:00-24:00", DAYS, ["mon 00:00", "sun 23:59"], [], 604_800),
    ],
)
def test_expected_times_are_those_of_the_expression(
    hours: str | None, days: tuple[Day, ...], expected: list[str], unexpected: list[str], longest: int
) -> None:
    condition = expected_condition("sent", hours, days)
    assert condition is not None
    found = minutes_of_the_week(condition)
    assert [found[each] for each in expected] == [True] * len(expected)
    assert [found[each] for each in unexpected] == [False] * len(unexpected)
    run = best = 0
    for is_expected in [*found.values(), *found.values()]:
        run = run + 1 if is_expected else 0
        best = max(best, run)
    assert min(best, len(found)) * 60 == longest == longest_expected_time(hours, days)


def minutes_of_the_week(condition: str) -> dict[str, bool]:
    """The value of a condition in metric math at each minute, by names such as `mon 06:00`."""
    code = compile(condition.replace("AND", "and").replace("OR", "or"), "condition", "eval")  # the rest is valid Python
    moment = MONDAY
    functions = {"HOUR": lambda _: moment.hour, "MINUTE": lambda _: moment.minute, "DAY": lambda _: moment.isoweekday()}
    found = {}
    while moment < MONDAY + timedelta(days=7):
        found[f"{DAYS[moment.weekday()][:3]} {moment:%H:%M}"] = bool(eval(code, {"sent": 0, **functions}))  # noqa: S307
        moment += timedelta(minutes=1)
    return found


@pytest.mark.parametrize(
    ("alarms", "problem"),
    [
        (
            {"no_messages": 7_200, "expected_hours": "06:00-07:00"},
            "alarms.no_messages is 7,200 s, but messages are never expected for longer than 3,600 s without a break: the alarm "
            "would never go off. Lower it, or change expected_hours or expected_days",
        ),
        (
            {"no_messages": 176_400, "expected_days": ["saturday", "sunday"]},
            "alarms.no_messages is 176,400 s, but messages are never expected for longer than 172,800 s without a break: the "
            "alarm would never go off. Lower it, or change expected_hours or expected_days",
        ),
        (
            {"no_messages": 3_600, "expected_hours": "06:00-06:00"},
            'alarms.expected_hours is "06:00-06:00", which is no time. Set another end, or remove this key',
        ),
        (
            {"expected_days": ["monday"]},
            "alarms.expected_days is only for the alarm no_messages, which is not set. Set alarms.no_messages, or remove this "
            "key",
        ),
        ({"noisy_groups": 1}, "alarms.noisy_groups needs a fair queue. Set queue.fair to true, or remove this key"),
        (
            {"failed_messages": 0},
            "alarms.failed_messages needs the mapping's metrics. Set source.metrics to true, or remove this key",
        ),
    ],
)
def test_alarms_that_cannot_fire_are_refused(worker: Worker, alarms: dict[str, Any], problem: str) -> None:
    assert problems(worker, alarms=alarms) == [problem]


def test_memory_alarm_needs_the_reports_in_the_log(worker: Worker) -> None:
    logs = {"system_level": "WARN", "group_class": "INFREQUENT_ACCESS"}
    assert problems(worker, alarms={"memory": 90}, logs=logs) == [
        "logs.system_level is WARN, but alarms.memory needs the reports at INFO. Set INFO, or remove that alarm",
        "logs.group_class is INFREQUENT_ACCESS, which has no metric filters, but alarms.memory needs one. Set STANDARD, or "
        "remove that alarm",
    ]
    assert problems(worker, alarms={"memory": False}, logs=logs) == []


@pytest.mark.parametrize(
    ("table", "settings"),
    [
        ("queue", {"fifo": True, "fair": True}),
        ("existing_queue", {"arn": "arn:aws:sqs:eu-west-1:111111111111:theirs.fifo", "fair": True}),
    ],
)
def test_fifo_queue_is_no_fair_queue(worker: Worker, table: str, settings: dict[str, Any]) -> None:
    assert problems(worker, **{table: settings}) == [
        f"{table}.fair is only for standard queues: a FIFO queue orders each message group anyway. Remove this key"
    ]


def test_rule_has_a_tenant_on_a_fair_queue(synthesized: Synthesized) -> None:
    rules = {"hourly": {"schedule": "rate(1 hour)", "message_group": "reports"}}
    stack = synthesized(queue={"fair": True}, producers={"rules": rules})
    assert only(stack, "aws_cloudwatch_event_target")["sqs_target"] == {"message_group_id": "reports"}


def test_noisy_tenant_does_not_page_for_the_others(synthesized: Synthesized) -> None:
    fair, alarms = synthesized(queue={"fair": True}), {}
    for name, alarm in fair["resource"]["aws_cloudwatch_metric_alarm"].items():
        alarms[name.split("_")[2]] = (alarm.get("metric_name"), alarm["threshold"])
    assert alarms["oldest-message-age"] == ("ApproximateAgeOfOldestMessageInQuietGroups", 540)
    assert alarms["backlog"] == ("ApproximateNumberOfMessagesVisibleInQuietGroups", 3_000)
    assert alarms["expiry"] == ("ApproximateAgeOfOldestMessage", 276_480), "expired messages are lost, whoever sent them"
    assert alarms["noisy-groups"] == ("ApproximateNumberOfNoisyGroups", 1)
    assert "noisy-groups" not in only(fair, "aws_cloudwatch_composite_alarm")["alarm_rule"]
    shown = metric(
        json.loads(only(fair, "aws_cloudwatch_dashboard")["dashboard_body"])["widgets"], "Quiet and noisy message groups"
    )
    assert [each[1] for each in shown["metrics"]] == [
        "ApproximateNumberOfMessagesVisibleInQuietGroups",
        "ApproximateNumberOfNoisyGroups",
        "ApproximateAgeOfOldestMessageInQuietGroups",
    ]
    assert all(text not in json.dumps(synthesized()) for text in ("QuietGroups", "NoisyGroups"))


def test_failed_messages_are_those_of_the_mapping(synthesized: Synthesized) -> None:
    stack = synthesized(source={"metrics": True}, alarms={"failed_messages": 20})
    (uuid,) = (
        f"${{aws_lambda_event_source_mapping.{name}.uuid}}" for name in stack["resource"]["aws_lambda_event_source_mapping"]
    )
    alarm = named(stack, "aws_cloudwatch_metric_alarm", "failed-messages")
    assert (alarm["namespace"], alarm["metric_name"], alarm["statistic"]) == ("AWS/Lambda", "FailedInvokeEventCount", "Sum")
    assert (alarm["dimensions"], alarm["threshold"]) == ({"EventSourceMappingUUID": uuid}, 20)
    shown = metric(json.loads(only(stack, "aws_cloudwatch_dashboard")["dashboard_body"])["widgets"], "Event source mapping")
    assert [each[1:4] for each in shown["metrics"]] == [
        [name, "EventSourceMappingUUID", uuid]
        for name in (
            "PolledEventCount",
            "FilteredOutEventCount",
            "InvokedEventCount",
            "FailedInvokeEventCount",
            "DeletedEventCount",
        )
    ]
    assert "EventSourceMappingUUID" not in json.dumps(synthesized())


def test_memory_is_that_of_the_reports_in_the_log(synthesized: Synthesized) -> None:
    stack = synthesized(function={"memory": 512}, alarms={"memory": 90})
    log_filter = only(stack, "aws_cloudwatch_log_metric_filter")
    assert log_filter["pattern"] == '{ $.type = "platform.report" }'
    assert (
        log_filter["log_group_name"]
        == f"${{aws_cloudwatch_log_group.{next(iter(stack['resource']['aws_cloudwatch_log_group']))}.name}}"
    )
    alarm = named(stack, "aws_cloudwatch_metric_alarm", "alarms_memory_")
    published = log_filter["metric_transformation"]
    assert published["value"] == "$.record.metrics.maxMemoryUsedMB"
    assert (alarm["namespace"], alarm["metric_name"]) == (published["namespace"], published["name"])
    assert (published["namespace"], published["name"]) == ("queuesmith/test-orders", "MaxMemoryUsed")
    assert (alarm["statistic"], alarm["threshold"], alarm.get("dimensions", {})) == ("Maximum", 460, {})
    shown = metric(json.loads(only(stack, "aws_cloudwatch_dashboard")["dashboard_body"])["widgets"], "Memory")
    assert shown["metrics"][0][:2] == ["queuesmith/test-orders", "MaxMemoryUsed"]
    assert shown["annotations"]["horizontal"][0]["value"] == 512
    assert "MaxMemoryUsed" not in json.dumps(synthesized())
