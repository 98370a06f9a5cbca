"""Redrive with an SQS move task: responses that no emulator gives, such as lost counts and refused cancellations.

tests/localstack/test_redrive.py has the rest, with real move tasks. The first test is quick, for `make test`.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from queuesmith.common.errors import AwsError
from queuesmith.common.signals import Stop
from queuesmith.operations.redriving import move_task, redrive_messages
from tests.unit.operator.conftest import DESTINATION, SOURCE

ASKED = {"SourceArn": SOURCE.arn, "MaxResults": 1}
DEPTH = {"Attributes": {"ApproximateNumberOfMessages": "10", "ApproximateNumberOfMessagesNotVisible": "0"}}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_task, "POLL", 0.0)


@pytest.fixture
def stub(stub: Stubber) -> Stubber:
    """The DLQ's depth is read first."""
    stub.add_response("get_queue_attributes", DEPTH, None)
    return stub


def task(status: str, moved: int, total: int = 10, **more: Any) -> dict[str, Any]:
    result = {
        "Status": status,
        "SourceArn": SOURCE.arn,
        "DestinationArn": DESTINATION.arn,
        "ApproximateNumberOfMessagesMoved": moved,
        "ApproximateNumberOfMessagesToMove": total,
        "StartedTimestamp": 2,
        **more,
    }
    return {"Results": [result]}


def test_task_is_started_with_its_destination_and_watched(sqs: Any, stub: Stubber) -> None:
    started = {"SourceArn": SOURCE.arn, "DestinationArn": DESTINATION.arn, "MaxNumberOfMessagesPerSecond": 50}
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, started)
    for moved, status in ((0, "RUNNING"), (4, "RUNNING"), (10, "COMPLETED")):
        stub.add_response("list_message_move_tasks", task(status, moved), ASKED)
    seen: list[int] = []
    done = redrive_messages(sqs, SOURCE, DESTINATION, rate=50, on_progress=lambda each: seen.append(each.moved))
    assert (done.method, done.state) == ("move task", "COMPLETED")
    assert (done.moved, done.approximate_count, done.not_moved) == (10, 10, 0)
    assert seen == [0, 4, 10]
    assert done.is_complete


def test_earlier_task_that_has_ended_is_ignored(sqs: Any, stub: Stubber) -> None:
    stub.add_response("list_message_move_tasks", task("COMPLETED", 99, 99, StartedTimestamp=1), ASKED)
    stub.add_response(
        "start_message_move_task", {"TaskHandle": "h"}, {"SourceArn": SOURCE.arn, "DestinationArn": DESTINATION.arn}
    )
    stub.add_response("list_message_move_tasks", task("COMPLETED", 99, 99, StartedTimestamp=1), ASKED)  # not yet listed
    stub.add_response("list_message_move_tasks", task("COMPLETED", 10), ASKED)
    assert redrive_messages(sqs, SOURCE, DESTINATION).moved == 10


def test_counts_that_change_after_the_end_are_waited_for(sqs: Any, stub: Stubber) -> None:
    """AWS can update them seconds after the task is completed."""
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, None)
    for moved in (0, 7, 10):
        stub.add_response("list_message_move_tasks", task("COMPLETED", moved), ASKED)
    assert redrive_messages(sqs, SOURCE, DESTINATION).moved == 10


def test_completed_task_has_moved_fewer_messages_than_estimated(
    sqs: Any, stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_task, "COUNTING_TIME", 0.0)
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, None)
    stub.add_response("list_message_move_tasks", task("COMPLETED", 88, 90), ASKED)
    done = redrive_messages(sqs, SOURCE, DESTINATION)
    assert (done.moved, done.not_moved, done.is_complete) == (88, 0, True)


def test_task_that_ends_while_it_is_cancelled_is_counted(sqs: Any, stub: Stubber) -> None:
    stop = Stop()
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, None)
    stub.add_response("list_message_move_tasks", task("RUNNING", 9), ASKED)
    stub.add_client_error("cancel_message_move_task", "ResourceNotFoundException")
    stub.add_response("list_message_move_tasks", task("COMPLETED", 10), ASKED)
    done = redrive_messages(sqs, SOURCE, DESTINATION, stop=stop, on_progress=lambda _: stop.set())
    assert (done.state, done.moved) == ("COMPLETED", 10)


