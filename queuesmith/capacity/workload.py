"""The workload of a prediction: arrivals over time, service times, failures, message groups and deployments."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from random import Random

_POINTS = 2_000
"""How many equally likely values stand for a distribution that is given by percentiles."""


@dataclass(frozen=True)
class ServiceTime:
    """How long the handler needs for one message, in seconds: a distribution by its percentiles."""

    percentiles: tuple[tuple[float, float], ...]
    """Pairs of a percentile (0 to 100) and seconds, ascending. One pair: every message takes that long."""
    is_exponential: bool = False
    """Whether it is the exponential distribution with this mean, which queueing theory has formulas for."""

    @classmethod
    def constant(cls, seconds: float) -> ServiceTime:
        """Every message takes this many seconds."""
        return cls(((50.0, seconds),))

    @classmethod
    def exponential(cls, mean: float) -> ServiceTime:
        """The exponential distribution with this mean in seconds."""
        return cls(((50.0, mean),), is_exponential=True)

    @classmethod
    def of_percentiles(cls, percentiles: Mapping[float, float]) -> ServiceTime:
        """Return the distribution with these percentiles in seconds, for example `{50: 0.02, 99: 0.15}`."""
        return cls(tuple(sorted(percentiles.items())))

    @classmethod
    def of_samples(cls, seconds: Sequence[float], messages: Sequence[float] | None = None) -> ServiceTime:
        """Return the distribution of measured times. `messages`: how many messages each stands for; None: one."""
        pairs = sorted(zip(seconds, messages or [1] * len(seconds), strict=True))
        totals = list(accumulate(count for _, count in pairs))
        marks = (0.5, 5, 10, 25, 50, 75, 90, 95, 99, 99.5)
        return cls.of_percentiles(
            {mark: pairs[min(bisect_right(totals, totals[-1] * mark / 100), len(pairs) - 1)][0] for mark in marks}
        )

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Equally likely values of the distribution."""
        if len(self.percentiles) == 1 and not self.is_exponential:
            return (self.percentiles[0][1],)
        return tuple(self.quantile((index + 0.5) / _POINTS) for index in range(_POINTS))

    @cached_property
    def mean(self) -> float:
        """The mean in seconds."""
        return self.percentiles[0][1] if self.is_exponential else sum(self.values) / len(self.values)

    def quantile(self, share: float) -> float:
        """Return the seconds that this share (0 to 1) of the messages stays below. Between percentiles, it grows evenly in
        its logarithm. Outside the given percentiles it is the nearest one.
        """
        if self.is_exponential:
            return -self.mean * math.log(1 - share)
        marks = [percentile / 100 for percentile, _ in self.percentiles]
        index = bisect_right(marks, share)
        if index in (0, len(marks)):
            return self.percentiles[max(index - 1, 0)][1]
        (low, start), (high, end) = self.percentiles[index - 1], self.percentiles[index]
        part = (share * 100 - low) / (high - low)
        return start * (end / start) ** part if start > 0 else start + (end - start) * part

    @classmethod
    def of_invocations(cls, seconds: Sequence[float], messages: Sequence[int], concurrency: int) -> ServiceTime:
        """Return the distribution for one message from measured invocations with at least one message each.

        `concurrency`: how many messages of a batch the handler processes simultaneously.
        """
        rounds = [max(many / concurrency, 1.0) for many in messages]
        return cls.of_samples([each / many for each, many in zip(seconds, rounds, strict=True)], rounds)

    def draw(self, random: Random, count: int) -> list[float]:
        """Return the times of this many messages."""
        if self.is_exponential:
            return [random.expovariate(1 / self.mean) for _ in range(count)]
        values = self.values
        return [values[0]] * count if len(values) == 1 else random.choices(values, k=count)


