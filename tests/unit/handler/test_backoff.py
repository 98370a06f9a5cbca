"""How long a failed message is hidden."""

from __future__ import annotations

import pytest

from handlers.worker import Settings
from handlers.worker.backoff import delay
from tests.unit.handler.world import QUEUE, Job, Run, Sqs, metrics, record


def settings(**variables: str) -> Settings:
    return Settings.from_environment({"WORKER_QUEUE_URL": QUEUE, **variables})


def fail(_: Job) -> None:
    raise RuntimeError("away")


@pytest.mark.parametrize(
    ("receives", "longest"), [(1, 2), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (10, 300), (1_000, 300), (10**9, 300)]
)
def test_the_longest_delay_doubles_with_each_receive_up_to_the_cap(receives: int, longest: int) -> None:
    assert delay(receives, base=2, cap=300, pick=lambda _, high: high) == longest


def test_the_delay_is_anything_from_nothing_to_the_longest() -> None:
    assert {delay(2, base=2, cap=300) for _ in range(2_000)} == {0, 1, 2, 3, 4}


def test_a_failed_message_is_hidden_for_that_long_and_still_returned(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(fail, settings(WORKER_BACKOFF_BASE="5", WORKER_BACKOFF_CAP="60"))
    ids = [f"m-{number}" for number in range(6)]
    assert run(*(record(each, receives=6 - number) for number, each in enumerate(ids))) == ids
    requests = run.sqs.of("ChangeMessageVisibility")[::-1]
    assert [(request["QueueUrl"], request["ReceiptHandle"]) for request in requests] == [
        (QUEUE, f"handle-{each}") for each in ids[::-1]
    ]
    for request, longest in zip(requests, (5, 10, 20, 40, 60, 60), strict=True):
        assert 0 <= request["VisibilityTimeout"] <= longest
    assert [line["retry_after"] for line in run.lines()] == [request["VisibilityTimeout"] for request in requests[::-1]]
    assert metrics(capsys.readouterr().out) == {"Failed": 6, "BackedOff": 6}


def test_what_succeeds_is_not_touched() -> None:
    run = Run(lambda _: None, settings())
    run(record("a"), record("b"))
    assert run.sqs.requests == []


def test_without_the_setting_the_queues_own_timeout_holds() -> None:
    run = Run(fail)
    assert run(record("m")) == ["m"]
    assert run.sqs.requests == []
    assert "retry_after" not in run.lines()[0]


def test_where_it_is_refused_the_message_comes_back_all_the_same_and_it_is_not_tried_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[str] = []

    def refuse(operation: str, _: object) -> bool:
        asked.append(operation)
        return True

    run = Run(fail, settings(), Sqs(refuse))
    assert run(record("a"), record("b"), record("c")) == ["a", "b", "c"]
    assert asked == ["ChangeMessageVisibility"]
    assert [line["message"] for line in run.lines()] == ["visibility not changed", *["message failed"] * 3]
    assert metrics(capsys.readouterr().out) == {"Failed": 3}
    run(record("a"))
    assert len(asked) == 2, "the next invocation tries again"


def test_what_the_dlq_does_not_take_is_hidden_too() -> None:
    run = Run(fail, settings())
    assert run(record("m", "no JSON")) == ["m"]
    assert len(run.sqs.of("ChangeMessageVisibility")) == 1


@pytest.mark.parametrize("code", ["MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"])
def test_where_one_message_cannot_be_hidden_the_others_are(code: str) -> None:
    run = Run(fail, settings(), Sqs(lambda _, request: request["ReceiptHandle"] == "handle-a", code=f"AWS.{code}"))
    assert run(record("a"), record("b"), record("c")) == ["a", "b", "c"]
    assert [request["ReceiptHandle"] for request in run.sqs.of("ChangeMessageVisibility")] == ["handle-b", "handle-c"]
