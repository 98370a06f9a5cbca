"""FIFO queues: order within a group, and groups that do not delay each other."""

from __future__ import annotations

import random

import pytest

from queuesmith_worker import HandlerSettings, NonRetryable
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, FakeSqs
from tests.unit.handler.world import Job, Run, body, metrics, record


class Groups:
    """A worker that records what it processed, in order."""

    def __init__(self, **variables: str) -> None:
        self.worked: list[str] = []
        self.run = Run(self._handle, HandlerSettings.from_environment(variables))

    def _handle(self, job: Job) -> None:
        if job.kind == "fails":
            raise RuntimeError("away")
        if job.kind == "never":
            raise NonRetryable("no")
        self.worked.append(job.id)


def failing(id: str, group: str, receives: int = 1, kind: str = "fails") -> dict[str, object]:
    return record(id, body(id, kind), group=group, receives=receives)


def test_failure_returns_the_rest_of_its_group_and_no_other_group(
    capsys: pytest.CaptureFixture[str],
) -> None:
    groups = Groups()
    batch = (
        record("a1", group="a"),
        failing("a2", "a"),
        record("b1", group="b"),
        record("a3", group="a"),
        record("b2", group="b"),
    )
    assert groups.run(*batch) == ["a2", "a3"]
    assert groups.worked == ["a1", "b1", "b2"]
    assert metrics(capsys.readouterr().out) == {"Processed": 3, "Failed": 1, "HeldBack": 1}
    assert groups.run.lines()[-1]["held_back"] == 1


def test_failed_group_is_processed_in_the_next_invocation() -> None:
    groups = Groups()
    assert groups.run(failing("a1", "a"), record("a2", group="a")) == ["a1", "a2"]
    assert groups.run(record("a1", group="a"), record("a2", group="a")) == []
    assert groups.worked == ["a1", "a2"]


def test_all_groups_can_fail_without_failing_the_invocation() -> None:
    assert Groups().run(failing("a1", "a"), record("a2", group="a"), failing("b1", "b")) == ["a1", "a2", "b1"]


def test_group_id_does_not_make_a_queue_fifo() -> None:
    """Fair queues are standard queues whose messages have groups."""
    groups = Groups()
    fair = [
        {**item, "eventSourceARN": "arn:aws:sqs:eu-west-1:1:orders"} for item in (failing("a1", "a"), record("a2", group="a"))
    ]
    assert groups.run(*fair) == ["a1"]
    assert groups.worked == ["a2"]


def test_non_retryable_message_does_not_block_its_group() -> None:
    groups = Groups(WORKER_DEAD_LETTER_QUEUE_URL=f"{DLQ_URL}.fifo")
    assert groups.run(record("a1", group="a"), failing("a2", "a", kind="never"), record("a3", group="a")) == []
    assert groups.worked == ["a1", "a3"]


def test_group_waits_if_the_dlq_refuses_its_message() -> None:
    groups = Groups(WORKER_DEAD_LETTER_QUEUE_URL=f"{DLQ_URL}.fifo")
    refusing = FakeSqs(lambda *_: True)
    run = Run(groups._handle, groups.run.settings, refusing)
    assert run(failing("a1", "a", kind="never"), record("a2", group="a")) == ["a1", "a2"]


@pytest.mark.parametrize(("receives", "returned"), [(4, ["a1", "a2"]), (5, ["a1"]), (6, ["a1"])])
def test_failed_message_on_its_last_receive_does_not_block_its_group(receives: int, returned: list[str]) -> None:
    groups = Groups(WORKER_MAX_RECEIVE_COUNT="5")
    assert groups.run(failing("a1", "a", receives), record("a2", group="a", receives=receives)) == returned
    assert groups.worked == (["a2"] if returned == ["a1"] else [])


def test_group_always_waits_if_the_last_receive_is_unknown() -> None:
    groups = Groups()
    assert groups.run(failing("a1", "a", 1_000), record("a2", group="a")) == ["a1", "a2"]


def test_running_out_of_time_keeps_the_order_on_the_last_receive_too() -> None:
    groups = Groups(WORKER_MAX_RECEIVE_COUNT="5", WORKER_TIME_FLOOR="60")
    batch = [record(each, group="a", receives=5) for each in ("a1", "a2", "a3")]
    assert groups.run(*batch) == ["a2", "a3"]


def test_returned_messages_of_a_group_have_the_same_delay() -> None:
    random.seed(1)
    groups = Groups(WORKER_QUEUE_URL=QUEUE_URL, WORKER_BACKOFF_BASE="10000", WORKER_BACKOFF_CAP="40000")
    groups.run(failing("a1", "a"), failing("b1", "b"), record("a2", group="a"), record("b2", group="b"))
    delays = {
        request["ReceiptHandle"]: request["VisibilityTimeout"] for request in groups.run.sqs.of("ChangeMessageVisibility")
    }
    assert delays["handle-a1"] == delays["handle-a2"]
    assert delays["handle-b1"] == delays["handle-b2"]
    assert delays["handle-a1"] != delays["handle-b1"]