@pytest.mark.parametrize("code", ["AccessDenied", "RequestThrottled"])
def test_output_says_that_an_uncancellable_task_continues(code: str, sqs: Any, stub: Stubber) -> None:
    stop = Stop()
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, None)
    stub.add_response("list_message_move_tasks", task("RUNNING", 4), ASKED)
    for number in range(5):
        stub.add_client_error("cancel_message_move_task", code, "no")
        if number < 4:
            stub.add_response("list_message_move_tasks", task("RUNNING", 5), ASKED)
    done = redrive_messages(sqs, SOURCE, DESTINATION, stop=stop, on_progress=lambda _: stop.set())
    assert (done.state, done.moved, done.is_complete) == ("RUNNING", 5, False)
    assert done.reasons[0].startswith("the task could not be cancelled: ")
    assert "SQS continues the task" in done.reasons[0]


def test_refused_cancellation_is_retried_at_the_next_poll(sqs: Any, stub: Stubber) -> None:
    stop = Stop()
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, None)
    stub.add_response("list_message_move_tasks", task("RUNNING", 4), ASKED)
    stub.add_client_error("cancel_message_move_task", "RequestThrottled", "no")
    stub.add_response("list_message_move_tasks", task("RUNNING", 5), ASKED)
    stub.add_response("cancel_message_move_task", {"ApproximateNumberOfMessagesMoved": 5}, {"TaskHandle": "h"})
    stub.add_response("list_message_move_tasks", task("CANCELLED", 6), ASKED)
    done = redrive_messages(sqs, SOURCE, DESTINATION, stop=stop, on_progress=lambda _: stop.set())
    assert (done.state, done.moved, done.reasons) == ("CANCELLED", 6, [])


@pytest.mark.parametrize("code", sorted(move_task.HAS_A_TASK))
def test_task_that_another_operator_just_started_is_not_cancelled(code: str, sqs: Any, stub: Stubber) -> None:
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_client_error("start_message_move_task", code, "there is one already")
    elsewhere = f"{DESTINATION.arn}-2"
    stub.add_response("list_message_move_tasks", task("RUNNING", 1, TaskHandle="theirs", DestinationArn=elsewhere), ASKED)
    with pytest.raises(AwsError, match=r"^SQS is already moving messages from orders-dlq to "):
        redrive_messages(sqs, SOURCE, DESTINATION)


def test_output_says_that_the_task_continues_if_polling_fails(sqs: Any, stub: Stubber) -> None:
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_response("start_message_move_task", {"TaskHandle": "h"}, None)
    stub.add_response("list_message_move_tasks", task("RUNNING", 4), ASKED)
    for _ in range(5):
        stub.add_client_error("list_message_move_tasks", "InternalError", "sorry")
    done = redrive_messages(sqs, SOURCE, DESTINATION)
    assert (done.state, done.moved, done.is_complete) == ("RUNNING", 4, False)
    assert "SQS continues the task. To follow it, run the same command again" in done.reasons[0]


def test_a_task_to_the_source_queues_is_not_disturbed(sqs: Any, stub: Stubber) -> None:
    answer = task("RUNNING", 1, TaskHandle="theirs")
    answer["Results"][0].pop("DestinationArn")
    stub.add_response("list_message_move_tasks", answer, ASKED)
    with pytest.raises(AwsError, match=r"^SQS is already moving messages from orders-dlq to their source queues: 1 of "):
        redrive_messages(sqs, SOURCE, DESTINATION)


@pytest.mark.parametrize("code", ["InvalidAction", "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"])
def test_messages_are_copied_if_the_service_has_no_move_tasks(code: str, sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("list_message_move_tasks", code)
    attributes = {"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "0"}
    stub.add_response("get_queue_attributes", {"Attributes": attributes}, None)
    message = {"MessageId": "m-1", "ReceiptHandle": "r-1", "Body": "b", "Attributes": {"AWSTraceHeader": "Root=1-1"}}
    stub.add_response("receive_message", {"Messages": [message]}, None)
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-1"}}
    entry = {"Id": "0", "MessageBody": "b", "MessageSystemAttributes": trace}
    accepted = {"Successful": [{"Id": "0", "MessageId": "new", "MD5OfMessageBody": "x"}], "Failed": []}
    stub.add_response("send_message_batch", accepted, {"QueueUrl": DESTINATION.url, "Entries": [entry]})
    gone = {"Successful": [{"Id": "0"}], "Failed": []}
    stub.add_response("delete_message_batch", gone, {"QueueUrl": SOURCE.url, "Entries": [{"Id": "0", "ReceiptHandle": "r-1"}]})
    stub.add_response("receive_message", {}, None)
    done = redrive_messages(sqs, SOURCE, DESTINATION)
    assert (done.method, done.moved, done.is_complete) == ("copy", 1, True)


def test_messages_are_not_copied_if_move_tasks_are_denied(sqs: Any, stub: Stubber) -> None:
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_client_error("start_message_move_task", "AccessDenied")
    with pytest.raises(ClientError):
        redrive_messages(sqs, SOURCE, DESTINATION)
