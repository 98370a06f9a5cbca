"""The visibility timeout of failed messages."""

from __future__ import annotations

import pytest
from botocore.exceptions import ReadTimeoutError

from queuesmith_worker import HandlerSettings, backoff
from queuesmith_worker.backoff import delay
from queuesmith_worker.testing import QUEUE_URL, FakeSqs
from tests.unit.handler.world import Job, Run, metrics, record


def settings(**variables: str) -> HandlerSettings:
    return HandlerSettings.from_environment({"WORKER_QUEUE_URL": QUEUE_URL, **variables})


def fail(_: Job) -> None:
    raise RuntimeError("away")


@pytest.mark.parametrize(
    ("receives", "longest"), [(1, 2), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (10, 300), (1_000, 300), (10**9, 300)]
)
def test_longest_delay_doubles_with_each_receive_up_to_the_cap(receives: int, longest: int) -> None:
    assert delay(receives, base=2, cap=300, pick=lambda _, high: high) == longest


def test_delay_is_between_zero_and_the_longest() -> None:
    assert {delay(2, base=2, cap=300) for _ in range(2_000)} == {0, 1, 2, 3, 4}


def test_failed_message_is_invisible_for_the_delay_and_returned(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(fail, settings(WORKER_BACKOFF_BASE="5", WORKER_BACKOFF_CAP="60"))
    ids = [f"m-{number}" for number in range(6)]
    assert run(*(record(each, receives=6 - number) for number, each in enumerate(ids))) == ids
    requests = run.sqs.of("ChangeMessageVisibility")[::-1]
    assert [(request["QueueUrl"], request["ReceiptHandle"]) for request in requests] == [
        (QUEUE_URL, f"handle-{each}") for each in ids[::-1]
    ]
    for request, longest in zip(requests, (5, 10, 20, 40, 60, 60), strict=True):
        assert 0 <= request["VisibilityTimeout"] <= longest
    assert [line["retry_after"] for line in run.lines()] == [request["VisibilityTimeout"] for request in requests[::-1]]
    assert metrics(capsys.readouterr().out) == {"Failed": 6, "BackedOff": 6}


def test_visibility_of_processed_messages_is_not_changed() -> None:
    run = Run(lambda _: None, settings())
    run(record("a"), record("b"))
    assert run.sqs.requests == []


def test_without_the_setting_the_queues_visibility_timeout_applies() -> None:
    run = Run(fail)
    assert run(record("m")) == ["m"]
    assert run.sqs.requests == []
    assert "retry_after" not in run.lines()[0]


def test_refused_visibility_change_still_returns_the_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    operations: list[str] = []

    def refuse(operation: str, _: object) -> bool:
        operations.append(operation)
        return True

    run = Run(fail, settings(), FakeSqs(refuse))
    assert run(record("a"), record("b"), record("c")) == ["a", "b", "c"]
    assert operations == ["ChangeMessageVisibility"]
    assert [line["message"] for line in run.lines()] == ["visibility timeout not changed", *["message failed"] * 3]
    assert metrics(capsys.readouterr().out) == {"Failed": 3}
    run(record("a"))
    assert len(operations) == 2, "the next invocation tries again"


def test_lost_response_is_logged_and_the_message_counts_as_failed(capsys: pytest.CaptureFixture[str]) -> None:
    def lose(*_: object) -> bool:
        raise ReadTimeoutError(endpoint_url="https://sqs")

    run = Run(fail, settings(), FakeSqs(lose))
    assert run(record("a"), record("b")) == ["a", "b"]
    assert [line["message"] for line in run.lines()] == ["visibility timeout not changed", *["message failed"] * 2]
    assert metrics(capsys.readouterr().out) == {"Failed": 2}


def test_message_that_the_dlq_refuses_is_delayed_too() -> None:
    run = Run(fail, settings())
    assert run(record("m", "no JSON")) == ["m"]
    assert len(run.sqs.of("ChangeMessageVisibility")) == 1


@pytest.mark.parametrize("code", ["MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"])
def test_one_failed_visibility_change_does_not_stop_the_others(code: str) -> None:
    run = Run(fail, settings(), FakeSqs(lambda _, request: request["ReceiptHandle"] == "handle-a", code=f"AWS.{code}"))
    assert run(record("a"), record("b"), record("c")) == ["a", "b", "c"]
    assert [request["ReceiptHandle"] for request in run.sqs.of("ChangeMessageVisibility")] == ["handle-b", "handle-c"]


@pytest.mark.parametrize(("receives", "hidden"), [(2, "for a while"), (3, "not at all"), (4, "for a while")])
def test_message_on_its_last_receive_is_not_delayed(
    receives: int, hidden: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS then moves it to the DLQ soon. A count above the maximum shows that the variable and the queue disagree."""
    monkeypatch.setattr(backoff, "delay", lambda *_: 40)
    run = Run(fail, settings(WORKER_MAX_RECEIVE_COUNT="3"))
    assert run(record("m", receives=receives)) == ["m"]
    (request,) = run.sqs.of("ChangeMessageVisibility")
    assert request["VisibilityTimeout"] == (0 if hidden == "not at all" else 40)
    counted = {"Failed": 1} if hidden == "not at all" else {"Failed": 1, "BackedOff": 1}
    assert metrics(capsys.readouterr().out) == counted
    assert run.lines()[0].get("retry_after") == (None if hidden == "not at all" else 40)


def test_fifo_message_on_its_last_receive_does_not_delay_its_group() -> None:
    run = Run(fail, settings(WORKER_MAX_RECEIVE_COUNT="3"))
    assert run(record("m", receives=3, group="g"), record("n", receives=3, group="g")) == ["m", "n"]
    assert [request["VisibilityTimeout"] for request in run.sqs.of("ChangeMessageVisibility")] == [0, 0]


class Slow:
    """A worker whose visibility changes take time, and whose messages all fail."""

    def __init__(self, seconds: float) -> None:
        self.run = Run(fail, settings(), FakeSqs(self._takes_its_time))
        self.seconds = seconds

    def _takes_its_time(self, *_: object) -> bool:
        self.run.clock.now += self.seconds
        return False


@pytest.mark.parametrize("seconds", [0.1, 1.0, 1.9, 4.5])
@pytest.mark.parametrize("group", [None, "g"])
def test_visibility_changes_end_before_the_invocation_times_out(seconds: float, group: str | None) -> None:
    slow = Slow(seconds)
    begin = slow.run.clock()
    ids = [f"m{number}" for number in range(30)]
    assert slow.run(*(record(each, group=group) for each in ids), remaining=10.0) == ids
    assert slow.run.clock() - begin <= 10.0
    hidden = len(slow.run.sqs.of("ChangeMessageVisibility"))
    assert hidden == {0.1: 30, 1.0: 10, 1.9: 5, 4.5: 2}[seconds]
    reasons = [line.get("reason") for line in slow.run.lines() if line["message"] == "visibility timeout not changed"]
    assert reasons == (["too little time is left"] if hidden < 30 and group else [])
