"""The fast engine: groups of messages in time slots, for any rate. Random fluctuations are replaced by their means."""

from __future__ import annotations

import math
from array import array
from collections import deque
from typing import TypeAlias

from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.flow import Flow
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.queues import BACK_OF_QUEUE, NEVER
from queuesmith.capacity.run import Run, Series, Totals
from queuesmith.capacity.workload import Workload

Cohort: TypeAlias = tuple[float, float, int, float]
"""Messages that share a time of arrival: the time, how many, their receive attempts so far, and how many are poison."""
_SPREAD = (0.25, 0.75)
"""The parts of a random backoff that stand for all of them."""
_NOTHING = 1e-9
"""Fewer messages than this are none."""
_RESIDUE = 1e-6
"""Fewer waiting messages than this are a rounding error. Their age would grow without end."""
_BACKLOG_PARTS = 60
"""Cohorts that stand for the backlog at the start."""
_SCAN = 30
"""Slots between two searches for the oldest invisible message."""


def run_slots(parameters: Parameters, workload: Workload, assumed: Assumptions, step: float = 1.0) -> Run:
    """Simulate time slots.

    Parameters
    ----------
    parameters
        The pipeline's numbers.
    workload
        Arrivals, service times and failures.
    assumed
        The constants.
    step
        The length of a slot in seconds. It can be longer than a batch.

    """
    return _Slots(parameters, workload, assumed, step).run()