@dataclass(frozen=True)
class Phase:
    """A time with a constant rate. Times are in seconds since the start."""

    start: float
    end: float
    rate: float
    """Messages a second."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What producers send, and what the handler does with it."""

    phases: tuple[Phase, ...]
    """The arrivals, in ascending order and without holes."""
    service: ServiceTime
    message_bytes: int = 2_000
    cold_start: float | None = None
    """Seconds of initialization of an execution environment. None: the constant `cold_start`."""
    transient: float = 0.0
    """The share of attempts that fail and can succeed later, 0 to 1."""
    poison: float = 0.0
    """The share of messages that fail in every attempt, 0 to 1."""
    raised: float = 0.0
    """The share of invocations that raise an error, so that their whole batch returns to the queue, 0 to 1."""
    filtered: float = 0.0
    """The share of messages that the filters discard, 0 to 1."""
    groups: int | None = None
    """The number of message groups of a FIFO queue. None: as many as messages."""
    zipf: float = 0.0
    """The skew of the groups: the nth group's share is proportional to n^-zipf."""
    deploys: tuple[float, ...] = ()
    """Seconds at which a new version of the function is deployed."""
    is_regular: bool = False
    """Whether messages arrive at equal distances. Otherwise they arrive at random (Poisson)."""
    send_batch: int = 1
    """Messages in one send request, 1 to 10. It affects only the cost."""
    log_bytes: int = 500
    """Bytes that the function logs for one message. They affect only the cost."""
    table_writes: float = 0.0
    """DynamoDB write request units for one message. They affect only the cost."""
    backlog: int = 0
    """Messages that wait at the start."""
    backlog_age: float = 0.0
    """The age of the oldest of them at the start, in seconds. They arrived at equal distances since then."""
    seed: int = 1
    is_typical: bool = False
    """Whether a month consists of these arrivals. Otherwise the first rate is the normal one. It affects only the cost."""

    @property
    def until(self) -> float:
        """The end in seconds."""
        return self.phases[-1].end

    @property
    def messages(self) -> float:
        """The expected number of messages."""
        return self.backlog + sum((phase.end - phase.start) * phase.rate for phase in self.phases)

    @property
    def base_rate(self) -> float:
        """The normal load: the rate of the first phase, or the mean if the arrivals are typical."""
        return self.messages / self.until if self.is_typical else self.phases[0].rate

    @property
    def peak(self) -> Phase:
        """The phase with the highest rate. The first of several."""
        return max(self.phases, key=lambda phase: phase.rate)

    def arrivals(self, random: Random) -> array[float]:
        """Return the time of each message in ascending order. It is negative for the backlog."""
        found = array("d", self.backlog_arrivals(self.backlog))
        for phase in self.phases:
            if phase.rate <= 0:
                continue
            if self.is_regular:
                count = round((phase.end - phase.start) * phase.rate)
                found.extend(phase.start + (index + 0.5) / phase.rate for index in range(count))
                continue
            now, draw, rate = phase.start, random.expovariate, phase.rate
            while (now := now + draw(rate)) < phase.end:
                found.append(now)
        return found

    def backlog_arrivals(self, parts: int) -> list[float]:
        """Return the times at which this many equal parts of the backlog arrived."""
        return [(index + 0.5) / parts * self.backlog_age - self.backlog_age for index in range(parts)]

    def group_shares(self) -> list[float]:
        """Return the share of each message group, largest first. Empty without groups."""
        weights = [(rank + 1) ** -self.zipf for rank in range(self.groups or 0)]
        total = sum(weights)
        return [weight / total for weight in weights]

    def group_of_each(self, random: Random, count: int) -> Sequence[int]:
        """Return the group of each message."""
        if not self.groups:
            return range(count)
        return random.choices(range(self.groups), cum_weights=list(accumulate(self.group_shares())), k=count)


PEAK_START = 600.0
"""Seconds of the normal rate before a peak."""
LONGEST = 31 * 86_400.0
"""Seconds: the longest time that can be simulated."""
SHORTEST = 60.0
"""Seconds: the shortest time that can be simulated, which is one value of each metric in CloudWatch."""
_AFTER_PEAK = 7_200.0
"""Seconds that are simulated after a peak, at least."""
_STEADY = 3_600.0
"""Seconds of a workload without a peak."""


def arrivals_of(rate: float, peak: tuple[float, float] | None = None, until: float | None = None) -> tuple[Phase, ...]:
    """Return the arrivals of a normal rate and a peak (rate and seconds) after 10 minutes, both in messages a second.

    `until`: the end in seconds. Default: long enough for most peaks to drain.
    """
    if peak is None:
        return steady(rate, until or _STEADY)
    highest, length = peak
    end = until or min(PEAK_START + length + max(_AFTER_PEAK, 5 * length), LONGEST)
    return with_peak(rate, highest, PEAK_START, length, end)


def steady(rate: float, until: float) -> tuple[Phase, ...]:
    """Return the arrivals of a constant rate (messages a second) for `until` seconds."""
    return (Phase(0.0, until, rate),)


def with_peak(rate: float, peak: float, start: float, length: float, until: float) -> tuple[Phase, ...]:
    """Return a constant rate with one peak: `peak` messages a second for `length` seconds from `start`."""
    parts = (Phase(0.0, start, rate), Phase(start, start + length, peak), Phase(start + length, until, rate))
    return tuple(part for part in parts if part.end > part.start)
