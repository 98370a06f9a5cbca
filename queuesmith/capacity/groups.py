"""A FIFO queue of the events engine: messages of one group are received in order, and never while others are in flight."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from queuesmith.capacity.queues import NEVER, StandardQueue


class FifoQueue(StandardQueue):
    """A FIFO queue. It finds groups only among the first `lookahead` messages of its backlog."""

    def __init__(
        self,
        arrivals: array[float],
        groups: Sequence[int],
        *,
        lookahead: float,
        delay: float,
        retention: float,
        max_receives: int | None,
    ) -> None:
        super().__init__(arrivals, delay=delay, retention=retention, max_receives=max_receives)
        self.groups, self._lookahead = groups, lookahead
        self._queued: dict[int, deque[int]] = {}
        """The messages of each group that are not in flight, in order."""
        self._blocked: dict[int, int] = {}
        """How many messages of each group are in flight."""
        self._ready: list[tuple[int, int]] = []
        """The groups that are not blocked and have messages, with their oldest message."""
        self._admitted = 0
        """Messages in `_queued`."""

    def next_visible(self) -> float:
        """Return the earliest time at which a message can be received. It can be too early, but never too late."""
        if self._ready:
            return 0.0
        is_open = self._admitted + self.in_flight < self._lookahead and self._head < len(self.arrivals)
        fresh = self._ready_at[self._head] if is_open else NEVER
        return min(fresh, self._invisible[0][0]) if self._invisible else fresh

    def waiting(self, now: float) -> int:
        """Return the number of visible messages, also those in blocked groups."""
        self.wake(now)
        return self._admitted + bisect_right(self._ready_at, now, self._head) - self._head

    def not_received(self, now: float) -> int:
        """Return the number of messages that are not in flight, also of those that are delayed."""
        self.wake(now)
        return self._admitted + len(self.arrivals) - self._head

    def take(self, now: float, size: int) -> Sequence[int]:
        """Receive at most `size` messages, of several groups if the first has fewer."""
        self.wake(now)
        self._admit(now)
        taken: list[int] = []
        while self._ready and len(taken) < size:
            _, group = heapq.heappop(self._ready)
            queued, before = self._queued[group], len(taken)
            while queued and len(taken) < size:
                message = queued.popleft()
                self._admitted -= 1
                if not self._ends(message, now):
                    taken.append(message)
            if len(taken) > before:
                self._blocked[group] = len(taken) - before
            else:
                self._offer(group)
        self.counts.received += len(taken)
        self.in_flight += len(taken)
        return taken

    def delete(self, messages: Sequence[int]) -> None:
        """Delete messages in flight."""
        super().delete(list(messages))
        self._release(messages)

    def bury(self, messages: Sequence[int], now: float) -> None:
        """Move messages in flight to the DLQ."""
        super().bury(messages, now)
        self._release(messages)

    def wake(self, now: float) -> None:
        """Return the messages whose time has come to the front of their groups, in order."""
        invisible, woken = self._invisible, []
        while invisible and invisible[0][0] <= now:
            woken.append(heapq.heappop(invisible)[1])
        for message in sorted(woken, reverse=True):
            self.in_flight -= 1
            self._admitted += 1
            queued = self._queued.setdefault(self.groups[message], deque())
            before = []
            while queued and queued[0] < message:  # messages that returned earlier
                before.append(queued.popleft())
            queued.appendleft(message)
            queued.extendleft(reversed(before))
        self._release(woken)

    def _admit(self, now: float) -> None:
        ready_at = self._ready_at
        while self._head < len(ready_at) and ready_at[self._head] <= now and self._admitted + self.in_flight < self._lookahead:
            group = self.groups[self._head]
            queued = self._queued.setdefault(group, deque())
            queued.append(self._head)
            self._admitted += 1
            self._head += 1
            if len(queued) == 1:
                self._offer(group)

    def _ends(self, message: int, now: float) -> bool:
        """Whether a message expires or moves to the DLQ instead of being received."""
        if self.arrivals[message] < now - self.retention:
            self._expire(message)
            return True
        if self.receives.get(message, 0) >= self.max_receives:
            self._bury(message, now)
            return True
        return False

    def _release(self, messages: Sequence[int]) -> None:
        for each in messages:
            group = self.groups[each]
            self._blocked[group] -= 1
            if not self._blocked[group]:
                del self._blocked[group]
                self._offer(group)

    def _offer(self, group: int) -> None:
        if group not in self._blocked and self._queued.get(group):
            heapq.heappush(self._ready, (self._queued[group][0], group))
