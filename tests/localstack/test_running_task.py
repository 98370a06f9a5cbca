"""A move task in progress: `queuesmith dlq redrive` is interrupted, meets the task of another operator, or its task fails."""

from __future__ import annotations

import json
import signal

import pytest

from queuesmith.aws.queues import DeployedQueue
from queuesmith.operations.redriving import redrive_messages
from tests.localstack.commands import Operator
from tests.localstack.conftest import Proves
from tests.localstack.queues import RATE, Outcome, Queues, arn
from tests.localstack.server import REGION, LocalStack
from tests.waiting import TIMEOUT, wait_for

MANY = 120
"""Messages of a task that is still in progress half a minute later, also on a slow machine."""


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

    proves("Ctrl-C while SQS moves messages", queues.outcome_said_in(document), status, is_killed, "wrongly reported as left")


def test_task_of_another_operator_is_followed(localstack: LocalStack, operator: Operator, proves: Proves) -> None:
    queues = Queues(localstack, "followed")
    queues.send(queues.dlq, MANY)
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

    proves("while another operator's task runs", queues.outcome_said_in(document), 0, gives_up, "wrongly reported as left")


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
