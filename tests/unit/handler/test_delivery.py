"""The second parameter of a worker's function: its delivery."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from queuesmith_worker import Delivery, HandlerSettings, NonRetryable, Worker
from queuesmith_worker.testing import FakeLambda, SqsMessage
from tests.unit.handler.world import Job, record

SETTINGS = HandlerSettings.from_environment({"WORKER_MAX_RECEIVE_COUNT": "3"})
GOOD = {"id": "j-1"}


def delivered(function: FakeLambda, *messages: SqsMessage, queue: str = "orders") -> list[Delivery]:
    seen: list[Delivery] = []
    worker = Worker(Job, lambda job, delivery: seen.append(delivery), SETTINGS)
    function.invoke(worker, *messages, queue=queue).assert_outcomes("Processed")
    return seen


def test_delivery_describes_the_message(fake_lambda: FakeLambda) -> None:
    attributes: dict[str, str | float | bytes] = {"tenant": "t-1", "weight": 2.5, "count": 3, "signature": b"\x00"}
    header = {"AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}
    message = SqsMessage(GOOD, "m-1", "g", "d-1", receives=2, age=60, attributes=attributes, system_attributes=header)
    (delivery,) = delivered(fake_lambda, message, queue="jobs.fifo")
    assert (delivery.message_id, delivery.group_id, delivery.deduplication_id) == ("m-1", "g", "d-1")
    assert (delivery.queue, delivery.queue_arn) == ("jobs.fifo", "arn:aws:sqs:eu-west-1:123456789012:jobs.fifo")
    assert delivery.attributes == {"tenant": "t-1", "weight": Decimal("2.5"), "count": 3, "signature": b"\x00"}
    assert isinstance(delivery.attributes["count"], int)
    assert delivery.trace_id == "1-5759e988-bd862e3fe1be46a994272793"
    assert delivery.sent_at is not None
    assert delivery.first_received_at is not None
    assert round((delivery.first_received_at - delivery.sent_at).total_seconds()) == 60
    assert abs((datetime.now(UTC) - delivery.first_received_at).total_seconds()) < 600
    assert repr(delivery) == "Delivery(message_id='m-1', receive_count=2)"


@pytest.mark.parametrize(("receives", "is_last"), [(1, False), (2, False), (3, True), (4, True)])
def test_last_attempt_is_known(fake_lambda: FakeLambda, receives: int, is_last: bool) -> None:
    (delivery,) = delivered(fake_lambda, SqsMessage(GOOD, receives=receives))
    assert (delivery.receive_count, delivery.is_last_attempt) == (receives, is_last)


def test_what_the_event_lacks_is_none(fake_lambda: FakeLambda) -> None:
    seen: list[Delivery] = []
    worker = Worker(Job, lambda job, delivery: seen.append(delivery), HandlerSettings.from_environment({}))
    fake_lambda.invoke_event(worker, {"Records": [record("a", attributes={}, messageAttributes=None)]})
    (delivery,) = seen
    assert delivery.attributes == {}
    assert (delivery.group_id, delivery.deduplication_id, delivery.trace_id) == (None, None, None)
    assert (delivery.sent_at, delivery.first_received_at) == (None, None)
    assert (delivery.receive_count, delivery.is_last_attempt) == (1, False)


def test_time_left_decreases(fake_lambda: FakeLambda) -> None:
    seen: list[float] = []

    def handle(job: Job, delivery: Delivery) -> None:
        seen.append(delivery.seconds_left)
        fake_lambda.clock.advance(5)
        seen.append(delivery.seconds_left)

    fake_lambda.invoke(Worker(Job, handle, SETTINGS), GOOD, timeout=30).assert_outcomes("Processed")
    assert seen == [30, 25]


class Method:
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def handle(self, job: Job, delivery: Delivery) -> None:
        self.seen.append(delivery.message_id)

    def __call__(self, job: Job) -> None:
        self.seen.append(job.id)


def test_methods_callables_and_builtins_can_be_the_function(fake_lambda: FakeLambda) -> None:
    method = Method()
    fake_lambda.invoke(Worker(Job, method.handle, SETTINGS), GOOD).assert_outcomes("Processed")
    fake_lambda.invoke(Worker(Job, method, SETTINGS), GOOD).assert_outcomes("Processed")
    fake_lambda.invoke(Worker(Job, method.seen.append, SETTINGS), GOOD).assert_outcomes("Processed")
    assert method.seen == ["message-1", "j-1", Job(id="j-1")]


def test_parameters_with_a_default_keep_it(fake_lambda: FakeLambda) -> None:
    seen: list[Any] = []

    def handle(job: Job, table: str = "jobs", *more: str, **others: str) -> None:
        seen.append((table, more, others))

    fake_lambda.invoke(Worker(Job, handle, SETTINGS), GOOD).assert_outcomes("Processed")
    assert seen == [("jobs", (), {})]


def three(job: Job, delivery: Delivery, table: str) -> None: ...


def named(job: Job, *, delivery: Delivery) -> None: ...


@pytest.mark.parametrize("function", [three, named])
def test_function_that_needs_something_else_is_refused(function: Callable[..., None]) -> None:
    names = ", ".join(inspect.signature(function).parameters)
    expected = f"the worker's function requires {names}. It is called with the message, and optionally its Delivery"
    with pytest.raises(TypeError) as error:
        Worker(Job, function, SETTINGS)
    assert str(error.value) == expected


def test_last_attempt_can_be_treated_differently(fake_lambda: FakeLambda) -> None:
    def handle(job: Job, delivery: Delivery) -> None:
        if delivery.is_last_attempt:
            raise NonRetryable("given up")
        raise RuntimeError("away")

    result = fake_lambda.invoke(Worker(Job, handle, SETTINGS), SqsMessage(GOOD, receives=2), SqsMessage(GOOD, receives=3))
    assert [message.reason for message in result.messages] == ["RuntimeError: away", "NonRetryable: given up"]
