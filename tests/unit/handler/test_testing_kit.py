"""The kit for tests of one's own handler: its events, outcomes, assertions and fixtures."""

from __future__ import annotations

import subprocess
import sys

import pytest
from botocore.exceptions import ParamValidationError
from pydantic import BaseModel

from queuesmith_worker import AlreadyDone, HandlerSettings, NonRetryable, Worker, logger
from queuesmith_worker.outcomes import BatchError
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, FakeLambda, SqsMessage, sqs_event
from tests.conftest import ROOT


class Job(BaseModel):
    kind: str


def handle(job: Job) -> None:
    if job.kind == "fails":
        raise RuntimeError("the service is away")
    if job.kind == "never":
        raise NonRetryable("the account is closed")
    if job.kind == "done":
        raise AlreadyDone("it is in the table")
    logger.info("working")


def worker(**variables: str) -> Worker[Job]:
    return Worker(Job, handle, HandlerSettings.from_environment(variables))


BOTH = {"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL, "WORKER_QUEUE_URL": QUEUE_URL}


def test_each_message_has_its_outcome_reason_and_delay(fake_lambda: FakeLambda) -> None:
    kinds = ("good", "done", "never", "fails")
    result = fake_lambda.invoke(worker(**BOTH), *({"kind": kind} for kind in kinds), "not JSON")
    result.assert_outcomes("Processed", "Duplicate", "NonRetryable", "Failed", "NonRetryable")
    assert result.returned == ["message-4"]
    assert result["message-4"].is_returned
    assert result["message-4"].reason == "RuntimeError: the service is away"
    assert result["message-4"].retry_after == result["message-4"].log[0]["retry_after"]
    assert (result["message-1"].reason, result["message-1"].retry_after) == (None, None)
    assert [line["message"] for line in result["message-1"].log] == ["working", "message processed"]
    assert [(copy.body, copy.reason) for copy in result.dead_letters] == [
        ('{"kind":"never"}', "NonRetryable: the account is closed"),
        ("not JSON", "InvalidMessageError: Invalid JSON: expected ident at line 1 column 2"),
    ]


def test_second_invocation_has_only_its_own_results(fake_lambda: FakeLambda) -> None:
    fake_lambda.invoke(worker(**BOTH), {"kind": "never"})
    result = fake_lambda.invoke(worker(**BOTH), {"kind": "good"})
    assert (result.outcomes, result.dead_letters, len(result.log)) == (["Processed"], (), 2)
    assert len(fake_lambda.sqs.dead_letters) == 1


def test_unexpected_outcomes_are_named_with_reason_and_traceback(fake_lambda: FakeLambda) -> None:
    result = fake_lambda.invoke(worker(), {"kind": "good"}, {"kind": "fails"})
    result.assert_outcomes("Processed", "Failed")
    with pytest.raises(AssertionError) as error:
        result.assert_outcomes("Processed")
    first, *rest = str(error.value).splitlines()
    assert first == "message-2 is Failed instead of Processed: RuntimeError: the service is away"
    assert 'raise RuntimeError("the service is away")' in "\n".join(rest)
    with pytest.raises(AssertionError, match=r"^expected 3 outcomes, but the batch has 2 messages$"):
        result.assert_outcomes("Processed", "Failed", "Failed")
    with pytest.raises(KeyError, match=r"the batch has no message 'm-1'. Its messages: message-1, message-2"):
        result["m-1"]


def test_fifo_queue_holds_back_the_group(fake_lambda: FakeLambda) -> None:
    messages = [SqsMessage(Job(kind=kind), group=group) for kind, group in (("fails", "a"), ("good", "a"), ("good", "b"))]
    fake_lambda.invoke(worker(), *messages, queue="jobs.fifo").assert_outcomes("Failed", "HeldBack", "Processed")
    with pytest.raises(ValueError, match=r"^message-1 has no group, but the queue jobs.fifo is FIFO. Use SqsMessage\(body, gr"):
        fake_lambda.invoke(worker(), {"kind": "good"}, queue="jobs.fifo")


def test_time_passes_only_if_the_test_says_so(fake_lambda: FakeLambda) -> None:
    slow = Worker(Job, lambda _: fake_lambda.clock.advance(20), HandlerSettings.from_environment({}))
    fake_lambda.invoke(slow, *[{"kind": "good"}] * 3, timeout=45).assert_outcomes("Processed", "Processed", "OutOfTime")


def test_refused_copy_returns_the_message(fake_lambda: FakeLambda) -> None:
    fake_lambda.sqs.refuse("SendMessage")
    result = fake_lambda.invoke(worker(**BOTH), {"kind": "never"})
    result.assert_outcomes("Failed")
    assert result.dead_letters == ()


def test_request_that_boto3_refuses_is_refused(fake_lambda: FakeLambda) -> None:
    with pytest.raises(ParamValidationError):
        fake_lambda.sqs.client.send_message(QueueUrl=DLQ_URL)  # type: ignore[call-arg]


def test_errors_of_the_handler_are_raised(fake_lambda: FakeLambda) -> None:
    with pytest.raises(BatchError):
        fake_lambda.invoke(worker(WORKER_PARTIAL_BATCH_RESPONSES="false"), {"kind": "fails"})
    with pytest.raises(ValueError, match=r"^the handler did not pass message-1 to a Worker$"):
        fake_lambda.invoke(lambda _event, _context: {"batchItemFailures": []}, {"kind": "good"})


def test_event_has_what_lambda_sends() -> None:
    message = SqsMessage(b"\x00", "m", "tenant", receives=3, age=60, attributes={"a": "x", "n": 2.5, "raw": b"\x01"})
    (record,) = sqs_event(message)["Records"]
    assert (record["messageId"], record["body"], record["eventSource"]) == ("m", "AA==", "aws:sqs")
    assert record["messageAttributes"] == {
        "a": {"stringValue": "x", "dataType": "String"},
        "n": {"stringValue": "2.5", "dataType": "Number"},
        "raw": {"binaryValue": "AQ==", "dataType": "Binary"},
    }
    attributes = record["attributes"]
    assert (attributes["ApproximateReceiveCount"], attributes["MessageGroupId"]) == ("3", "tenant")
    assert int(attributes["ApproximateFirstReceiveTimestamp"]) - int(attributes["SentTimestamp"]) == pytest.approx(
        60_000, abs=1
    )
    (fifo,) = sqs_event(SqsMessage("x", group="g"), queue="jobs.fifo")["Records"]
    assert (fifo["eventSourceARN"].rpartition(":")[2], fifo["attributes"]["MessageDeduplicationId"]) == (
        "jobs.fifo",
        "message-1",
    )


def test_toolkit_does_not_load_the_kit() -> None:
    code = "import sys, queuesmith_worker; print(sorted({'queuesmith_worker.testing', 'pytest', 'boto3'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
