"""`queuesmith dlq redrive` with SQS's move tasks. The negative controls are operators' scripts with a common mistake."""

from __future__ import annotations

import time
from pathlib import Path

from tests.localstack.commands import Operator
from tests.localstack.conftest import Proves
from tests.localstack.queues import RATE, Outcome, Queues
from tests.localstack.server import REGION, LocalStack


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

    proves(
        "all messages: from SQS and from a handler", queues.outcome(13, 0), 0, names_no_destination, "wrongly reported as moved"
    )


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

    proves(f"with a rate of {RATE} a second", queues.outcome_said_in(document), 0, does_not_wait, "wrongly reported as moved")


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

    proves("FIFO: the order of each group is kept", queues.outcome_said_in(document), 0, keeps_the_producers_ids, "lost")


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

    outcome = queues.outcome_said_in(document, to=queues.other)
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

    proves("FIFO to a standard queue (copied)", queues.outcome_said_in(document), 0, moves_them, "wrongly reported as moved")


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

    proves(
        "3 messages held in flight by another consumer", queues.outcome(5, 3), 1, believes_the_task, "left, but not reported"
    )
