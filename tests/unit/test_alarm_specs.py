"""Alarm thresholds: derived from the worker's own numbers, set by the user, or disabled."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from queuesmith.settings import AlarmSettings, WorkerSettings
from queuesmith.settings.derived.alarm_specs import ALARMS, alarm_specs
from tests.unit.conftest import Synthesized, Worker, named, only

TOKEN = -1.8881545897087503e289
QUEUE = "arn:aws:sqs:eu-west-1:111111111111:theirs"


def thresholds(settings: WorkerSettings) -> dict[str, int]:
    return {spec.key: spec.threshold for spec in alarm_specs(settings)}


def test_worker_has_all_alarms_that_apply_to_it(worker: Worker) -> None:
    assert thresholds(worker()) == {
        "dead_letter_depth": 1,
        "dead_letter_expiry": 691_200,
        "oldest_message_age": 540,
        "expiry": 276_480,
        "backlog": 3_000,
        "time_to_drain": 3_600,
        "in_flight": 96_000,
        "errors": 1,
        "error_rate": 10,
        "throttles": 1,
        "duration": 24_000,
    }


@pytest.mark.parametrize(
    ("changes", "alarm", "threshold"),
    [
        ({"queue": {"visibility_timeout": 40}}, "oldest_message_age", 300),
        ({"queue": {"visibility_timeout": 200}}, "oldest_message_age", 600),
        ({"queue": {"visibility_timeout": 43_200, "retention": 86_400}}, "oldest_message_age", 69_120),
        ({"queue": {"retention": 1_000}}, "expiry", 800),
        ({"queue": {"retention": 1_000}}, "time_to_drain", 500),
        ({"queue": {"retention": 1_000}, "dead_letter_queue": {"retention": 2_000}}, "dead_letter_expiry", 800),
        ({"queue": {"fifo": True, "retention": 1_000}, "dead_letter_queue": {"retention": 2_000}}, "dead_letter_expiry", 1_600),
        ({"queue": {"retention": 1_000}, "dead_letter_queue": {"retention": 1_000}}, "dead_letter_expiry", None),
        ({"source": {"maximum_concurrency": 5, "batch_size": 4}, "function": {"timeout": 3}}, "backlog", 6_000),
        ({"function": {"timeout": 900, "reserved_concurrency": 1}, "source": {"batch_size": 1}}, "backlog", 1),
        ({"function": {"reserved_concurrency": 3}, "source": {"maximum_concurrency": 5}}, "backlog", 900),
        ({"function": {"reserved_concurrency": 0}}, "backlog", 1),
        ({"function": {"timeout": 3}, "alarms": {"duration": 50}}, "duration", 1_500),
        ({"function": {"reserved_concurrency": 20}, "source": {"maximum_concurrency": 10}}, "concurrency", 9),
        ({"function": {"reserved_concurrency": 10}, "source": {"maximum_concurrency": 20}}, "concurrency", 9),
        ({"function": {"reserved_concurrency": TOKEN}, "source": {"maximum_concurrency": 20}}, "concurrency", None),
        ({"source": {"maximum_concurrency": 10}, "alarms": {"concurrency": 50}}, "concurrency", 5),
        ({"function": {"reserved_concurrency": 1}}, "concurrency", 1),
    ],
)
def test_threshold_is_derived_from_the_workers_settings(
    worker: Worker, changes: dict[str, Any], alarm: str, threshold: int | None
) -> None:
    assert thresholds(worker(**changes)).get(alarm) == threshold


def test_each_threshold_is_that_of_an_alarm() -> None:
    assert {spec.key for spec in ALARMS} == AlarmSettings.model_fields.keys() - {"expected_hours", "expected_days"}


@pytest.mark.parametrize("alarm", [spec.key for spec in ALARMS])
def test_each_alarm_can_be_changed_and_disabled(worker: Worker, alarm: str) -> None:
    able = {
        "function": {"reserved_concurrency": 100, "timeout": 1, "memory": 1_000},
        "queue": {"fair": True},
        "source": {"metrics": True},
    }
    changed = thresholds(worker(**able, alarms={alarm: 7_200 if alarm == "no_messages" else 40}))
    converted = {"duration": 400, "queue_wait": 40_000, "in_flight": 48_000, "no_messages": 1, "memory": 400}
    assert changed[alarm] == converted.get(alarm, 40)
    assert changed.keys() - thresholds(worker(**able, alarms={alarm: False})).keys() == {alarm}


def test_a_threshold_of_zero_is_zero(worker: Worker) -> None:
    assert thresholds(worker(alarms={"backlog": 0}))["backlog"] == 0


def test_no_alarm_is_derived_from_values_known_after_apply(worker: Worker) -> None:
    left = thresholds(worker(function={"timeout": TOKEN}, queue={"visibility_timeout": 60, "retention": TOKEN}))
    assert left.keys() == {
        "dead_letter_depth", "oldest_message_age", "time_to_drain", "in_flight", "errors", "error_rate", "throttles"
    }  # fmt: skip
    assert thresholds(worker(function={"timeout": TOKEN})).keys().isdisjoint({"oldest_message_age", "backlog", "duration"})


def test_existing_queue_has_alarms_for_its_known_settings_only(worker: Worker) -> None:
    untold, told = (
        worker(existing_queue={"arn": QUEUE}),
        worker(
            existing_queue={
                "arn": QUEUE,
                "dead_letter_queue_arn": f"{QUEUE}-dead",
                "retention": 1_000,
                "visibility_timeout": 200,
            }
        ),
    )
    assert thresholds(untold).keys() == thresholds(worker()).keys() - {"dead_letter_depth", "dead_letter_expiry", "expiry"}
    assert thresholds(told).keys() - thresholds(untold).keys() == {"dead_letter_depth", "expiry"}
    assert thresholds(told)["oldest_message_age"] == 600


def test_alarm_notifies_the_topic_when_it_goes_off_and_recovers(synthesized: Synthesized) -> None:
    stack = synthesized()
    assert only(stack, "aws_sns_topic")["name"] == "test-alarms"
    for alarm in stack["resource"]["aws_cloudwatch_metric_alarm"].values():
        assert alarm["alarm_actions"] == alarm["ok_actions"] == ["${aws_sns_topic.alarm-topic.arn}"]
        assert alarm["treat_missing_data"] == "notBreaching"


def test_time_to_drain_is_a_day_if_nothing_is_processed(synthesized: Synthesized) -> None:
    alarm = named(synthesized(), "aws_cloudwatch_metric_alarm", "time-to-drain")
    queries = {query["id"]: query for query in alarm["metric_query"]}
    assert queries["result"]["expression"] == ("IF(FILL(deleted, 0) > 0, waiting * 300 / deleted, IF(waiting > 0, 86400, 0))")
    assert [queries[name]["metric"]["stat"] for name in ("waiting", "deleted")] == ["Maximum", "Sum"]
    assert [query.get("return_data") for query in alarm["metric_query"]] == [True, None, None]


def test_duration_alarm_uses_the_99th_percentile(synthesized: Synthesized) -> None:
    alarm = named(synthesized(), "aws_cloudwatch_metric_alarm", "alarms_duration")
    assert (alarm["extended_statistic"], alarm["datapoints_to_alarm"], alarm["evaluation_periods"]) == ("p99", 2, 3)
    assert "statistic" not in alarm


@pytest.mark.parametrize(("environment", "namespace"), [({}, "queuesmith"), ({"POWERTOOLS_METRICS_NAMESPACE": "shop"}, "shop")])
def test_queue_wait_alarm_uses_the_handlers_metric(
    synthesized: Synthesized, environment: dict[str, str], namespace: str
) -> None:
    stack = synthesized(alarms={"queue_wait": 60}, function={"environment": environment})
    alarm = named(stack, "aws_cloudwatch_metric_alarm", "queue-wait")
    assert (alarm["namespace"], alarm["metric_name"], alarm["dimensions"]) == (
        namespace,
        "QueueWait",
        {"service": "test-orders"},
    )
    assert (alarm["extended_statistic"], alarm["threshold"]) == ("p99", 60_000)
    assert "queue-wait" not in json.dumps(synthesized())


def test_one_alarm_pages_for_lost_or_late_messages(synthesized: Synthesized) -> None:
    page = named(synthesized(), "aws_cloudwatch_composite_alarm", "page")
    assert page["alarm_name"] == "test-orders-page"
    assert [re.findall(r"alarms_([a-z-]+)_", part)[0] for part in page["alarm_rule"].split(" OR ")] == [
        "dead-letter-depth", "dead-letter-expiry", "oldest-message-age", "expiry"
    ]  # fmt: skip
    assert "alarm_actions" not in page
    pager = "arn:aws:sns:eu-west-1:111111111111:pager"
    paged = synthesized(environment={"alarm_destination": {"paging_topic_arn": pager}})
    assert named(paged, "aws_cloudwatch_composite_alarm", "page")["alarm_actions"] == [pager]


def test_no_composite_alarm_without_a_paging_alarm(synthesized: Synthesized) -> None:
    off = dict.fromkeys(("dead_letter_depth", "dead_letter_expiry", "oldest_message_age", "expiry"), False)
    assert "aws_cloudwatch_composite_alarm" not in synthesized(alarms=off)["resource"]


def test_topic_is_encrypted_with_a_key_that_cloudwatch_can_use(synthesized: Synthesized) -> None:
    stack = synthesized(environment={"alarm_destination": {"emails": ["a@example.com"]}})["resource"]
    (topic,), (key,) = stack["aws_sns_topic"].values(), stack["aws_kms_key"].values()
    assert topic["kms_master_key_id"].startswith("${aws_kms_key.")
    assert key["enable_key_rotation"] is True
    (policy,), (of_topic,) = stack["aws_kms_key_policy"].values(), stack["aws_sns_topic_policy"].values()
    statements = {item["Sid"]: item for item in json.loads(policy["policy"])["Statement"]}
    account = "${data.aws_arn.alarm-topic_here_"
    assert statements["AlarmsUseTheKey"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statements["AlarmsUseTheKey"]["Condition"]["StringEqualsIfExists"]["aws:SourceAccount"].startswith(account)
    assert [item["Effect"] for item in json.loads(of_topic["policy"])["Statement"]] == ["Allow", "Deny"]
    (mail,) = stack["aws_sns_topic_subscription"].values()
    assert (mail["protocol"], mail["endpoint"]) == ("email", "a@example.com")
