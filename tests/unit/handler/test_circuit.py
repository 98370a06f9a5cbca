"""Powertools' circuit breaker in a worker's function: batches are paused while a dependency is down."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queuesmith.rules.limits import recommended_max_receive_count
from queuesmith_worker import CircuitOpen, HandlerSettings, NonRetryable, Worker, pause_on_open
from queuesmith_worker.backoff import pause
from queuesmith_worker.testing import QUEUE_URL, FakeLambda, SqsMessage
from queuesmith_worker.testing.events import QUEUE
from tests.unit.handler.world import Job, metrics

BASE, CAP = 60, 900
FIFO_QUEUE = f"{QUEUE}.fifo"


STORE = CircuitBreakerDynamoDBPersistence(
    "circuits", boto3_session=boto3.Session("testing", "testing", region_name="eu-west-1")
)
"""The store that the guide shows. Its table does not exist: the kit replaces it."""


class Service:
    """A dependency that is down at first, behind a circuit breaker."""

    def __init__(self, fake_lambda: FakeLambda, outage: float) -> None:
        self.clock, self.calls = fake_lambda.clock, 0
        self.start, self.outage = self.clock(), outage
        self.call = pause_on_open("service", STORE)(self._call)

    @property
    def now(self) -> float:
        return self.clock() - self.start

    def wait_until(self, now: float) -> None:
        self.clock.advance(max(0.0, now - self.now))

    def _call(self, job: Job) -> None:
        self.calls += 1
        if self.now < self.outage:
            raise ConnectionError("the service is down")


def a_worker(handle: Callable[[Job], object], max_receive_count: int, concurrency: int = 1, **variables: str) -> Worker[Job]:
    always = {
        "WORKER_QUEUE_URL": QUEUE_URL,
        "WORKER_CONCURRENCY": str(concurrency),
        "WORKER_MAX_RECEIVE_COUNT": str(max_receive_count),
    }
    return Worker(Job, handle, HandlerSettings.from_environment(always | variables))


def receives_until_done(
    fake_lambda: FakeLambda, service: Service, worker: Worker[Job], queue: str, arrivals: list[float], limit: int
) -> dict[str, int]:
    """Let a queue deliver messages to a worker until all are processed. Returns how often each was received."""
    due = {f"m{number}": (time, 1) for number, time in enumerate(arrivals)}
    done: dict[str, int] = {}
    while due:
        service.wait_until(min(time for time, _ in due.values()))
        ready = sorted((each for each, (time, _) in due.items() if time <= service.now), key=lambda each: int(each[1:]))
        batch = ready[:10]
        messages = [SqsMessage(Job(id=each), each, group=each, receives=due[each][1]) for each in batch]
        for message in fake_lambda.invoke(worker, *messages, queue=queue).messages:
            receives = due.pop(message.id)[1]
            if not message.is_returned:
                done[message.id] = receives
                continue
            assert receives < limit, f"{message.id} moves to the DLQ at {service.now} s"
            assert message.retry_after is not None
            due[message.id] = (service.now + message.retry_after, receives + 1)
    return done


@pytest.mark.parametrize(("concurrency", "queue"), [(1, QUEUE), (10, QUEUE), (1, FIFO_QUEUE)])
def test_dependency_down_for_ten_minutes_sends_no_message_to_the_dlq(
    fake_lambda: FakeLambda, concurrency: int, queue: str
) -> None:
    outage = 600
    limit = recommended_max_receive_count(outage, BASE, CAP)
    assert limit == 9, "5, and pauses of 60, 120, 240 and 480 seconds"
    service = Service(fake_lambda, outage)
    worker = a_worker(service.call, limit, concurrency)
    done = receives_until_done(fake_lambda, service, worker, queue, [0.0] * 200 + [30.0 * each for each in range(40)], limit)
    assert len(done) == 240
    assert max(done.values()) <= limit
    assert service.now <= outage + 1.25 * 480 + 60, "messages do not wait much longer than the outage"
    assert service.calls - len(done) <= 3 * 10 + outage / 30, "about one failed call for each recovery timeout"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    outage=st.integers(1, 7_200),
    base_seconds=st.integers(30, 300),
    doublings=st.integers(0, 4),
    messages=st.integers(1, 15),
    concurrency=st.sampled_from([1, 10]),
)
def test_no_healthy_message_moves_to_the_dlq(
    outage: int, base_seconds: int, doublings: int, messages: int, concurrency: int
) -> None:
    cap = min(base_seconds * 2**doublings, 3_600)
    limit = recommended_max_receive_count(outage, base_seconds, cap)
    fake_lambda = FakeLambda()
    service = Service(fake_lambda, outage)
    pauses = {"WORKER_PAUSE_BASE": str(base_seconds), "WORKER_PAUSE_CAP": str(cap)}
    worker = a_worker(service.call, limit, concurrency, **pauses)
    done = receives_until_done(fake_lambda, service, worker, QUEUE, [7.0 * number for number in range(messages)], limit)
    assert len(done) == messages


def test_rest_of_the_batch_is_paused_without_a_call(fake_lambda: FakeLambda, capsys: pytest.CaptureFixture[str]) -> None:
    calls = []

    def handle(job: Job) -> None:
        calls.append(job.id)
        if job.id == "m1":
            raise CircuitOpen("mail")

    worker = a_worker(handle, 9)
    messages = [SqsMessage(Job(id=f"m{number}"), f"m{number}", receives=3 if number < 2 else 2) for number in range(14)]
    result = fake_lambda.invoke(worker, *messages, SqsMessage(Job(id="m14"), "m14", receives=1))
    result.assert_outcomes("Processed", *["Paused"] * 14)
    assert calls == ["m0", "m1"]
    assert len(fake_lambda.sqs.of("ChangeMessageVisibility")) == 1
    assert [len(each["Entries"]) for each in fake_lambda.sqs.of("ChangeMessageVisibilityBatch")] == [10, 3]
    for message, shortest in (("m1", 240), ("m2", 120), ("m14", 60)):
        assert shortest <= (result[message].retry_after or 0) <= shortest * 1.25
    assert result["m1"].reason == "the circuit mail is open"
    assert result["m1"].log[0]["message"] == "message is paused"
    written, _, _ = capsys.readouterr().out.partition("\n")
    assert metrics(written) == {"Processed": 1, "Paused": 14, "BackedOff": 14}


def test_paused_message_moves_to_the_dlq_after_its_last_attempt(fake_lambda: FakeLambda) -> None:
    def handle(job: Job) -> None:
        raise CircuitOpen("mail")

    result = fake_lambda.invoke(a_worker(handle, 3), *(SqsMessage(Job(id=each), each, receives=3) for each in ("a", "b")))
    result.assert_outcomes("Paused")
    assert [message.retry_after for message in result.messages] == [0, 0]


def test_batch_is_paused_although_sqs_refuses(fake_lambda: FakeLambda) -> None:
    def handle(job: Job) -> None:
        raise CircuitOpen("mail")

    fake_lambda.sqs.refuse("ChangeMessageVisibilityBatch", "ChangeMessageVisibilityBatchRequestEntry")
    result = fake_lambda.invoke(a_worker(handle, 3), Job(id="a"), Job(id="b"))
    result.assert_outcomes("Paused")
    assert result.returned == [message.id for message in result.messages]
    assert [line["message"] for line in result.log if line.get("level") == "ERROR"] == ["visibility timeout not changed"]


@pytest.mark.usefixtures("fake_lambda")
def test_failures_of_the_message_itself_do_not_open_the_circuit() -> None:
    calls = []

    def send(job: Job) -> None:
        calls.append(job.id)
        raise NonRetryable("no such mailbox")

    guarded = pause_on_open("service", STORE)(send)
    for number in range(10):
        with pytest.raises(NonRetryable):
            guarded(Job(id=str(number)))
    assert len(calls) == 10


def test_failed_probe_pauses_its_message_too(fake_lambda: FakeLambda) -> None:
    service = Service(fake_lambda, 1_000)
    for expected in (ConnectionError, ConnectionError, CircuitOpen, CircuitOpen):
        with pytest.raises(expected):
            service.call(Job(id="a"))
    service.wait_until(30.0)
    with pytest.raises(CircuitOpen) as caught:
        service.call(Job(id="a"))
    assert isinstance(caught.value.__cause__, ConnectionError)
    assert service.calls == 4
    service.wait_until(1_000.0)
    service.call(Job(id="a"))


def test_coroutine_functions_are_refused() -> None:
    async def send(job: Job) -> None: ...

    with pytest.raises(TypeError) as caught:
        pause_on_open("mail", STORE)(send)
    assert str(caught.value) == "pause_on_open: send is a coroutine function, which the circuit breaker does not support"


@pytest.mark.parametrize(
    ("receives", "shortest"), [(1, 60), (2, 120), (4, 480), (5, 900), (1_000, 900)], ids=["1", "2", "4", "5", "1000"]
)
def test_pause_doubles_up_to_its_cap(receives: int, shortest: int) -> None:
    assert pause(receives, BASE, CAP, lambda low, _: low) == shortest
    assert pause(receives, BASE, CAP, lambda _, high: high) == shortest * 5 // 4


@pytest.mark.parametrize(
    ("outage", "base_seconds", "cap", "count"),
    [
        (1, 60, 900, 6),
        (60, 60, 900, 6),
        (61, 60, 900, 7),
        (600, 60, 900, 9),
        (3_600, 60, 900, 12),
        (600, 100, 100, 11),
        (601, 100, 100, 12),
    ],
)
def test_attempts_follow_from_the_outage(outage: int, base_seconds: int, cap: int, count: int) -> None:
    assert recommended_max_receive_count(outage, base_seconds, cap) == count
