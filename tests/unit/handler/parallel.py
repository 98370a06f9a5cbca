"""Workers that process messages in parallel, for several test files."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from queuesmith_worker import HandlerSettings, Worker
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL, Clock
from tests.unit.handler.world import Job

NO_VARIABLES = HandlerSettings.from_environment({})
BOTH = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL, "WORKER_QUEUE_URL": QUEUE_URL})
MANY = 10
WAIT = 20
"""Seconds after which a thread that waits for another one gives up. None of these tests takes that long."""


class RealClock(Clock):
    """The clock of this machine, for tests in which threads wait for each other."""

    def __call__(self) -> float:
        return time.monotonic()


def jobs(count: int = MANY, kind: str = "good") -> list[Job]:
    return [Job(id=f"j{number}", kind=kind) for number in range(count)]


def worker(handle: Callable[..., Any], concurrency: int = MANY, settings: HandlerSettings = NO_VARIABLES) -> Worker[Job]:
    return Worker(Job, handle, settings, concurrency=concurrency)
