"""The queues of the events engine: which messages a poll returns, and when. Messages are numbered in order of arrival."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

BACK_OF_QUEUE = 3
"""Receive attempts after which a standard queue moves a message to its back, and its age leaves the metric."""
NEVER = float("inf")


@dataclass
class Counts:
    """What happened to the messages."""

    received: int = 0
    """Messages in receives, with repetitions."""
    deleted: int = 0
    expired: int = 0
    dead: list[tuple[float, int]] = field(default_factory=list)
    """The time and number of each message that reached the DLQ."""


class StandardQueue:
    """A standard queue. Messages are received in the order of their arrival, if they are visible."""

    def __init__(self, arrivals: array[float], *, delay: float, retention: float, max_receives: int | None) -> None:
        self.arrivals, self.retention, self.max_receives = arrivals, retention, max_receives or NEVER
        self._ready_at = array("d", [each + delay for each in arrivals]) if delay else arrivals
        """When each message is first visible."""
        self.groups: Sequence[int] = ()
        """The group of each message, on FIFO queues."""
        self.counts = Counts()
        self.receives: dict[int, int] = {}
        """Receive attempts of the messages that were received and returned."""
        self.in_flight = 0
        """Messages that were received, and are neither deleted nor visible again."""
        self.gone = bytearray(len(arrivals))
        """1: deleted, expired or in the DLQ."""
        self.unmeasured = bytearray(len(arrivals))
        """1: the same, or not in the age metric."""
        self._head = 0
        """The first message that was never received."""
        self._invisible: list[tuple[float, int]] = []
        """The time at which each returned message is visible again, and the message."""
        self._visible: list[tuple[float, int]] = []
        """The returned messages that are visible: a place in the queue, and the message."""
        self._oldest = self._oldest_measured = 0

    def next_visible(self) -> float:
        """Return the earliest time at which a message is visible."""
        if self._visible:
            return 0.0
        fresh = self._ready_at[self._head] if self._head < len(self._ready_at) else NEVER
        return min(fresh, self._invisible[0][0]) if self._invisible else fresh

    def time_of_full(self, size: int) -> float:
        """Return when so many messages are visible, if none returns to the queue."""
        index = self._head + size - 1 - len(self._visible)
        if index < self._head:
            return 0.0
        return self._ready_at[index] if index < len(self._ready_at) else NEVER

    def waiting(self, now: float) -> int:
        """Return the number of visible messages."""
        self.wake(now)
        return len(self._visible) + bisect_right(self._ready_at, now, self._head) - self._head

    def not_received(self, now: float) -> int:
        """Return the number of messages that are not in flight, also of those that are delayed."""
        self.wake(now)
        return len(self._visible) + len(self.arrivals) - self._head

    def sent_by(self, now: float) -> int:
        """Return how many messages have arrived."""
        return bisect_right(self.arrivals, now)

    def take(self, now: float, size: int) -> Sequence[int]:
        """Receive at most `size` messages."""
        self.wake(now)
        start, arrivals = self._head, self.arrivals
        if start < len(arrivals) and arrivals[start] < now - self.retention:
            start = self._expire_fresh(now)
        taken = self._take_returned(now, size) if self._visible else []
        start, end = self._head, min(self._head + size - len(taken), len(arrivals))
        if end > start and self._ready_at[end - 1] > now:
            end = bisect_right(self._ready_at, now, start, end)
        self._head = end
        count = len(taken) + end - start
        self.counts.received += count
        self.in_flight += count
        return range(start, end) if not taken else [*taken, *range(start, end)]

    def delete(self, messages: Sequence[int]) -> None:
        """Delete messages in flight."""
        count = len(messages)
        self.in_flight -= count
        self.counts.deleted += count
        if isinstance(messages, range):
            self.gone[messages.start : messages.stop] = self.unmeasured[messages.start : messages.stop] = b"\1" * count
            return
        for each in messages:
            self.gone[each] = self.unmeasured[each] = 1
            self.receives.pop(each, None)

    def return_at(self, messages: Sequence[int], when: float) -> None:
        """Make messages in flight visible again at a time."""
        for each in messages:
            self.receives[each] = self.receives.get(each, 0) + 1
            heapq.heappush(self._invisible, (when, each))

    def bury(self, messages: Sequence[int], now: float) -> None:
        """Move messages in flight to the DLQ."""
        self.in_flight -= len(messages)
        for each in messages:
            self._bury(each, now)

    def oldest(self, now: float) -> float:
        """Return the age of the oldest message that is not deleted."""
        self._oldest = self._first(self.gone, self._oldest)
        return self._age(self._oldest, now)

    def oldest_measured(self, now: float) -> float:
        """Return the same as CloudWatch reports it: without messages that were received three times or more."""
        self._oldest_measured = self._first(self.unmeasured, self._oldest_measured)
        return self._age(self._oldest_measured, now)

    def wake(self, now: float) -> None:
        """Make the messages visible whose time has come."""
        invisible = self._invisible
        while invisible and invisible[0][0] <= now:
            when, message = heapq.heappop(invisible)
            self.in_flight -= 1
            to_back = self.receives[message] >= BACK_OF_QUEUE
            if to_back:
                self.unmeasured[message] = 1
            heapq.heappush(self._visible, (when if to_back else self.arrivals[message], message))

    def _take_returned(self, now: float, size: int) -> list[int]:
        """Return the returned messages that are before the fresh ones. Those with too many attempts move to the DLQ."""
        taken: list[int] = []
        fresh = self._ready_at[self._head] if self._head < len(self._ready_at) else NEVER
        place = fresh if fresh <= now else NEVER
        while self._visible and len(taken) < size and self._visible[0][0] <= place:
            _, message = heapq.heappop(self._visible)
            if self.arrivals[message] < now - self.retention:
                self._expire(message)
            elif self.receives[message] >= self.max_receives:
                self._bury(message, now)
            else:
                taken.append(message)
        return taken

    def _expire_fresh(self, now: float) -> int:
        end = bisect_left(self.arrivals, now - self.retention, self._head)
        for message in range(self._head, end):
            self._expire(message)
        self._head = end
        return end

    def _expire(self, message: int) -> None:
        self.counts.expired += 1
        self.gone[message] = self.unmeasured[message] = 1

    def _bury(self, message: int, now: float) -> None:
        self.counts.dead.append((now, message))
        self.gone[message] = self.unmeasured[message] = 1

    def _age(self, message: int, now: float) -> float:
        return max(now - self.arrivals[message], 0.0) if message < len(self.arrivals) else 0.0

    @staticmethod
    def _first(marks: bytearray, start: int) -> int:
        found = marks.find(0, start)
        return len(marks) if found < 0 else found
