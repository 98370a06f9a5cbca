"""The exact engine: a heap of events, one batch at a time. For up to some million messages."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from itertools import count
from random import Random

from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.groups import FifoQueue
from queuesmith.capacity.invocations import Batch, Handler
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.queues import StandardQueue
from queuesmith.capacity.run import Run, Series, Totals
from queuesmith.capacity.workload import Workload

_FINISH, _TICK, _END, _CLOSE, _GIVE_UP, _DEPLOY = range(6)


def run_events(parameters: Parameters, workload: Workload, assumed: Assumptions, step: float = 1.0) -> Run:
    """Simulate every batch.

    Parameters
    ----------
    parameters
        The pipeline's numbers.
    workload
        Arrivals, service times and failures. Its seed makes the run repeatable.
    assumed
        The constants.
    step
        Seconds between two samples, which is also how often Lambda adapts the concurrency.

    """
    return _Simulation(parameters, workload, assumed, step).run()


class _Simulation:
    def __init__(self, parameters: Parameters, workload: Workload, assumed: Assumptions, step: float) -> None:
        self._parameters, self._workload, self._assumed = parameters, workload, assumed
        random = Random(workload.seed)  # noqa: S311 - no cryptography
        arrivals = workload.arrivals(random)
        limits = {
            "delay": parameters.delay,
            "retention": parameters.retention,
            "max_receives": parameters.max_receive_count,
        }
        self._queue: StandardQueue = StandardQueue(arrivals, **limits)  # type: ignore[arg-type]
        if parameters.is_fifo:
            groups = workload.group_of_each(random, len(arrivals))
            self._queue = FifoQueue(arrivals, groups, lookahead=assumed.fifo_lookahead, **limits)  # type: ignore[arg-type]
        self._handler = Handler(parameters, workload, assumed, self._queue, random)
        self._random, self._sequence = random, count()
        self._series, self._totals = Series(step), Totals()
        self._heap: list[tuple[float, int, int, Batch | None]] = []
        self._size = parameters.batch_limit(workload.message_bytes, assumed)
        self._poller_limit = parameters.poller_limit(assumed)
        self._function_limit = parameters.function_limit(assumed)
        self._start_limit = parameters.start_limit(assumed)
        self._ramp = parameters.ramp(assumed) * step
        self._limit = self._start_limit
        self._busy = 0
        """Batches that occupy the mapping: in the function, or throttled."""
        self._running = 0
        """Batches in the function."""
        self._version = 0
        """The number of deployments so far."""
        self._throttled: deque[Batch] = deque()
        self._poll_at = 0.0
        """When the pollers' own limits allow the next poll."""
        self._window_closes: float | None = None
        self._paced = bool(parameters.pollers) or parameters.is_fifo

    def run(self) -> Run:
        heap, queue, until = self._heap, self._queue, self._workload.until
        handlers = (self._finish, self._tick, self._end, self._close, self._give_up, self._deploy)
        self._push(self._series.step, _TICK)
        for moment in self._workload.deploys:
            self._push(moment, _DEPLOY)
        self._push(until, _END)
        now = 0.0
        while heap and heap[0][0] <= until:
            if self._has_room():
                visible_at = max(queue.next_visible(), self._poll_at, now)
                if visible_at < heap[0][0]:
                    now = visible_at
                    self._start_batches(now)
                    continue
            now, _, kind, batch = heapq.heappop(heap)
            handlers[kind](now, batch)
        return self._result(until)

    def _push(self, when: float, kind: int, batch: Batch | None = None) -> None:
        heapq.heappush(self._heap, (when, next(self._sequence), kind, batch))

    def _has_room(self) -> bool:
        return (
            self._busy + 1 <= self._limit
            and self._window_closes is None
            and self._queue.in_flight + self._size <= self._assumed.in_flight
        )

    def _start_batches(self, now: float) -> None:
        """Start batches until the concurrency is used or no message is visible."""
        window = 0 if self._parameters.is_fifo else self._parameters.window
        while self._has_room() and self._poll_at <= now:
            if window and (full_at := self._queue.time_of_full(self._size)) > now:
                if self._queue.next_visible() > now:
                    return
                self._window_closes = min(now + window, full_at)
                self._push(self._window_closes, _CLOSE)
                return
            if not self._receive(now):
                return

    def _receive(self, now: float) -> bool:
        size = self._size
        if self._assumed.batch_fill < 1:
            exact = size * self._assumed.batch_fill
            size = int(exact) + (self._random.random() < exact - int(exact)) or 1
        messages = self._queue.take(now, size)
        if not messages:
            return False
        receives = -(-len(messages) // int(self._assumed.messages_per_receive))
        self._totals.receives += receives
        if self._paced:
            self._pace(now, len(messages), receives)
        self._begin(now, Batch(messages, now, self._version))
        return True

    def _pace(self, now: float, messages: int, receives: int) -> None:
        """Apply the limits of provisioned pollers and of FIFO queues to the time of the next poll."""
        assumed, pause = self._assumed, 0.0
        if self._parameters.pollers:
            pollers = max(self._limit / assumed.pollers_concurrency, 1)
            data = messages * self._workload.message_bytes / assumed.poller_bytes_per_second
            pause = max(receives / assumed.polls_per_second, data) / pollers
        if self._parameters.is_fifo:
            high = self._parameters.high_throughput
            pause = max(pause, receives / (assumed.fifo_high_throughput_calls if high else assumed.fifo_calls))
        self._poll_at = max(self._poll_at, now) + pause

    def _begin(self, now: float, batch: Batch) -> None:
        self._busy += 1
        if self._running < self._function_limit:
            self._execute(now, batch)
            return
        self._totals.throttles += 1
        wait = self._assumed.throttle_wait * self._parameters.visibility_timeout
        if wait:
            self._throttled.append(batch)
            self._push(batch.received_at + wait, _GIVE_UP, batch)
        else:
            busy = self._parameters.batch_seconds(self._size, self._workload.service.mean, self._assumed)
            self._push(now + busy, _GIVE_UP, batch)

    def _execute(self, now: float, batch: Batch) -> None:
        self._running += 1
        batch.is_running = True
        seconds = self._handler.start(now, batch)
        self._totals.busy_seconds += seconds
        self._push(now + seconds, _FINISH, batch)

    def _finish(self, now: float, batch: Batch | None) -> None:
        if batch is None:
            return
        self._running -= 1
        if batch.version == self._version:
            self._busy -= 1
        if self._handler.finish(now, batch, reuse=batch.version == self._version):
            self._limit = max(self._limit * (1 - self._assumed.error_decrease), min(2.0, self._start_limit))
        while self._throttled and self._running < self._function_limit:
            self._execute(now, self._throttled.popleft())

    def _give_up(self, now: float, batch: Batch | None) -> None:
        """A throttled batch was not invoked in time. Its messages have used up a receive attempt."""
        if batch is None or batch.is_running:
            return
        if batch in self._throttled:
            self._throttled.remove(batch)
        if batch.version == self._version:
            self._busy -= 1
        self._queue.return_at(batch.messages, max(batch.received_at + self._parameters.visibility_timeout, now))

    def _end(self, _now: float, _batch: Batch | None) -> None:
        """The end of the simulation, so that the heap is never empty before it."""

    def _close(self, now: float, _batch: Batch | None) -> None:
        """The batching window ends."""
        self._window_closes = None
        if self._has_room():
            self._receive(now)

    def _deploy(self, _now: float, _batch: Batch | None) -> None:
        """A new version: running batches no longer count for the mapping, and all execution environments are cold."""
        self._version += 1
        self._busy = 0
        self._handler.forget_environments()

    def _tick(self, now: float, _batch: Batch | None) -> None:
        waiting = self._queue.waiting(now)
        if waiting and self._busy + 1 > self._limit:
            self._limit = min(self._limit + self._ramp, self._poller_limit)
        elif self._busy < self._limit:
            decrease = self._assumed.decrease_per_minute / 60 * self._series.step
            self._limit = max(self._limit - decrease, self._start_limit, min(self._busy, self._poller_limit))
        self._sample(now, waiting)
        if now + self._series.step <= self._workload.until:
            self._push(now + self._series.step, _TICK)

    def _sample(self, now: float, waiting: int) -> None:
        series, queue, handler = self._series, self._queue, self._handler
        series.visible.append(waiting)
        series.invisible.append(queue.in_flight)
        series.age.append(queue.oldest(now))
        series.metric_age.append(queue.oldest_measured(now) if not self._parameters.is_fifo else series.age[-1])
        series.concurrency.append(self._running)
        series.executions.append(self._running * handler.share_in_function())
        series.dead.append(len(queue.counts.dead))
        series.deleted.append(queue.counts.deleted)
        series.invocations.append(handler.invocations)
        series.errors.append(handler.errors)
        series.throttles.append(self._totals.throttles)
        series.failed.append(handler.failed)
        series.batch.append(handler.largest_batch())
        series.sent.append(queue.sent_by(now))

    def _result(self, until: float) -> Run:
        queue, handler, totals, series = self._queue, self._handler, self._totals, self._series
        totals.sent = len(queue.arrivals)
        totals.visible, totals.invisible = queue.not_received(until), queue.in_flight
        totals.expired, totals.received = queue.counts.expired, queue.counts.received
        totals.dead = len(queue.counts.dead)
        handler.add_to(totals)
        series.sent = _differences(series.sent, self._workload.backlog)
        for name in ("deleted", "invocations", "errors", "throttles", "failed"):
            setattr(series, name, _differences(getattr(series, name)))
        handler.latencies = type(handler.latencies)("d", sorted(handler.latencies))
        return Run("events", series, totals, handler.latencies)


def _differences(values: Sequence[float], start: float = 0.0) -> list[float]:
    return [value - before for before, value in zip([start, *values], values, strict=False)]