class _Slots:
    def __init__(self, parameters: Parameters, workload: Workload, assumed: Assumptions, step: float) -> None:
        self._parameters, self._workload, self._assumed, self._step = parameters, workload, assumed, step
        self._flow = Flow(parameters, workload, assumed, step)
        self._max_receives = parameters.max_receive_count or NEVER
        self._front: deque[Cohort] = deque()
        """Returned messages, which are older than the fresh ones."""
        self._fresh: deque[Cohort] = deque()
        self._returning: dict[int, dict[int, list[float]]] = {}
        """The messages that are visible again in each slot, by their receive attempts: amount, amount × arrival, poison."""
        self._waiting = self._invisible = self._failed = 0.0
        self._oldest_invisible = NEVER
        self._series, self._totals = Series(step), Totals()
        self._latencies, self._weights = array("d"), array("d")
        self._now, self._index = 0.0, 0

    def run(self) -> Run:
        """Run all slots."""
        step, deploys = self._step, {int(moment / self._step) for moment in self._workload.deploys}
        self._add_backlog()
        for index, sent in enumerate(self._arrivals()):
            self._index, self._now = index, index * step
            self._arrive(sent)
            if index in self._returning:
                self._wake(self._returning.pop(index))
            if self._fresh and self._fresh[0][0] < self._now - self._parameters.retention:
                self._expire()
            flow = self._flow
            self._failed = 0.0
            flow.advance(self._waiting, self._invisible, deploy=index in deploys)
            done = self._process(flow.taken)
            self._sample(sent, done)
        return self._result()

    def _arrivals(self) -> list[float]:
        """Return the messages of each slot."""
        step = self._step
        slots = [0.0] * max(round(self._workload.until / step), 1)
        for phase in self._workload.phases:
            first, last = phase.start / step, phase.end / step
            for index in range(int(first), min(int(last) + 1, len(slots))):
                slots[index] += max(min(last, index + 1) - max(first, index), 0.0) * step * phase.rate
        if delay := round(self._parameters.delay / step):
            slots = [0.0] * min(delay, len(slots)) + slots[:-delay]
        return slots

    def _add_backlog(self) -> None:
        backlog = self._workload.backlog
        self._totals.sent = self._waiting = backlog
        for arrived in self._workload.backlog_arrivals(_BACKLOG_PARTS) if backlog else ():
            amount = backlog / _BACKLOG_PARTS
            self._fresh.append((arrived, amount, 0, amount * self._workload.poison))

    def _arrive(self, sent: float) -> None:
        if sent:
            self._totals.sent += sent
            self._waiting += sent
            self._fresh.append((self._now - self._parameters.delay, sent, 0, sent * self._workload.poison))

    def _wake(self, returned: dict[int, list[float]]) -> None:
        for attempts, (amount, weighted, poison) in returned.items():
            self._invisible -= amount
            if attempts >= self._max_receives:
                self._totals.dead += amount
                self._totals.wrongly_dead += amount - poison
                continue
            self._waiting += amount
            place = self._fresh if attempts >= BACK_OF_QUEUE else self._front
            place.append((weighted / amount, amount, attempts, poison))

    def _expire(self) -> None:
        limit = self._now - self._parameters.retention
        while self._fresh and self._fresh[0][0] < limit:
            amount = self._fresh.popleft()[1]
            self._totals.expired += amount
            self._waiting -= amount

    def _process(self, amount: float) -> float:
        """Take messages from the queue. Returns how many were deleted."""
        done = 0.0
        while amount > _NOTHING and (self._front or self._fresh):
            queue = self._front or self._fresh
            arrived, count, attempts, poison = queue[0]
            if count <= amount:
                queue.popleft()
                taken = count
            else:
                taken = amount
                rest = 1 - amount / count
                queue[0] = (arrived, count - amount, attempts, poison * rest)
                poison *= 1 - rest
            amount -= taken
            self._waiting -= taken
            done += self._outcome((arrived, taken, attempts, poison))
        if self._waiting < _RESIDUE:
            self._waiting = 0.0
            self._front.clear()
            self._fresh.clear()
        return done

    def _outcome(self, cohort: Cohort) -> float:
        """Decide what becomes of received messages. Returns how many were deleted."""
        arrived, amount, attempts, poison = cohort
        flow, totals, workload = self._flow, self._totals, self._workload
        totals.received += amount
        throttled = amount * flow.throttled
        whole = (amount - throttled) * flow.raised
        self._failed += whole
        if throttled + whole:
            back = throttled + whole
            self._return((arrived, back, attempts + 1, poison * back / amount), self._parameters.visibility_timeout)
            poison *= 1 - back / amount
            amount -= back
        filtered = amount * workload.filtered
        poison -= poison * workload.filtered
        totals.filtered += filtered
        amount -= filtered
        transient = (amount - poison) * workload.transient
        failed = transient + poison
        done = self._fail((arrived, amount, attempts, poison), transient) if failed > _NOTHING else amount
        if done:
            totals.done += done
            self._latencies.append(max(self._now - arrived, 0.0) + flow.latency)
            self._weights.append(done)
        return done + filtered

    def _fail(self, cohort: Cohort, transient: float) -> float:
        """Return or bury the failed messages. Returns how many succeeded."""
        arrived, amount, attempts, poison = cohort
        parameters, totals = self._parameters, self._totals
        if not parameters.partial_responses:  # one failure returns the whole batch
            innocent = (amount - poison) * (1 - self._workload.transient)
            others = max(self._flow.fill - 1, 0.0)
            lost = innocent * (1 - math.pow(1 - (transient + poison) / amount, others))
            failed = transient + poison + lost
            self._failed += failed
            self._return((arrived, failed, attempts + 1, poison), parameters.visibility_timeout)
            return amount - failed
        if poison and parameters.poison_to_dlq:
            totals.dead += poison
            totals.sent_to_dlq += poison
            amount, poison = amount - poison, 0.0
        failed = transient + poison
        self._failed += failed
        if failed and parameters.backoff:
            totals.visibility_changes += failed
            base, cap = parameters.backoff
            longest = min(cap, math.ldexp(base, min(attempts, 60)))
            for part in _SPREAD:
                share = (arrived, failed / len(_SPREAD), attempts + 1, poison / len(_SPREAD))
                self._return(share, part * longest + self._flow.latency)
        elif failed:
            self._return((arrived, failed, attempts + 1, poison), parameters.visibility_timeout)
        return amount - failed

    def _return(self, cohort: Cohort, delay: float) -> None:
        """Make messages visible again after a delay, at the earliest in the next slot."""
        index = self._index + max(round(delay / self._step), 1)
        arrived, amount, attempts, poison = cohort
        sums = self._returning.setdefault(index, {}).setdefault(attempts, [0.0, 0.0, 0.0])
        sums[0] += amount
        sums[1] += amount * arrived
        sums[2] += poison
        self._invisible += amount

    def _sample(self, sent: float, done: float) -> None:
        series, flow, totals = self._series, self._flow, self._totals
        end = self._now + self._step
        series.sent.append(sent)
        series.deleted.append(done)
        series.visible.append(self._waiting)
        series.invisible.append(self._invisible + flow.in_flight)
        series.concurrency.append(flow.running)
        series.executions.append(flow.running * flow.share_in_function)
        series.dead.append(totals.dead)
        series.invocations.append(flow.invocations)
        series.errors.append(flow.errors)
        series.throttles.append(flow.throttles)
        series.failed.append(self._failed)
        series.batch.append(flow.fill)
        front = end - self._front[0][0] if self._front else 0.0
        measured = next((each[0] for each in self._fresh if each[2] < BACK_OF_QUEUE), end - flow.latency)
        series.metric_age.append(max(end - measured, front))
        if self._returning and self._index % _SCAN == 0:
            self._oldest_invisible = min(sums[1] / sums[0] for each in self._returning.values() for sums in each.values())
        oldest = min(self._fresh[0][0], measured) if self._fresh else measured
        series.age.append(end - min(oldest, end - front, self._oldest_invisible if self._returning else end))

    def _result(self) -> Run:
        totals, flow = self._totals, self._flow
        totals.visible, totals.invisible = self._waiting, self._invisible
        flow.add_to(totals)
        order = sorted(range(len(self._latencies)), key=self._latencies.__getitem__)
        latencies = array("d", [self._latencies[index] for index in order])
        weights = array("d", [self._weights[index] for index in order])
        return Run("slots", self._series, totals, latencies, weights)
