"""The time that messages wait in the queue: in their log lines, and as a metric."""

from __future__ import annotations

import json

import pytest

from queuesmith_worker import HandlerSettings, Worker
from queuesmith_worker.testing import FakeLambda, SqsMessage
from tests.unit.handler.world import Job, record

GOOD = {"id": "j"}


def worker(**variables: str) -> Worker[Job]:
    return Worker(Job, lambda _: None, HandlerSettings.from_environment(variables))


def waits(output: str) -> list[list[int]]:
    """The values of the metric, by line."""
    lines = [json.loads(line) for line in output.splitlines()]
    for line in lines:
        units = {metric["Name"]: metric["Unit"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
        assert units.get("QueueWait", "Milliseconds") == "Milliseconds"
    return [line["QueueWait"] for line in lines if "QueueWait" in line]


@pytest.mark.parametrize("concurrency", ["1", "3"])
def test_wait_ends_when_the_message_is_first_processed(
    fake_lambda: FakeLambda, capsys: pytest.CaptureFixture[str], concurrency: str
) -> None:
    messages = [SqsMessage(GOOD, age=60), SqsMessage(GOOD, age=5), SqsMessage(GOOD, age=90, receives=2)]
    result = fake_lambda.invoke(worker(WORKER_CONCURRENCY=concurrency), *messages)
    assert [message.log[0]["queue_wait_ms"] for message in result.messages] == pytest.approx([60_000, 5_000, 90_000], abs=900)
    (values,) = waits(capsys.readouterr().out)
    assert sorted(values) == pytest.approx([5_000, 60_000], abs=900), "the wait of a retry is not in the metric"


def test_earlier_messages_of_the_batch_are_part_of_the_wait(
    fake_lambda: FakeLambda, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = Worker(Job, lambda _: fake_lambda.clock.advance(7), HandlerSettings.from_environment({}))
    fake_lambda.invoke(slow, GOOD, GOOD)
    ((first, second),) = waits(capsys.readouterr().out)
    assert second - first == pytest.approx(7_000, abs=100)


def test_line_has_at_most_a_hundred_values(fake_lambda: FakeLambda, capsys: pytest.CaptureFixture[str]) -> None:
    fake_lambda.invoke(worker(), *[GOOD] * 250)
    output = capsys.readouterr().out
    assert [len(values) for values in waits(output)] == [100, 100, 50]
    counted = [json.loads(line)["Processed"] for line in output.splitlines() if "Processed" in line]
    assert counted == [[250]]


@pytest.mark.parametrize("sent", [None, "", "soon"])
def test_message_without_the_time_has_no_wait(
    fake_lambda: FakeLambda, capsys: pytest.CaptureFixture[str], sent: str | None
) -> None:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": sent}
    result = fake_lambda.invoke_event(worker(), {"Records": [record("a", attributes=attributes), record("b", attributes={})]})
    result.assert_outcomes("Processed")
    assert [message.log[0].get("queue_wait_ms") for message in result.messages] == [None, None]
    assert waits(capsys.readouterr().out) == []


def test_message_from_the_future_has_waited_for_nothing(fake_lambda: FakeLambda) -> None:
    """The clocks of SQS and of the function can differ."""
    result = fake_lambda.invoke(worker(), SqsMessage(GOOD, age=-5))
    assert result.messages[0].log[0]["queue_wait_ms"] == 0
