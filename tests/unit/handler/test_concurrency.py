"""Messages of a batch that are processed simultaneously, in threads or in an event loop."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import Any
from unittest import mock

import pytest

from queuesmith_worker import Delivery, HandlerSettings, NonRetryable, Worker, logger, note
from queuesmith_worker.clients import Sqs, pool_size
from queuesmith_worker.testing import FakeLambda, SqsMessage
from tests.unit.handler.parallel import BOTH, MANY, WAIT, jobs, worker
from tests.unit.handler.world import Job


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
