"""What the console has read: the workers' current state, and how it developed since the console was started."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from queuesmith import aws, operations
from queuesmith.common.errors import NotFoundError

MINIMUM_AGE = 2.0
"""Seconds for which a status is shown before AWS is asked again, however many pages are open."""
SAMPLES = 4_320
"""Samples that are kept for each worker: six hours with one every five seconds."""


@dataclass(frozen=True)
class Sample:
    """A worker's counts at one moment. None: not known."""

    moment: datetime
    backlog: int | None
    in_flight: int | None
    in_dlq: int | None

    @classmethod
    def of(cls, status: operations.WorkerStatus, moment: datetime) -> Sample:
        """The counts in a status."""
        queue, dlq = status.queue, status.dead_letter_queue
        return cls(moment, queue.visible if queue else None, queue.in_flight if queue else None, dlq.visible if dlq else None)


class Readings:
    """Reads the selected workers. Its methods raise QueuesmithError and boto3's errors, and can be called by threads."""

    def __init__(self, selection: aws.Selection) -> None:
        self._selection = selection
        self._reading = threading.Lock()
        self._statuses: list[operations.WorkerStatus] = []
        self._read_at = float("-inf")
        self._samples: dict[str, deque[Sample]] = {}

    def workers(self) -> list[aws.DeployedWorker]:
        """Find the workers. Earlier readings are not reused, so that each page shows the present state."""
        workers = aws.find_workers(self._selection)
        if workers:  # creating clients takes longer than the requests, so they are used again
            self._selection = replace(self._selection, connection=workers[0].connection)
        return workers

    def worker(self, name: str) -> aws.DeployedWorker:
        """Find one of the workers. Raises NotFoundError if there is none with this name."""
        workers = {worker.name: worker for worker in self.workers()}
        if name not in workers:
            raise NotFoundError(f'There is no worker "{name}" here. The workers are: {", ".join(workers)}')
        return workers[name]

    def statuses(self) -> list[operations.WorkerStatus]:
        """The status of each worker, at most MINIMUM_AGE seconds old."""
        with self._reading:
            if time.monotonic() - self._read_at >= MINIMUM_AGE:
                self._statuses = operations.read_status(self.workers())
                self._read_at = time.monotonic()
                now = datetime.now(UTC)
                for each in self._statuses:
                    self._samples.setdefault(each.worker, deque(maxlen=SAMPLES)).append(Sample.of(each, now))
            return self._statuses

    def status(self, name: str) -> operations.WorkerStatus:
        """The status of one worker. Raises NotFoundError if there is none with this name."""
        found = next((each for each in self.statuses() if each.worker == name), None)
        if found is None:
            names = ", ".join(each.worker for each in self._statuses)
            raise NotFoundError(f'There is no worker "{name}" here. The workers are: {names}')
        return found

    def samples(self, name: str) -> list[Sample]:
        """A worker's counts since the console was started, as often as its pages were updated."""
        return list(self._samples.get(name, ()))
