"""Each outcome of a message: what is retried, what goes to the DLQ, what is counted and what is logged."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest

from queuesmith_worker import AlreadyDone, HandlerSettings, NonRetryable, logger
from queuesmith_worker.outcomes import BatchError, EventError
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, FakeSqs
from tests.unit.handler.world import Job, Run, body, metrics, record

WITH_DLQ = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL})


def act(job: Job) -> None:
    """The behaviour of each kind of message in these tests."""
    match job.kind:
        case "done before":
            raise AlreadyDone(f"job {job.id} is in the table")
        case "never":
            raise NonRetryable("the account is closed")
        case "fails":
            raise RuntimeError("the service is away")


@dataclass(frozen=True)
class Row:
    text: str
    returned: bool
    dead: bool
    metric: str
    level: str
    message: str
    reason: str | None = None


ROWS = {
    "good": Row(body("m"), False, False, "Processed", "INFO", "message processed"),
    "done before": Row(
        body("m", "done before"), False, False, "Duplicate", "INFO", "message already done", "job m is in the table"
    ),
    "never": Row(
        body("m", "never"),
        False,
        True,
        "NonRetryable",
        "WARN",
        "message sent to the DLQ",
        "NonRetryable: the account is closed",
    ),
    "not JSON": Row(
        "not JSON",
        False,
        True,
        "NonRetryable",
        "WARN",
        "message sent to the DLQ",
        "InvalidMessageError: Invalid JSON: expected ident at line 1 column 2",
    ),
    "not a job": Row(
        '{"kind": 3, "x": 1}',
        False,
        True,
        "NonRetryable",
        "WARN",
        "message sent to the DLQ",
        "InvalidMessageError: id: Field required; kind: Input should be a valid string; x: Extra inputs are not permitted",
    ),
    "empty": Row(
        "",
        False,
        True,
        "NonRetryable",
        "WARN",
        "message sent to the DLQ",
        "InvalidMessageError: Invalid JSON: EOF while parsing a value at line 1 column 0",
    ),
    "fails": Row(body("m", "fails"), True, False, "Failed", "WARN", "message failed", "RuntimeError: the service is away"),
}


@pytest.mark.parametrize("name", ROWS)
def test_each_kind_of_message_has_its_outcome(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    row = ROWS[name]
    run = Run(act, WITH_DLQ)
    assert run(record("m", row.text, receives=3)) == (["m"] if row.returned else [])
    assert [request["MessageBody"] for request in run.sqs.of("SendMessage")] == ([row.text] if row.dead else [])
    assert metrics(capsys.readouterr().out) == {row.metric: 1}
    (line,) = run.lines()
    assert (line["level"], line["message"], line.get("reason")) == (row.level, row.message, row.reason)
    assert (line["message_id"], line["receive_count"], line["queue"]) == ("m", 3, "orders")
    assert line["duration_ms"] >= 0
    assert line["function_request_id"]


@pytest.mark.parametrize("name", ROWS)
def test_no_kind_of_message_affects_the_rest_of_its_batch(name: str) -> None:
    row = ROWS[name]
    worked: list[str] = []

    def handle(job: Job) -> None:
        act(job)
        worked.append(job.id)

    run = Run(handle, WITH_DLQ)
    for turn in ("cold", "warm"):
        records = (record(f"{turn}-1"), record("m", row.text), record(f"{turn}-2"))
        assert run(*records) == (["m"] if row.returned else [])
    assert [each for each in worked if each != "m"] == ["cold-1", "cold-2", "warm-1", "warm-2"]


def test_all_messages_can_fail_without_failing_the_invocation() -> None:
    run = Run(act)
    ids = [f"m-{number}" for number in range(10)]
    assert run(*(record(each, body(each, "fails")) for each in ids)) == ids


def test_failure_is_logged_with_its_traceback() -> None:
    run = Run(act)
    run(record("m", body("m", "fails")))
    (line,) = run.lines()
    assert line["exception_name"] == "RuntimeError"
    assert 'raise RuntimeError("the service is away")' in line["exception"]


def test_rejected_message_is_not_logged() -> None:
    run = Run(act, WITH_DLQ)
    run(record("m", '{"id": ["secret-customer"]}'))
    assert "id: Input should be a valid string" in run.log.getvalue()
    assert "secret-customer" not in run.log.getvalue()


def test_error_without_a_text_is_a_failure(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(logger.name), "propagate", False)  # pytest's own handler raises

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def handle(_: Job) -> None:
        raise MuteError

    run = Run(handle)
    assert run(record("a"), record("b")) == ["a", "b"]
    assert [(line["message_id"], line["reason"]) for line in run.lines()] == [
        ("a", "MuteError: its text is not available"),
        ("b", "MuteError: its text is not available"),
    ]
    assert metrics(capsys.readouterr().out) == {"Failed": 2}


@pytest.mark.parametrize("kind", ["never", "not JSON"])
def test_non_retryable_message_is_retried_if_no_dlq_is_set(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(act)
    assert run(record("m", ROWS[kind].text)) == ["m"]
    assert run.sqs.requests == []
    assert metrics(capsys.readouterr().out) == {"Failed": 1}


def test_message_that_the_dlq_refuses_is_not_deleted(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(act, WITH_DLQ, FakeSqs(lambda operation, _: operation == "SendMessage"))
    assert run(record("a"), record("m", body("m", "never")), record("b")) == ["m"]
    assert metrics(capsys.readouterr().out) == {"Processed": 2, "Failed": 1}
    (line,) = (line for line in run.lines() if line["message_id"] == "m")
    assert line["reason"].startswith(
        "NonRetryable: the account is closed. The copy could not be sent to the DLQ: ClientError: "
    )


def test_nothing_is_sent_to_the_queue_itself() -> None:
    run = Run(act, HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL, "WORKER_QUEUE_URL": QUEUE_URL}))
    run(*(record(f"m-{number}", row.text) for number, row in enumerate(ROWS.values())))
    assert {request["QueueUrl"] for request in run.sqs.of("SendMessage")} == {DLQ_URL}


def test_without_partial_responses_one_failure_returns_all_messages() -> None:
    run = Run(act, HandlerSettings.from_environment({"WORKER_PARTIAL_BATCH_RESPONSES": "false"}))
    assert run(record("a"), record("b")) == []
    with pytest.raises(BatchError, match="1 of 2 messages failed, and the whole batch returns to the queue"):
        run(record("a"), record("m", body("m", "fails")))


def test_errors_that_end_the_process_fail_the_batch() -> None:
    def leave(_: Job) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        Run(leave)(record("m"))


NO_BATCH = "the event is not a batch of SQS messages: it has no list of Records. It is"
BROKEN: list[tuple[Any, str]] = [
    ({}, f"{NO_BATCH} an empty object"),
    ({"a": 1, "b": 2}, f"{NO_BATCH} an object with the keys a, b"),
    ({"Records": {"a": 1}}, f"{NO_BATCH} an object with the keys Records"),
    ([], f"{NO_BATCH} of the type list"),
    (None, f"{NO_BATCH} of the type NoneType"),
    ({"Records": []}, "the event has no records. Lambda invokes a function with at least one SQS message"),
    ({"Records": [3]}, "record 0 is not an SQS message: it has no eventSource. Only an SQS queue can invoke this function"),
    (
        {"Records": [record("a"), {"EventSource": "aws:sns", "Sns": {}}]},
        "record 1 is not an SQS message: its eventSource is aws:sns. Only an SQS queue can invoke this function",
    ),
    ({"Records": [{**record("a"), "messageId": ""}]}, "record 0 has no messageId"),
    ({"Records": [{**record("a"), "messageId": None}]}, "record 0 has no messageId"),
    ({"Records": [{**record("a"), "messageId": {"id": "a"}}]}, "record 0 has no messageId"),
    ({"Records": [{**record("a"), "body": None}]}, "record 0 has no body"),
    ({"Records": [{**record("a"), "attributes": "x"}]}, "record 0 has attributes that are not those of an SQS message"),
]


@pytest.mark.parametrize(("event", "problem"), BROKEN)
def test_event_that_is_not_an_sqs_batch_is_refused(event: Any, problem: str) -> None:
    worked: list[Job] = []
    run = Run(worked.append)
    with pytest.raises(EventError) as error:
        run.response(event)
    assert str(error.value) == problem
    assert worked == []


def test_a_record_without_a_receive_count_counts_as_the_first() -> None:
    run = Run(act)
    assert run(record("m", body("m", "fails"), attributes={})) == ["m"]
    assert run.lines()[0]["receive_count"] == 1
