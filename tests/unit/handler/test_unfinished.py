"""Messages that are not finished when the time ends, and errors that end the process."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any
from unittest import mock

import pytest

from queuesmith_worker import NonRetryable, lanes
from queuesmith_worker.testing import BatchResult, FakeLambda, SqsMessage
from tests.unit.handler.parallel import BOTH, WAIT, RealClock, jobs, worker
from tests.unit.handler.world import Job, metrics


@pytest.fixture
def real() -> FakeLambda:
    return FakeLambda(clock=RealClock())


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
