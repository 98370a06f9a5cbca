"""The rates of the slots engine: concurrency, how full batches are, and how many messages one slot processes."""

from __future__ import annotations

from random import Random

from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Totals
from queuesmith.capacity.workload import Workload

_TRIES = 400
"""Batches that are drawn to estimate how many reach the timeout."""


class Flow:
    """The mapping and the function as rates. `advance` sets the public attributes for one slot."""

    def __init__(self, parameters: Parameters, workload: Workload, assumed: Assumptions, step: float) -> None:
        self._parameters, self._workload, self._assumed, self._step = parameters, workload, assumed, step
        self._batch = parameters.batch_limit(workload.message_bytes, assumed) * assumed.batch_fill
        self._per_message = workload.service.mean / parameters.message_concurrency
        self._single = workload.service.mean
        self._poller_limit = parameters.poller_limit(assumed)
        if parameters.is_fifo and workload.groups:
            self._poller_limit = min(self._poller_limit, workload.groups)
        self._function_limit = parameters.function_limit(assumed)
        self._start = min(parameters.start_limit(assumed), self._poller_limit)
        self._ramp = parameters.ramp(assumed) * step
        self._limit = self._start
        self._full_seconds, self._timeouts = self._full_batch()
        self._cold_start = assumed.cold_start if workload.cold_start is None else workload.cold_start
        self._environments = 0.0
        self.taken = self.running = self.fill = self.latency = self.in_flight = 0.0
        """Messages taken in the slot, concurrent invocations, messages in a batch, seconds from receive to deletion, and
        messages in the function."""
        self.share_in_function = 0.0
        """Which part of the batches' time is in the function, not overhead."""
        self.throttled = self.raised = 0.0
        """The shares of messages whose batch is throttled, and whose invocation raises an error."""
        self.invocations = self.errors = self.throttles = 0.0
        """Numbers of the slot."""
        self._invocations = self._errors = self._throttles = self._cold_starts = 0.0
        self._seconds = self._busy_seconds = self._receives = 0.0

    def advance(self, waiting: float, invisible: float, *, deploy: bool) -> None:
        """Compute one slot.

        Parameters
        ----------
        waiting
            Visible messages.
        invisible
            Messages that are in flight and not in the function: they wait for their visibility timeout.
        deploy
            Whether a new version is deployed in it.

        """
        limit = self._limit
        room = max((self._assumed.in_flight - invisible) / max(self._batch, 1), 0.0)
        usable = min(limit, room)
        running = min(usable, self._function_limit)
        self.throttled = self._throttled_share(usable) if usable > self._function_limit else 0.0
        most = running * self._batch / self._full_seconds * self._step / (1 - self.throttled)
        most = min(most, self._paced(limit))
        self.taken = min(waiting, most)
        is_full = waiting >= most
        self._fill_batches(self.taken / self._step, usable, running, is_full=is_full)
        self.raised = 1 - (1 - self._workload.raised) * (1 - (self._timeouts if self.fill >= self._batch else 0.0))
        self._count(deploy=deploy)
        self._scale(is_full=is_full or self.fill > 1.001)

    def add_to(self, totals: Totals) -> None:
        """Write what was counted."""
        totals.invocations, totals.errors, totals.throttles = self._invocations, self._errors, self._throttles
        totals.cold_starts = self._cold_starts
        totals.handler_seconds = self._seconds + self._cold_starts * self._cold_start
        totals.busy_seconds, totals.receives = self._busy_seconds, self._receives

    def _full_batch(self) -> tuple[float, float]:
        """Return the seconds of a full batch with its overhead, and the share that reaches the timeout."""
        size, timeout = max(round(self._batch), 1), self._parameters.timeout
        random = Random(1)  # noqa: S311 - no cryptography
        drawn = [
            self._workload.service.draw(random, size) for _ in range(_TRIES if len(self._workload.service.values) > 1 else 1)
        ]
        batches = [self._parameters.processing_seconds(times) for times in drawn]
        if self._parameters.message_concurrency == 1:
            mean = self._per_message * max(self._batch, 1)
        else:
            mean = sum(batches) / len(batches)
        late = sum(seconds > timeout for seconds in batches)
        return self._assumed.batch_overhead + min(mean, timeout), late / len(drawn)

    def _throttled_share(self, usable: float) -> float:
        """Return the share of batches that are not invoked before Lambda gives them up."""
        function, seconds = self._function_limit, self._full_seconds
        if function <= 0:
            return 1 - 1e-9
        patience = self._assumed.throttle_wait * self._parameters.visibility_timeout
        if (usable - function) * seconds / function <= patience:
            return 0.0
        rate = function / seconds
        return 1 - rate / ((usable - function) / (patience or seconds) + rate)

    def _paced(self, limit: float) -> float:
        """Return the most messages that the pollers' own limits allow in a slot."""
        assumed, parameters, most = self._assumed, self._parameters, float("inf")
        if parameters.pollers:
            pollers = limit / assumed.pollers_concurrency
            each = min(
                assumed.polls_per_second * min(assumed.messages_per_receive, self._batch),
                assumed.poller_bytes_per_second / max(self._workload.message_bytes, 1),
            )
            most = pollers * each * self._step
        if parameters.is_fifo:
            calls = assumed.fifo_high_throughput_calls if parameters.high_throughput else assumed.fifo_calls
            most = min(most, calls * min(self._batch, assumed.messages_per_receive) * self._step)
        return most

    def _fill_batches(self, rate: float, usable: float, running: float, *, is_full: bool) -> None:
        """Set how full batches are, how long they take, and how many run. With free concurrency, batches are small."""
        overhead, service, window = self._assumed.batch_overhead, self._per_message, self._parameters.window
        if is_full or not rate:
            self.fill = self._batch if rate else 0.0
        else:
            spare = usable - rate * service
            self.fill = max(1.0, min(self._batch, rate * overhead / spare if spare > 0 else self._batch))
            if window:
                self.fill = max(self.fill, min(self._batch, 1 + rate * window))
        seconds = self._full_seconds if self.fill >= self._batch else overhead + max(self.fill * service, self._single)
        wait = 0.0 if is_full or not rate else min((self.fill - 1) / (2 * rate), window or 1e9)
        self.latency = seconds + wait
        batches = rate / self.fill if self.fill else 0.0
        self.running = running if is_full and rate else min(batches * seconds, usable)
        self.in_flight = self.running * self.fill
        self.share_in_function = 1 - overhead / seconds if seconds else 1.0
        self._batches, self._batch_seconds = batches * self._step, seconds

    def _count(self, *, deploy: bool) -> None:
        started = self._batches * (1 - self.throttled) * (1 - self._workload.filtered ** max(self.fill, 1))
        self.invocations, self.throttles = started, self._batches * self.throttled
        if self.running >= self._function_limit and self._limit > self._function_limit:
            self.throttles = max(self.throttles, self._batches * (1 - self._function_limit / self._limit))
        self.errors = started * self.raised
        if deploy:  # running batches no longer count for the mapping, so that as many again start
            self._environments = 0.0
            self.throttles += max(2 * self.running - self._function_limit, 0.0)
            self.running = min(2 * self.running, self._function_limit)
        if self.running > self._environments:
            self._cold_starts += self.running - self._environments
            self._environments = self.running
        else:
            idle = self._environments - self.running
            self._environments -= idle * min(self._step / self._assumed.environment_expiry, 1.0)
        self._invocations += started
        self._throttles += self.throttles
        self._errors += self.errors
        self._seconds += started * (self._batch_seconds - self._assumed.batch_overhead)
        self._busy_seconds += self._batches * self._batch_seconds
        self._receives += self._batches * max(self.fill / self._assumed.messages_per_receive, 1.0)

    def _scale(self, *, is_full: bool) -> None:
        """Adapt the concurrency: it grows while messages wait, and decreases after errors."""
        if is_full:
            self._limit = min(self._limit + self._ramp, self._poller_limit)
        elif self.running < self._limit:
            decrease = self._assumed.decrease_per_minute / 60 * self._step
            self._limit = max(self._limit - decrease, self._start, min(self.running, self._poller_limit))
        if self.errors:
            decrease = (1 - self._assumed.error_decrease) ** self.errors
            self._limit = max(self._limit * decrease, min(2.0, self._start))
