"""Processes the records of a batch: in this thread one after the other, or in several threads simultaneously."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context

from queuesmith_worker.event import Record, message_group
from queuesmith_worker.formatting import Lane
from queuesmith_worker.invocation import Invocation
from queuesmith_worker.log import log_context, log_safely, logger

MAX_STUCK_THREADS = 200
"""Lambda allows 1,024 threads and processes (Lambda quotas). With more than this number of threads that never return, the
function exits, and Lambda starts a new execution environment.
"""


def process_here(invocation: Invocation, records: list[Record]) -> None:
    """Process all records in this thread, in their order."""
    lane = invocation.lane()
    with log_context(lane):
        for record in records:
            invocation.process(record, lane)


class Lanes:
    """Threads that process records simultaneously. They are started when they are first needed, and then used again.

    Parameters
    ----------
    count
        The maximum number of records that are processed simultaneously.
    interrupt
        Called if the time runs out while records are in progress.

    """

    def __init__(self, count: int, interrupt: Callable[[], None]) -> None:
        self._count, self._interrupt = count, interrupt
        self._pool: ThreadPoolExecutor | None = None
        self._stuck: list[Future[None]] = []

    def process(self, invocation: Invocation, records: list[Record], *, is_fifo: bool, reserve: float) -> None:
        """Process the records simultaneously. On a FIFO queue, the records of a message group one after the other.

        Returns `reserve` seconds before the invocation times out, even if records are still in progress. They return to the
        queue. An exception that is meant for the process is raised at once.
        """
        waiting = deque(_chains(records) if is_fifo else ([record] for record in records))
        lanes = [invocation.lane() for _ in range(min(self._count, len(waiting)))]
        pool, patience = self._free_pool(), max(0.0, invocation.seconds_left() - reserve)
        attach = invocation.trace.attachment() if invocation.trace else None
        futures = [pool.submit(copy_context().run, _work, invocation, lane, waiting, attach) for lane in lanes]
        finished, unfinished = wait(futures, patience, FIRST_EXCEPTION)
        if unfinished:
            self._abandon(invocation, records, lanes, unfinished)
        for future in finished:
            future.result()

    def _free_pool(self) -> ThreadPoolExecutor:
        self._stuck = [future for future in self._stuck if not future.done()]
        if len(self._stuck) > MAX_STUCK_THREADS:
            number = len(self._stuck)
            raise SystemExit(f"{number} messages of earlier batches are still in progress. Give your requests shorter timeouts")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="message")
        return self._pool

    def _abandon(self, invocation: Invocation, records: list[Record], lanes: list[Lane], unfinished: set[Future[None]]) -> None:
        """Return what is not finished to the queue. The threads continue, but can no longer change the response."""
        in_progress = [lane for lane in lanes if lane.record is not None]
        invocation.close(records)
        for lane in in_progress:
            with log_context(lane):
                log_safely(logger.warning, "message returned to the queue unfinished")
        self._interrupt()
        self._stuck += unfinished
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _work(invocation: Invocation, lane: Lane, waiting: deque[list[Record]], attach_trace: Callable[[], None] | None) -> None:
    with log_context(lane):
        if attach_trace is not None:
            attach_trace()
        while not invocation.is_closed:
            try:
                chain = waiting.popleft()
            except IndexError:
                return
            for record in chain:
                if not invocation.is_closed:
                    invocation.process(record, lane)


def _chains(records: list[Record]) -> list[list[Record]]:
    """The records by message group, in their order."""
    chains: dict[str | None, list[Record]] = {}
    for record in records:
        chains.setdefault(message_group(record), []).append(record)
    return list(chains.values())
