"""Work that takes longer than a page may: each job runs in a thread, and its page shows how far it is.

A job that reads a DLQ makes messages invisible. So a job is never cut off: at the end of the console each is asked to stop, and
makes its messages visible again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any

from queuesmith.common.signals import GRACE_PERIOD, Stop

KEPT = 16
"""Finished jobs whose results are kept. An older one runs again when its page is opened."""


class Job:
    """Work in a thread, with its progress and its result."""

    def __init__(self, work: Callable[[Job], Any], one_at_a_time: threading.Lock) -> None:
        self.stop, self.started = Stop(), time.monotonic()
        self.done, self.total = 0, 0
        self.result: Any = None
        self.error: Exception | None = None
        self.ended: datetime | None = None
        """When the work returned its result. A page that shows the result can be opened later."""
        self._work, self._lock = work, one_at_a_time
        self._thread = threading.Thread(target=self._run, daemon=True)  # the process must end even if AWS does not respond
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether the work has not ended."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the work, at most this long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            with self._lock:
                if not self.stop.is_set():
                    result = self._work(self)
                    self.ended, self.result = datetime.now(UTC), result  # a page that sees the result needs its time
        except Exception as error:
            self.error = error


class Jobs:
    """The jobs of the console, by key. Jobs with the same `resource` run one after the other."""

    def __init__(self) -> None:
        self._jobs: dict[Hashable, Job] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._changing = threading.Lock()

    def get(self, resource: str, key: Hashable, work: Callable[[Job], Any], *, again: bool = False) -> Job:
        """The job of a key: the existing one, or a new one if there is none. `again`: a new one unless it is running."""
        with self._changing:
            job = self._jobs.get((resource, key))
            if job is None or (again and not job.is_running):
                job = Job(work, self._locks.setdefault(resource, threading.Lock()))
            self._jobs.pop((resource, key), None)
            self._jobs[resource, key] = job  # the last one is the one that was used last
            for old in [each for each, other in self._jobs.items() if not other.is_running][:-KEPT]:
                del self._jobs[old]
            return job

    def close(self) -> None:
        """Ask all jobs to stop, and wait until they have made their messages visible again."""
        with self._changing:
            running = [job for job in self._jobs.values() if job.is_running]
        for job in running:
            job.stop.set()
        for job in running:
            job.wait(GRACE_PERIOD)
