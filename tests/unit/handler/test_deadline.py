"""Processing stops before the function's timeout, and the other messages are returned to the queue."""

from __future__ import annotations

import pytest

from queuesmith_worker import HandlerSettings
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.testing import QUEUE_URL
from tests.unit.handler.world import Job, Run, body, metrics, record


def slow(seconds: dict[str, float], **variables: str) -> Run:
    """A worker whose messages take this many seconds, by id. The others take none."""

    def handle(job: Job) -> None:
        run.clock.now += seconds.get(job.id, 0.0)
        if job.kind == "fails":
            raise RuntimeError

    run = Run(handle, HandlerSettings.from_environment(variables))
    return run


@pytest.mark.parametrize(
    ("needed", "minimum", "remaining", "come"),
    [(1.0, 0.5, 1.0, False), (1.0, 0.5, 0.99, True), (0.1, 0.5, 0.5, False), (0.1, 0.5, 0.49, True), (0, 0, 0, False)],
)
def test_remaining_time_is_compared_with_the_slowest_record_or_the_minimum(
    needed: float, minimum: float, remaining: float, come: bool
) -> None:
    deadline = Deadline(90.0, 10.0, minimum)
    deadline.add(needed)
    assert (100.0 - remaining > deadline.latest) is come


@pytest.mark.parametrize(("remaining", "minimum"), [(1.0, 0.1), (3.0, 0.3), (10.0, 1.0), (900.0, 1.0)])
def test_default_minimum_is_a_tenth_of_the_time_and_at_most_a_second(remaining: float, minimum: float) -> None:
    deadline = Deadline(100.0, remaining)
    deadline.add(0.001)
    assert deadline.latest == pytest.approx(100.0 + remaining - minimum)


def test_first_record_is_always_processed() -> None:
    assert slow({}, WORKER_TIME_FLOOR="60")(record("a"), record("b"), remaining=5) == ["b"]


def test_records_that_cannot_finish_are_returned_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    run = slow({"a": 4.0, "b": 0.5})
    assert run(*map(record, "abcde"), remaining=8) == ["c", "d", "e"]
    assert metrics(capsys.readouterr().out) == {"Processed": 2, "OutOfTime": 3}
    *_, last = run.lines()
    assert (last["level"], last["message"], last["out_of_time"]) == (
        "WARN",
        "messages returned to the queue unprocessed",
        3,
    )
    assert "message_id" not in last


def test_slow_record_does_not_affect_the_next_invocation() -> None:
    run = slow({"a": 4.0})
    assert run(record("a"), record("b"), remaining=6) == ["b"]
    assert run(record("b"), record("c"), remaining=3) == []


def test_duration_of_failed_records_counts_too() -> None:
    run = slow({"a": 4.0})
    assert run(record("a", body("a", "fails")), record("b"), remaining=6) == ["a", "b"]


def test_nothing_is_returned_if_there_is_time_for_all() -> None:
    run = slow(dict.fromkeys("abcde", 1.0))
    assert run(*map(record, "abcde"), remaining=6.0) == []
    assert [line["message"] for line in run.lines()] == ["message processed"] * 5
    assert [line["duration_ms"] for line in run.lines()] == [1000.0] * 5


def test_records_nearest_to_the_dlq_are_processed_first() -> None:
    run = slow(dict.fromkeys("abcd", 3.0))
    batch = [record(each, receives=receives) for each, receives in (("a", 1), ("b", 4), ("c", 1), ("d", 2))]
    assert run(*batch, remaining=7) == ["a", "c"]
    assert [line["message_id"] for line in run.lines()[:2]] == ["b", "d"]


def test_whole_group_counts_as_out_of_time(capsys: pytest.CaptureFixture[str]) -> None:
    run = slow(dict.fromkeys("abcd", 3.0), WORKER_QUEUE_URL=QUEUE_URL)
    batch = [record("f", body("f", "fails"), group="2"), record("f2", group="2"), *(record(each, group="1") for each in "abcd")]
    assert run(*batch, remaining=7) == ["f", "f2", "c", "d"]
    assert metrics(capsys.readouterr().out) == {"Processed": 2, "Failed": 1, "BackedOff": 2, "HeldBack": 1, "OutOfTime": 2}
    assert [request["ReceiptHandle"] for request in run.sqs.of("ChangeMessageVisibility")] == ["handle-f", "handle-f2"]
