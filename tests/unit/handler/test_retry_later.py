"""`RetryLater`: a message that is delivered again after a time of the function's choice."""

from __future__ import annotations

import math
from typing import Any

import pytest

from queuesmith_worker import HandlerSettings, RetryLater, Worker
from queuesmith_worker.testing import QUEUE_URL, FakeLambda, SqsMessage
from tests.unit.handler.world import Job, metrics

BACKOFF = {"WORKER_QUEUE_URL": QUEUE_URL, "WORKER_MAX_RECEIVE_COUNT": "3"}


def worker(seconds: float, **variables: str) -> Worker[Job]:
    def handle(job: Job) -> None:
        if job.kind == "later":
            raise RetryLater(seconds, "the service limits the rate")

    return Worker(Job, handle, HandlerSettings.from_environment(variables))


LATER = {"id": "a", "kind": "later"}


@pytest.mark.parametrize(
    ("seconds", "delay"), [(0, 0), (0.2, 1), (90, 90), (41_400, 41_400), (41_401, 41_400), (10**12, 41_400), (math.inf, 41_400)]
)
def test_message_is_invisible_for_the_time(
    fake_lambda: FakeLambda, seconds: float, delay: int, capsys: pytest.CaptureFixture[str]
) -> None:
    result = fake_lambda.invoke(worker(seconds, **BACKOFF), LATER, {"id": "b"})
    result.assert_outcomes("RetryLater", "Processed")
    assert (result.returned, result["message-1"].retry_after) == (["message-1"], delay)
    (line,) = result["message-1"].log
    assert (line["message"], line["level"]) == ("message is retried later", "INFO")
    assert (line["reason"], line["retry_after"]) == ("the service limits the rate", delay)
    assert metrics(capsys.readouterr().out) == {"RetryLater": 1, "Processed": 1, "BackedOff": 1}


def test_without_backoff_the_queues_visibility_timeout_applies(fake_lambda: FakeLambda) -> None:
    result = fake_lambda.invoke(worker(90), LATER)
    result.assert_outcomes("RetryLater")
    assert (result.returned, result["message-1"].retry_after, fake_lambda.sqs.requests) == (["message-1"], None, [])


def test_last_attempt_moves_to_the_dlq_without_a_delay(fake_lambda: FakeLambda) -> None:
    result = fake_lambda.invoke(worker(90, **BACKOFF), SqsMessage(LATER, receives=3))
    result.assert_outcomes("RetryLater")
    assert (result.returned, result["message-1"].retry_after) == (["message-1"], 0)


@pytest.mark.parametrize("concurrency", ["1", "4"])
def test_message_group_waits_with_it(fake_lambda: FakeLambda, concurrency: str) -> None:
    messages = [SqsMessage(body, group=group) for body, group in ((LATER, "a"), ({"id": "b"}, "a"), ({"id": "c"}, "b"))]
    result = fake_lambda.invoke(worker(90, **BACKOFF, WORKER_CONCURRENCY=concurrency), *messages, queue="jobs.fifo")
    result.assert_outcomes("RetryLater", "HeldBack", "Processed")
    assert [message.retry_after for message in result.messages] == [90, 90, None]


def test_message_group_does_not_wait_on_the_last_attempt(fake_lambda: FakeLambda) -> None:
    messages = [SqsMessage(LATER, group="a", receives=3), SqsMessage({"id": "b"}, group="a", receives=3)]
    fake_lambda.invoke(worker(90, **BACKOFF), *messages, queue="jobs.fifo").assert_outcomes("RetryLater", "Processed")


@pytest.mark.parametrize("seconds", [-1, math.nan, -math.inf])
def test_wrong_number_of_seconds_is_refused(seconds: Any) -> None:
    with pytest.raises(ValueError, match=rf"^RetryLater: seconds is {seconds}, but must be 0 or more$"):
        RetryLater(seconds)
