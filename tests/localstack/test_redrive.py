"""`queuesmith dlq redrive` with SQS's move tasks. The negative controls are operators' scripts with a common mistake."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.queues import DeployedQueue
from queuesmith.operations.redriving import redrive_messages
from tests.localstack.commands import Operator
from tests.localstack.queues import Outcome, Queues, arn
from tests.localstack.server import REGION, LocalStack
from tests.waiting import TIMEOUT, wait_for

RATE = 4
"""Messages a second, in tests that need a task to be in progress."""
MANY = 120
"""Messages of a task that is still in progress half a minute later, also on a slow machine."""
Proves = Callable[..., None]


@pytest.fixture
def proves(results: Path | None) -> Proves:
    """Check a redrive and its negative control, and store the row of docs/reliability.md."""

    def check(case: str, ours: Outcome, status: int, mistake: Callable[[], Outcome], shown: str) -> None:
        ours.check()
        control = mistake()
        with pytest.raises(AssertionError, match=rf"\d+ {shown}"):
            control.check()
        row = {
            "case": case,
            "messages": ours.messages,
            "moved": ours.moved,
            "left": ours.left,
            "status": status,
            "mistake": mistake.__name__,
            "shown": f"{control.wrong()[shown]} {shown}",
        }
        if results is not None:
            with (results / "moves.jsonl").open("a") as file:
                file.write(f"{json.dumps(row)}\n")

    return check


def said(queues: Queues, document: dict[str, Any], **more: Any) -> Outcome:
    """The outcome of a redrive whose JSON document is given."""
    return queues.outcome(document["moved"], document["not_moved"] + document["not_received"], **more)


def test_messages_of_either_origin_are_moved(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "orders")
    queues.fail(7)
    queues.send(queues.dlq, 6)
    result = operator.run("dlq", "redrive", "dev", "orders")
    expected = "13 of about 13 messages were moved from dev-orders-dlq to dev-orders (by an SQS move task)\n"
    assert (result.returncode, result.stdout) == (0, expected), result.stderr
    assert result.stderr.splitlines()[-1] == "Next: queuesmith status dev orders"

    def names_no_destination() -> Outcome:
        """SQS does not know the queue of messages that a handler sent. The script does not look at the task's state."""
        control = Queues(localstack, "no-destination")
        control.send(control.dlq, 13)
        control.start_task()
        control.wait_for_task()
        return control.outcome(13, 0)

    proves("all messages: from SQS and from a handler", queues.outcome(13, 0), 0, names_no_destination, "not moved as said")


def test_worker_is_found_by_its_name_outside_the_project(localstack: LocalStack, operator: Operator, tmp_path: Path) -> None:
    queues = Queues(localstack, "outside")
    queues.send(queues.dlq, 3)
    result = operator.run("dlq", "redrive", "dev", "outside", "--region", REGION, folder=tmp_path)
    assert (result.returncode, queues.depth(queues.queue)) == (0, 3), result.stderr
    again = operator.run("dlq", "redrive", "dev", "outside", "--region", REGION, folder=tmp_path)
    assert (again.returncode, again.stdout) == (0, "dev-outside-dlq is empty\n")


def test_rate_is_respected(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "rate")
    queues.send(queues.dlq, 12)
    begin = time.monotonic()
    document = operator.redrive(queues.name, "--rate", str(RATE))
    assert time.monotonic() - begin >= 11 / RATE
    assert queues.tasks()[0]["MaxNumberOfMessagesPerSecond"] == RATE

    def does_not_wait() -> Outcome:
        """SQS moves the messages after it has accepted the request."""
        control = Queues(localstack, "no-wait")
        control.send(control.dlq, 12)
        handle = control.start_task(1, control.name)
        control.cancel_task(handle)  # only to count the messages
        return control.outcome(12, 0)

    proves(f"with a rate of {RATE} a second", said(queues, document), 0, does_not_wait, "not moved as said")


def interrupted(operator: Operator, queues: Queues, number: signal.Signals) -> tuple[int, str, str]:
    """Redrive with a rate, and send the process a signal in the middle. Returns its exit status and output."""
    with operator.start_redrive(queues.name, "--rate", str(RATE)) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("Moved: ")
            wait_for(lambda: queues.depth(queues.queue) >= 3, "three messages were moved", pause=0.05)
            process.send_signal(number)
            output, errors = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    return process.returncode, output, errors


