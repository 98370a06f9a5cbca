"""SQS carried out a request, but its response was lost. The account says so, or finds out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.stub import Stubber

from queuesmith.common.errors import AwsError, UsageError
from queuesmith.operations.purging import purge_queue
from queuesmith.operations.redriving import move_task, redrive_messages
from queuesmith.operations.redriving.result import RedriveResult
from tests.unit.operator.conftest import DESTINATION, SOURCE
from tests.unit.operator.test_move_task import ASKED, DEPTH, task

CLOSED = ConnectionClosedError(endpoint_url="https://sqs")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move_task, "POLL", 0.0)


@pytest.fixture
def start_is_lost(sqs: Any, stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    stub.add_response("get_queue_attributes", DEPTH, None)

    def start(**_: Any) -> None:
        raise CLOSED

    monkeypatch.setattr(sqs, "start_message_move_task", start)


@pytest.mark.parametrize(("status", "moved"), [("RUNNING", 3), ("COMPLETED", 10)])
@pytest.mark.usefixtures("start_is_lost")
def test_task_whose_start_is_unconfirmed_is_watched(status: str, moved: int, sqs: Any, stub: Stubber) -> None:
    stub.add_response("list_message_move_tasks", task("COMPLETED", 99, StartedTimestamp=1), ASKED)
    stub.add_response("list_message_move_tasks", task(status, moved), ASKED)
    stub.add_response("list_message_move_tasks", task("COMPLETED", 10), ASKED)
    assert done_with(redrive_messages(sqs, SOURCE, DESTINATION)) == ("COMPLETED", 10, 0)


@pytest.mark.usefixtures("start_is_lost")
def test_task_that_was_not_started_raises_its_error(sqs: Any, stub: Stubber) -> None:
    before = task("COMPLETED", 99, StartedTimestamp=1)
    stub.add_response("list_message_move_tasks", before, ASKED)
    stub.add_response("list_message_move_tasks", before, ASKED)
    with pytest.raises(ConnectionClosedError):
        redrive_messages(sqs, SOURCE, DESTINATION)


@pytest.mark.usefixtures("start_is_lost")
def test_task_may_be_running_if_sqs_does_not_respond(sqs: Any, stub: Stubber) -> None:
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_client_error("list_message_move_tasks", "AccessDenied")
    with pytest.raises(AwsError, match=r"SQS may have started to move the messages\. To find out, run the same command again"):
        redrive_messages(sqs, SOURCE, DESTINATION)


def test_task_started_by_a_retry_of_boto3_is_watched(sqs: Any, stub: Stubber) -> None:
    stub.add_response("get_queue_attributes", DEPTH, None)
    stub.add_response("list_message_move_tasks", {"Results": []}, ASKED)
    stub.add_client_error("start_message_move_task", "UnsupportedOperation", "there is one already")
    stub.add_response("list_message_move_tasks", task("RUNNING", 1, TaskHandle="ours"), ASKED)
    stub.add_response("list_message_move_tasks", task("COMPLETED", 10), ASKED)
    assert done_with(redrive_messages(sqs, SOURCE, DESTINATION)) == ("COMPLETED", 10, 0)


def done_with(done: RedriveResult) -> tuple[str, int, int]:
    assert done.selected == done.moved + done.not_moved
    return done.state, done.moved, done.not_moved


def test_a_queue_is_not_redriven_to_itself(sqs: Any, stub: Stubber) -> None:
    with pytest.raises(UsageError) as raised:
        redrive_messages(sqs, SOURCE, SOURCE)
    assert str(raised.value) == ("orders-dlq is both the DLQ and the queue of this redrive. Name two queues: --queue and --dlq")
    stub.assert_no_pending_responses()


class Purging:
    """An SQS whose queue holds three messages, and whose PurgeQueue ends as the test chooses."""

    meta = None

    def __init__(self, end: Callable[[], Any]) -> None:
        self._end = end

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"ApproximateNumberOfMessages": "3"}}

    def purge_queue(self, **_: Any) -> Any:
        return self._end()


def ends(error: Exception) -> Callable[[], Any]:
    def end() -> Any:
        raise error

    return end


def refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PurgeQueue")


def test_confirmed_purge_counts_the_messages_before_it() -> None:
    assert purge_queue(Purging(dict), SOURCE).deleted == 3


@pytest.mark.parametrize("error", [CLOSED, refusal("InternalError", 500), refusal("ServiceUnavailable", 503)])
def test_unconfirmed_purge_may_have_happened(error: Exception) -> None:
    with pytest.raises(AwsError, match=r"\. SQS may have purged orders-dlq anyway\. Check how many messages it holds$"):
        purge_queue(Purging(ends(error)), SOURCE)


def test_refused_purge_did_not_happen() -> None:
    with pytest.raises(ClientError):
        purge_queue(Purging(ends(refusal("AccessDenied", 403))), SOURCE)


class Body:
    """The body of a response that AWS sent."""

    def stream(self) -> Iterator[bytes]:
        yield b'{"__type": "com.amazonaws.sqs#PurgeQueueInProgress", "message": "m"}'


def test_purge_retried_by_boto3_may_have_happened(sqs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_with = iter([CLOSED, None])

    def before_send(request: Any, **_: Any) -> Any:
        if error := next(ends_with):
            raise error
        return AWSResponse(request.url, 403, HTTPHeaders(), Body())

    monkeypatch.setattr(sqs, "get_queue_attributes", lambda **_: {"Attributes": {}})
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    sqs.meta.events.register("before-send.sqs.PurgeQueue", before_send)
    with pytest.raises(AwsError) as raised:
        purge_queue(sqs, SOURCE)
    assert str(raised.value) == (
        "orders-dlq was purged less than 60 s ago (possibly by this command, because a response was lost). Try again after 60 s"
    )
