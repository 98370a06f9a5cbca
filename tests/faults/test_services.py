"""Calls of the handler fail: to the table, and to the DLQ for messages that can never succeed."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from typing import Any

import pytest

from queuesmith.operations.redriving import redrive_messages
from queuesmith.rules.limits import recommended_max_receive_count
from tests.faults.lane import OURS, Lane
from tests.faults.proxy import DROP, FORWARD, LOSE_REPLY, THROTTLED, Decide, Decision, Error
from tests.faults.run import MESSAGES, Run, proves


def first_times(answer: Decision, operation: str, times: int) -> Decide:
    """Give this answer to the first requests of an operation, whatever they are about."""
    count = itertools.count()

    def decide(requested: str, request: Any) -> Decision:
        return answer if requested == operation and next(count) < times else FORWARD

    return decide


def each_first(answer: Decision, operation: str, *, every: int = 1) -> Decide:
    """Give this answer to the first request about each order or each body, or only about one in `every`."""
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def decide(requested: str, request: Any) -> Decision:
        about = request.get("MessageBody") or request.get("Item", {}).get("order_id", {}).get("S")
        with lock:
            seen[about] += 1
            return answer if requested == operation and seen[about] == 1 and len(seen) % every == 0 else FORWARD

    return decide


REFUSED = Error(400, "com.amazon.coral.service#AccessDeniedException")


@pytest.mark.parametrize(
    ("what", "answer", "requests"),
    [("throttles requests", THROTTLED, 250), ("refuses requests", REFUSED, 250), ("drops connections", DROP, 120)],
    ids=["throttles requests", "refuses requests", "drops connections"],
)
def test_temporarily_failing_table_delays_orders_and_loses_none(
    what: str, answer: Decision, requests: int, standard: Lane
) -> None:
    def inject(run: Run) -> None:
        with run.through("DYNAMODB", first_times(answer, "PutItem", requests)):
            run.deliver(run.orders(MESSAGES))

    proves(standard, f"the table temporarily {what}", inject, broken="swallows", shown="lost")


def test_table_that_is_down_moves_no_healthy_message_to_the_dlq(standard: Lane) -> None:
    """Without a circuit breaker, the messages use up the same number of receive attempts and move to the DLQ. There are only a
    few, so that a slow machine has the time for all attempts.
    """
    outage, base, cap, messages = 20, 2, 8, 20

    def inject(run: Run) -> None:
        run.lane.receives(recommended_max_receive_count(outage, base, cap))
        if run.lane.handler == OURS:
            run.lane.configure("guarded.lambda_handler", WORKER_PAUSE_BASE=str(base), WORKER_PAUSE_CAP=str(cap))
        begin: list[float] = []

        def decide(operation: str, request: Any) -> Decision:
            if operation != "PutItem" or request["TableName"] != "prove-orders":
                return FORWARD
            begin.append(time.monotonic())
            return REFUSED if begin[-1] - begin[0] < outage else FORWARD

        with run.through("DYNAMODB", decide):
            run.deliver(run.orders(messages))

    fault = f"the table refuses all requests for {outage} s"
    proves(standard, fault, inject, broken="never_pauses", shown="misplaced", messages=messages)


def test_retry_after_a_lost_reply_counts_as_already_done(standard: Lane) -> None:
    """The SDK retries the request and finds the order that it has written itself. The broken handler reports that as a
    failure, so its message must reach the DLQ.
    """

    def inject(run: Run) -> None:
        if run.lane.handler != OURS:
            run.lane.receives(6)
        with run.through("DYNAMODB", each_first(LOSE_REPLY, "PutItem", every=3)):
            run.deliver(run.orders(MESSAGES))

    proves(standard, "writes succeed, but their responses are lost", inject, broken="believes_conflicts", shown="both")


def test_message_that_cannot_reach_the_dlq_is_sent_there_later(standard: Lane) -> None:
    failed = Error(500, "com.amazonaws.sqs#InternalError")

    def inject(run: Run) -> None:
        with run.through("SQS", each_first(failed, "SendMessage")):
            run.deliver([*run.orders(MESSAGES - 60), *run.orders(60, "never:1000", "dead")])

    proves(standard, "the DLQ temporarily refuses messages", inject, broken="swallows", shown="lost")


def test_two_redriven_copies_write_one_order(standard: Lane) -> None:
    """The response to a send is lost, so the message is sent again. This is the only way to two copies."""

    def inject(run: Run) -> None:
        failed = run.orders(MESSAGES, "never:1000")
        with run.through("SQS", each_first(LOSE_REPLY, "SendMessage")):
            run.deliver(failed)
        if run.lane.handler == OURS:
            assert run.copies() == MESSAGES
        run.lane.switch("mended", on=True)
        run.lane.reconfigure(AWS_ENDPOINT_URL_SQS=run.lane.world.url)
        redrive_messages(run.lane.world.client("sqs"), run.lane.dlq, run.lane.queue)

    proves(standard, "two copies of each message in the DLQ, redriven", inject, broken="writes_again", shown="twice")


def test_queue_moves_a_message_that_the_handler_cannot_move(standard: Lane) -> None:
    refused = Error(403, "com.amazonaws.sqs#AccessDenied")

    def inject(run: Run) -> None:
        run.lane.receives(2)
        with run.through("SQS", first_times(refused, "SendMessage", 1_000_000)):
            run.deliver([*run.orders(MESSAGES - 60), *run.orders(60, "never:1000", "dead")])

    proves(standard, "the DLQ always refuses the handler's messages", inject, broken="swallows", shown="lost")
