"""The function of the events engine: execution environments, how long a batch takes, and what becomes of its messages."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.queues import StandardQueue
from queuesmith.capacity.run import Totals
from queuesmith.capacity.workload import Workload


@dataclass(eq=False, slots=True)
class Batch:
    """The messages of one invocation."""

    messages: Sequence[int]
    received_at: float
    version: int
    """The deployment in which it was received."""
    is_running: bool = False
    raises: bool = False
    """Whether the invocation ends with an error or at the timeout."""
    unprocessed: Sequence[int] = ()
    """Messages for which the handler had no time."""


class Handler:
    """Runs batches."""

    def __init__(
        self, parameters: Parameters, workload: Workload, assumed: Assumptions, queue: StandardQueue, random: Random
    ) -> None:
        self._parameters, self._workload, self._assumed = parameters, workload, assumed
        self._queue, self._random = queue, random
        self._cold_start = assumed.cold_start if workload.cold_start is None else workload.cold_start
        self._idle: deque[float] = deque()
        """When each idle execution environment became idle. Lambda reuses the one that was used last."""
        share = workload.poison
        self._poison = {each for each in range(len(queue.arrivals)) if random.random() < share} if share else set[int]()
        self._can_fail = bool(workload.poison or workload.transient)
        self.latencies = array("d")
        self.invocations = self.errors = self.failed = 0
        self._largest = 0
        self._filtered = self._cold_starts = self._visibility_changes = self._sent_to_dlq = 0
        self._seconds = self._recent_seconds = self._share = 0.0
        self._recent = 0

    def start(self, now: float, batch: Batch) -> float:
        """Start a batch. Returns the seconds that it occupies the mapping."""
        workload, overhead = self._workload, self._assumed.batch_overhead
        if workload.filtered:
            self._filter(batch)
            if not batch.messages:
                return overhead
        self.invocations += 1
        self._largest = max(self._largest, len(batch.messages))
        cold = self._take_environment(now)
        seconds = self._processing(batch)
        if workload.raised and self._random.random() < workload.raised:
            batch.raises = True
        self._seconds += seconds + cold
        self._recent_seconds += seconds + cold
        self._recent += 1
        return overhead + cold + seconds

    def finish(self, now: float, batch: Batch, *, reuse: bool) -> bool:
        """Delete or return the messages of a batch. Returns whether the invocation raised an error.

        `reuse`: whether its execution environment can be used again.
        """
        if not batch.messages and not batch.unprocessed:
            return False  # everything was filtered
        if reuse:
            self._idle.append(now)
        messages, queue = batch.messages, self._queue
        failed = self._failed(messages) if self._can_fail and not batch.raises else ()
        if batch.raises or (failed and not self._parameters.partial_responses):
            self.errors += 1
            everything = [*messages, *batch.unprocessed]
            self.failed += len(everything)
            queue.return_at(everything, max(batch.received_at + self._parameters.visibility_timeout, now))
            return True
        done = [each for each in messages if each not in failed] if failed else messages
        arrivals = queue.arrivals
        self.latencies.extend([now - arrivals[each] for each in done])
        queue.delete(done)
        for each in failed:
            self._return(now, batch, each)
        queue.return_at(batch.unprocessed, now)
        self.failed += len(failed) + len(batch.unprocessed)
        return False

    def largest_batch(self) -> int:
        """Return the most messages of an invocation since the last call."""
        largest, self._largest = self._largest, 0
        return largest

    def share_in_function(self) -> float:
        """Return which part of the batches' time since the last call was in the function, not overhead."""
        if self._recent:
            self._share = self._recent_seconds / (self._recent_seconds + self._recent * self._assumed.batch_overhead or 1)
            self._recent_seconds, self._recent = 0.0, 0
        return self._share

    def forget_environments(self) -> None:
        """All execution environments are removed: a new version is deployed."""
        self._idle.clear()

    def add_to(self, totals: Totals) -> None:
        """Write what was counted."""
        counts = self._queue.counts
        totals.filtered, totals.done = self._filtered, counts.deleted - self._filtered
        totals.invocations, totals.errors, totals.cold_starts = self.invocations, self.errors, self._cold_starts
        totals.handler_seconds, totals.visibility_changes = self._seconds, self._visibility_changes
        totals.sent_to_dlq = self._sent_to_dlq
        totals.wrongly_dead = sum(message not in self._poison for _, message in counts.dead)

    def _take_environment(self, now: float) -> float:
        """Return the seconds of initialization: 0 if an idle execution environment is used."""
        idle, expired = self._idle, now - self._assumed.environment_expiry
        while idle and idle[0] < expired:
            idle.popleft()
        if idle:
            idle.pop()
            return 0.0
        self._cold_starts += 1
        return self._cold_start

    def _processing(self, batch: Batch) -> float:
        times = self._workload.service.draw(self._random, len(batch.messages))
        lanes, seconds = self._parameters.message_concurrency, self._parameters.processing_seconds(times)
        timeout, minimum = self._parameters.timeout, self._parameters.minimum_remaining_time
        if seconds <= timeout:
            return seconds
        if minimum is None:
            batch.raises = True
            return timeout
        used, fitting = 0.0, 0
        while fitting < len(times) and used <= timeout - minimum:
            used += times[fitting] / lanes
            fitting += 1
        if used > timeout:
            batch.raises = True
            return timeout
        batch.messages, batch.unprocessed = batch.messages[:fitting], batch.messages[fitting:]
        return used

    def _filter(self, batch: Batch) -> None:
        kept = [each for each in batch.messages if self._random.random() >= self._workload.filtered]
        remaining = set(kept)
        dropped = [each for each in batch.messages if each not in remaining]
        self._filtered += len(dropped)
        self._queue.delete(dropped)
        batch.messages = kept

    def _failed(self, messages: Sequence[int]) -> Collection[int]:
        """Return the messages that fail, in order. On FIFO queues, the rest of a failed message's group fails too."""
        random, transient, poison = self._random.random, self._workload.transient, self._poison
        failed = {each: None for each in messages if each in poison or random() < transient}
        if not failed or not self._parameters.is_fifo:
            return failed
        groups = self._queue.groups
        first: dict[int, int] = {}
        for each in failed:
            first.setdefault(groups[each], each)
        return {each: None for each in messages if each >= first.get(groups[each], each + 1)}

    def _return(self, now: float, batch: Batch, message: int) -> None:
        """Return a failed message to the queue, or send it to the DLQ."""
        parameters, queue = self._parameters, self._queue
        if parameters.poison_to_dlq and message in self._poison:
            self._sent_to_dlq += 1
            queue.bury([message], now)
        elif parameters.backoff:
            base, cap = parameters.backoff
            attempt = queue.receives.get(message, 0)
            self._visibility_changes += 1
            queue.return_at([message], now + self._random.uniform(0, min(cap, base * 2.0 ** min(attempt, 60))))
        else:
            queue.return_at([message], max(batch.received_at + parameters.visibility_timeout, now))
