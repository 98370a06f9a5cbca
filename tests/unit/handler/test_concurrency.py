"""Messages of a batch that are processed simultaneously, in threads or in an event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from unittest import mock

import pytest

from queuesmith_worker import Delivery, HandlerSettings, NonRetryable, Worker, lanes, logger, note
from queuesmith_worker.clients import Sqs, pool_size
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, BatchResult, Clock, FakeLambda, SqsMessage
from tests.unit.handler.world import Job, metrics

NO_VARIABLES = HandlerSettings.from_environment({})
BOTH = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL, "WORKER_QUEUE_URL": QUEUE_URL})
MANY = 10
WAIT = 20
"""Seconds after which a thread that waits for another one gives up. None of these tests takes that long."""


class RealClock(Clock):
    """The clock of this machine, for tests in which threads wait for each other."""

    def __call__(self) -> float:
        return time.monotonic()


@pytest.fixture
def real() -> FakeLambda:
    return FakeLambda(clock=RealClock())


def jobs(count: int = MANY, kind: str = "good") -> list[Job]:
    return [Job(id=f"j{number}", kind=kind) for number in range(count)]


def worker(handle: Callable[..., Any], concurrency: int = MANY, settings: HandlerSettings = NO_VARIABLES) -> Worker[Job]:
    return Worker(Job, handle, settings, concurrency=concurrency)


def test_as_many_messages_as_concurrency_are_in_progress(fake_lambda: FakeLambda) -> None:
    """Each message waits until ten are in progress."""
    barrier = threading.Barrier(MANY)
    result = fake_lambda.invoke(worker(lambda _: barrier.wait(WAIT)), *jobs(2 * MANY))
    result.assert_outcomes("Processed")


def test_coroutines_are_in_progress_simultaneously_in_one_loop(fake_lambda: FakeLambda) -> None:
    loops: set[Any] = set()
    arrived: list[str] = []

    async def handle(job: Job, delivery: Delivery) -> None:
        loops.add(asyncio.get_running_loop())
        arrived.append(job.id)
        while len(arrived) < MANY:
            await asyncio.sleep(0)

    waiting = worker(handle)
    fake_lambda.invoke(waiting, *jobs()).assert_outcomes("Processed")
    fake_lambda.invoke(waiting, *jobs()).assert_outcomes("Processed")
    assert len(loops) == 1, "clients keep their loop in the next invocation"


@pytest.mark.parametrize("concurrency", [1, MANY])
def test_coroutine_has_every_outcome(concurrency: int, fake_lambda: FakeLambda) -> None:
    async def handle(job: Job) -> None:
        await asyncio.sleep(0)
        if job.kind == "never":
            raise NonRetryable("no")
        if job.kind == "cancelled":
            raise asyncio.CancelledError
        if job.kind == "fails":
            raise RuntimeError("away")

    kinds = ("good", "never", "cancelled", "fails")
    result = fake_lambda.invoke(worker(handle, concurrency, BOTH), *(Job(id=kind, kind=kind) for kind in kinds))
    result.assert_outcomes("Processed", "NonRetryable", "Failed", "Failed")


@pytest.mark.parametrize("concurrency", [1, 2, MANY])
def test_order_within_a_group_is_kept(concurrency: int, fake_lambda: FakeLambda) -> None:
    done: list[str] = []
    messages = [SqsMessage(Job(id=f"{group}{number}"), group=group) for number in range(5) for group in "abc"]
    fake_lambda.invoke(worker(lambda job: done.append(job.id), concurrency), *messages, queue="jobs.fifo")
    for group in "abc":
        assert [each for each in done if each[0] == group] == [f"{group}{number}" for number in range(5)]


def test_groups_are_processed_simultaneously(fake_lambda: FakeLambda) -> None:
    barrier = threading.Barrier(3)
    messages = [SqsMessage(Job(id=f"{group}{number}"), group=group) for number in range(3) for group in "abc"]
    result = fake_lambda.invoke(worker(lambda _: barrier.wait(WAIT)), *messages, queue="jobs.fifo")
    result.assert_outcomes("Processed")


def test_failed_message_holds_back_only_its_group(fake_lambda: FakeLambda) -> None:
    def handle(job: Job) -> None:
        if job.kind == "fails":
            raise RuntimeError("away")

    kinds = ("good", "fails", "good")
    messages = [SqsMessage(Job(id=f"{group}{kind}", kind=kind), group=group) for group in "ab" for kind in kinds]
    result = fake_lambda.invoke(worker(handle, settings=BOTH), *messages, queue="jobs.fifo")
    result.assert_outcomes(*(["Processed", "Failed", "HeldBack"] * 2))
    assert result.messages[1].retry_after == result.messages[2].retry_after


def test_log_lines_belong_to_their_message(fake_lambda: FakeLambda) -> None:
    """All messages are noted before any of them logs a line."""
    barrier = threading.Barrier(MANY)

    def handle(job: Job) -> None:
        note(job_id=job.id)
        barrier.wait(WAIT)
        logger.info("working")

    result = fake_lambda.invoke(worker(handle), *jobs())
    for number, message in enumerate(result.messages):
        assert [(line["message"], line["job_id"]) for line in message.log] == [
            ("working", f"j{number}"),
            ("message processed", f"j{number}"),
        ]


def test_coroutine_logs_lines_of_its_message(fake_lambda: FakeLambda) -> None:
    async def handle(job: Job) -> None:
        note(job_id=job.id)
        await asyncio.sleep(0)
        logger.info("working")

    result = fake_lambda.invoke(worker(handle), *jobs())
    assert [message.log[0]["job_id"] for message in result.messages] == [f"j{number}" for number in range(MANY)]


def test_context_variables_of_the_handler_reach_the_function(fake_lambda: FakeLambda) -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="none")
    seen: list[str] = []
    inner = worker(lambda _: seen.append(tenant.get()))

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        tenant.set("shop")
        return inner(event, context)

    fake_lambda.invoke(handler, *jobs(3)).assert_outcomes("Processed")
    assert seen == ["shop"] * 3


class Stuck:
    """A worker of which one message does not finish before the test says so."""

    def __init__(self, function: FakeLambda, **options: Any) -> None:
        self.function, self.go, self.ended = function, threading.Event(), threading.Event()
        self.worker = worker(self._handle, 2, **options)

    def _handle(self, job: Job) -> None:
        if job.kind == "stuck":
            self.go.wait(WAIT)
            self.ended.set()
            raise NonRetryable("too late")

    def __call__(self, *messages: Any, timeout: float = 2.0, **more: Any) -> BatchResult:
        return self.function.invoke(self.worker, *messages, timeout=timeout, **more)


def test_unfinished_message_returns_in_time_and_hides_no_others(real: FakeLambda, capsys: pytest.CaptureFixture[str]) -> None:
    stuck = Stuck(real, settings=BOTH)
    begin = time.monotonic()
    result = stuck(Job(id="slow", kind="stuck"), *jobs(4))
    assert time.monotonic() - begin < 2
    result.assert_outcomes("Unfinished", *["Processed"] * 4)
    assert result.returned == ["message-1"]
    assert result["message-1"].log[0]["message"] == "message returned to the queue unfinished"
    assert metrics(capsys.readouterr().out) == {"Unfinished": 1, "Processed": 4}
    stuck.go.set()
    assert stuck.ended.wait(WAIT)
    stuck(*jobs(4)).assert_outcomes("Processed")
    assert real.sqs.requests == [], "what ends too late sends nothing, because the message is in the queue again"
    assert metrics(capsys.readouterr().out) == {"Processed": 4}


def test_messages_behind_unfinished_ones_are_out_of_time(real: FakeLambda) -> None:
    stuck = Stuck(real)
    result = stuck(*jobs(3, "stuck"))
    assert sorted(result.outcomes) == ["OutOfTime", "Unfinished", "Unfinished"]
    messages = [SqsMessage(job, group="a") for job in jobs(2, "stuck")]
    stuck(*messages, SqsMessage(Job(id="b"), group="b"), queue="jobs.fifo").assert_outcomes(
        "Unfinished", "OutOfTime", "Processed"
    )
    stuck.go.set()


def test_unfinished_coroutine_is_cancelled(real: FakeLambda) -> None:
    cancelled = threading.Event()

    async def handle(job: Job) -> None:
        if job.kind == "stuck":
            try:
                await asyncio.sleep(WAIT)
            except asyncio.CancelledError:
                cancelled.set()
                raise

    result = real.invoke(worker(handle, 2), Job(id="slow", kind="stuck"), *jobs(3), timeout=2)
    result.assert_outcomes("Unfinished", *["Processed"] * 3)
    assert cancelled.wait(WAIT)


def test_function_exits_if_too_many_threads_never_end(real: FakeLambda) -> None:
    stuck = Stuck(real)
    with mock.patch.object(lanes, "MAX_STUCK_THREADS", 1):
        stuck(*jobs(2, "stuck"), timeout=0.5).assert_outcomes("Unfinished")
        with pytest.raises(
            SystemExit, match=r"^2 messages of earlier batches are still in progress. Give your requests shorter"
        ):
            stuck(*jobs(2))
    stuck.go.set()


def test_errors_for_the_process_end_the_invocation_at_once(real: FakeLambda) -> None:
    go = threading.Event()

    def handle(job: Job) -> None:
        if job.id == "j0":
            raise SystemExit(3)
        go.wait(WAIT)

    begin = time.monotonic()
    with pytest.raises(SystemExit):
        real.invoke(worker(handle, 2), *jobs(2), timeout=30)
    assert time.monotonic() - begin < WAIT / 2
    go.set()


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
@pytest.mark.parametrize("concurrency", [1, 2])
def test_errors_for_the_process_pass_the_event_loop(error: BaseException, concurrency: int, fake_lambda: FakeLambda) -> None:
    async def handle(job: Job) -> None:
        raise error

    with pytest.raises(type(error)):
        fake_lambda.invoke(worker(handle, concurrency), *jobs(2))


def test_slow_message_ends_the_batch_for_all_threads(fake_lambda: FakeLambda) -> None:
    """The slowest message decides for which there is time, in whichever thread it was."""
    both = threading.Barrier(2)

    def handle(job: Job) -> None:
        both.wait(WAIT)
        if job.id == "j0":
            fake_lambda.clock.advance(20)
        both.wait(WAIT)

    result = fake_lambda.invoke(worker(handle, 2), *jobs(6), timeout=30)
    result.assert_outcomes("Processed", "Processed", *["OutOfTime"] * 4)


@pytest.mark.parametrize("number", [0, -1, 1_001])
def test_concurrency_has_limits(number: int) -> None:
    with pytest.raises(ValueError, match=rf"^concurrency is {number}, but must be from 1 to 1000$"):
        worker(lambda _: None, number)


def test_setting_is_the_default(fake_lambda: FakeLambda) -> None:
    barrier = threading.Barrier(3)
    settings = HandlerSettings.from_environment({"WORKER_CONCURRENCY": "3"})
    fake_lambda.invoke(Worker(Job, lambda _: barrier.wait(WAIT), settings), *jobs(3)).assert_outcomes("Processed")


@pytest.mark.parametrize(("variable", "connections"), [("", 10), ("3", 10), ("64", 64), ("many", 10)])
def test_clients_keep_a_connection_for_each_thread(variable: str, connections: int) -> None:
    assert pool_size(variable) == connections


def test_sqs_client_is_created_once_by_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    created: list[Any] = []

    def create(_service: str, config: Any) -> Any:
        created.append(config)
        return mock.Mock()

    monkeypatch.setattr("boto3.client", create)
    sqs = Sqs(concurrency=64)
    threads = [threading.Thread(target=sqs.call, args=("send_message",)) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [config.max_pool_connections for config in created] == [64]