def test_ctrl_c_cancels_the_task(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "ctrl-c")
    queues.send(queues.dlq, MANY)
    status, output, errors = interrupted(operator, queues, signal.SIGINT)
    document = json.loads(output)
    assert (status, document["state"], document["reasons"]) == (130, "CANCELLED", [])
    assert f"Not moved, and still in the DLQ: {document['not_moved']} messages" in errors
    assert queues.tasks()[0]["Status"] == "CANCELLED"

    def is_killed() -> Outcome:
        """A script that ends without cancelling the task: SQS continues."""
        control = Queues(localstack, "killed")
        control.send(control.dlq, 32)
        interrupted(operator, control, signal.SIGKILL)
        moved = control.depth(control.queue)
        control.wait_for_task()
        return control.outcome(moved, 32 - moved)

    proves("Ctrl-C while SQS moves messages", said(queues, document), status, is_killed, "not left as said")


def test_task_of_another_operator_is_followed(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "followed")
    queues.send(queues.dlq, 24)
    queues.start_task(RATE, queues.name)
    document = operator.redrive(queues.name)
    assert len(queues.tasks()) == 1

    def gives_up() -> Outcome:
        """SQS refuses a second task. The script reports a failed redrive."""
        control = Queues(localstack, "gives-up")
        control.send(control.dlq, 12)
        control.start_task(RATE, control.name)
        with pytest.raises(control.sqs.exceptions.ClientError, match="There is already a task running"):
            control.start_task(None, control.name)
        control.wait_for_task()
        return control.outcome(0, 12)

    proves("while another operator's task runs", said(queues, document), 0, gives_up, "not left as said")


def test_task_that_started_at_the_same_moment_is_followed(localstack: LocalStack) -> None:
    queues = Queues(localstack, "moment")
    queues.send(queues.dlq, 16)
    sqs = localstack.client("sqs")
    sqs.meta.events.register_first(
        "before-call.sqs.StartMessageMoveTask", lambda **_: queues.start_task(RATE, queues.name) and None
    )
    dlq, queue = DeployedQueue(queues.dlq, arn(queues.dlq_name)), DeployedQueue(queues.queue, arn(queues.name))
    done = redrive_messages(sqs, dlq, queue)
    assert (done.state, len(queues.tasks())) == ("COMPLETED", 1)
    queues.outcome(done.moved, done.not_moved).check()


def test_ctrl_c_does_not_cancel_the_task_of_another_operator(localstack: LocalStack, operator: Operator) -> None:
    queues = Queues(localstack, "theirs")
    queues.send(queues.dlq, MANY)
    handle = queues.start_task(RATE, queues.name)
    status, output, errors = interrupted(operator, queues, signal.SIGINT)
    document = json.loads(output)
    assert (status, document["state"]) == (130, "RUNNING"), errors
    assert "the task was not cancelled, because another caller started it" in errors
    assert queues.tasks()[0]["Status"] == "RUNNING"
    queues.cancel_task(handle)


def test_task_to_another_queue_is_not_disturbed(localstack: LocalStack, operator: Operator) -> None:
    queues = Queues(localstack, "disturbed")
    queues.send(queues.dlq, MANY)
    handle = queues.start_task(RATE, queues.other_name)
    result = operator.run("dlq", "redrive", "--queue", queues.name, "--region", REGION)
    assert result.returncode == 1
    assert result.stderr.startswith(
        f"error: SQS is already moving messages from {queues.dlq_name} to {arn(queues.other_name)}: "
    )
    assert result.stderr.endswith(
        " moved so far. A DLQ can have only one move task at a time. Wait until it ends, or cancel it: aws sqs "
        f"cancel-message-move-task --task-handle {handle}\n"
    )
    assert queues.tasks()[0]["Status"] == "RUNNING"
    queues.cancel_task(handle)


def test_fifo_messages_keep_the_order_of_their_groups(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "fifo", fifo=True)
    queues.send(queues.dlq, 12)
    document = operator.redrive(queues.name)

    def keeps_the_producers_ids() -> Outcome:
        """The copies in the DLQ have the deduplication ids of the queue's messages, which AWS would have replaced."""
        control = Queues(localstack, "fifo-ids", fifo=True)
        control.fail(12)
        control.start_task(None, control.name)
        control.wait_for_task()
        return control.outcome(12, 0)

    proves("FIFO: the order of each group is kept", said(queues, document), 0, keeps_the_producers_ids, "lost")


def test_messages_are_moved_to_another_queue(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "to")
    queues.fail(6)
    document = operator.redrive(queues.name, "--to", queues.other_name)

    def names_no_destination() -> Outcome:
        control = Queues(localstack, "back")
        control.fail(6)
        control.start_task()
        control.wait_for_task()
        return control.outcome(6, 0, to=control.other)

    outcome = said(queues, document, to=queues.other)
    proves("to another queue (`--to`)", outcome, 0, names_no_destination, "misplaced")


def test_messages_return_from_a_queue_that_is_not_a_dlq(localstack: LocalStack, operator: Operator) -> None:
    """Such as a quarantine, to which `--to` has moved them. SQS refuses a move task, so they are copied."""
    queues = Queues(localstack, "quarantine")
    queues.send(queues.other, 12)
    document = operator.redrive(queues.name, "--dlq", queues.other_name)
    assert (document["method"], document["moved"]) == ("copy", 12)
    queues.outcome(12, 0).check()


def test_fifo_messages_are_copied_to_a_standard_queue(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues, standard = Queues(localstack, "mixed", fifo=True), Queues(localstack, "standard")
    queues.send(queues.dlq, 6)
    document = operator.redrive(queues.name, "--to", standard.name)
    assert document["method"] == "copy"
    queues.queue = standard.queue

    def moves_them() -> Outcome:
        """SQS moves messages only between queues of the same type. The task starts, and fails later."""
        control = Queues(localstack, "moves", fifo=True)
        control.send(control.dlq, 6)
        control.start_task(None, standard.name)
        control.wait_for_task()
        return control.outcome(6, 0)

    proves("FIFO to a standard queue (copied)", said(queues, document), 0, moves_them, "not moved as said")


def test_messages_in_flight_elsewhere_are_reported(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    def hold(name: str) -> tuple[Queues, list[str]]:
        queues = Queues(localstack, name)
        queues.send(queues.dlq, 8)
        taken = queues.sqs.receive_message(QueueUrl=queues.dlq, MaxNumberOfMessages=3, VisibilityTimeout=600)["Messages"]
        return queues, [message["ReceiptHandle"] for message in taken]

    def release(queues: Queues, handles: list[str]) -> None:
        for handle in handles:
            queues.sqs.change_message_visibility(QueueUrl=queues.dlq, ReceiptHandle=handle, VisibilityTimeout=0)

    queues, handles = hold("held")
    result = operator.run("dlq", "redrive", "--queue", queues.name, "--region", REGION)
    assert result.returncode == 1
    assert result.stdout.startswith("5 of about 8 messages were moved")
    assert "Not returned by SQS: 3 messages. They are in flight elsewhere." in result.stderr
    release(queues, handles)

    def believes_the_task() -> Outcome:
        """The task is completed, and its counts do not include the messages in flight."""
        control, held = hold("believes")
        control.start_task(None, control.name)
        control.wait_for_task()
        release(control, held)
        return control.outcome(5, 0)

    proves("3 messages in flight in another consumer", queues.outcome(5, 3), 1, believes_the_task, "left and not said")


def test_failed_task_reports_the_reason(localstack: LocalStack, operator: Operator) -> None:
    queues = Queues(localstack, "deleted")
    queues.send(queues.dlq, MANY)
    with operator.start_redrive(queues.name, "--to", queues.other_name, "--rate", str(RATE)) as process:
        try:
            wait_for(lambda: queues.depth(queues.other) >= 2, "two messages were moved", pause=0.05)
            queues.sqs.delete_queue(QueueUrl=queues.other)
            output, errors = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    document = json.loads(output)
    assert (process.returncode, document["state"], document["reasons"]) == (1, "FAILED", ["QueueDoesNotExist"])
    assert document["not_moved"] == queues.depth(queues.dlq) == MANY - document["moved"]
    assert "Reason: QueueDoesNotExist" in errors
