"""What queueing theory says, and what the model says."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.workload import Phase, ServiceTime, Workload
from tests.capacity.setups import AWS, ENGINES, FULL, IDEAL, Check, backlog, drained, erlang_c, fixed, load, one_by_one


@dataclass(frozen=True)
class PerBatch(ServiceTime):
    """An exponential time for a whole batch: the first message has all of it."""

    def draw(self, random: Random, count: int) -> list[float]:
        """Return the times of this many messages."""
        return [random.expovariate(1 / self.mean), *[0.0] * (count - 1)]


def conservation(_size: float) -> Iterator[Check]:
    """Every message is accounted for, in both engines."""
    service = ServiceTime.of_percentiles({50: 0.02, 99: 0.4})
    parameters = Parameters(
        maximum_concurrency=8, reserved_concurrency=6, timeout=3, visibility_timeout=18, max_receive_count=3, retention=120
    )
    workload = Workload(
        phases=(Phase(0, 60, 50), Phase(60, 90, 500), Phase(90, 300, 20)),
        service=service,
        transient=0.05,
        poison=0.01,
        raised=0.02,
        filtered=0.1,
        deploys=(70.0,),
    )
    for name, engine in ENGINES.items():
        lost = engine(parameters, workload, replace(AWS, throttle_wait=0.2)).totals.unaccounted()
        yield Check(f"conservation, {name}", "sent = done + waiting + invisible + DLQ + expired + filtered", 0, lost, 1e-6)


def littles_law(size: float) -> Iterator[Check]:
    """L = λW."""
    rate, until = 40.0, 2_000 * size + 300
    run = ENGINES["events"](one_by_one(10), load(rate, until, ServiceTime.exponential(0.2)), fixed(10))
    waiting = [sum(pair) for pair in zip(run.series.visible, run.series.invisible, strict=True)]
    mean = sum(waiting) / len(waiting)
    yield Check(
        "Little's law", "L = λW", (run.mean_latency or 0) * run.totals.done / until, mean, 0.03 if size >= FULL else 0.08
    )


def mmc(size: float) -> Iterator[Check]:
    """M/M/c: the mean wait and its 90th percentile."""
    servers, rate, service = 4, 2.8, 1.0
    until = 150_000 * size + 4_000
    run = ENGINES["events"](one_by_one(servers), load(rate, until, ServiceTime.exponential(service), seed=3), fixed(servers))
    waits, spare = erlang_c(servers, rate * service), servers / service - rate
    tolerance = 0.02 if size >= FULL else 0.08
    yield Check("M/M/4, mean", "Wq = C(c, a) / (cμ - λ), + 1/μ", waits / spare + service, run.mean_latency or 0, tolerance)
    if size >= FULL:
        wait = (run.mean_latency or 0) - service
        yield Check("M/M/4, mean wait", "Wq = C(c, a) / (cμ - λ)", waits / spare, wait, 0.02)


def one_group(size: float) -> Iterator[Check]:
    """One FIFO group is one server: M/D/1 and M/G/1."""
    until = 200_000 * size + 2_000
    assumed = fixed(5)
    parameters = one_by_one(5, is_fifo=True, high_throughput=True)
    for name, service in (("M/D/1", ServiceTime.constant(0.5)), ("M/G/1", ServiceTime.exponential(0.5))):
        rate, second = 1.2, (0.25 if name == "M/D/1" else 0.5)
        run = ENGINES["events"](parameters, load(rate, until, service, groups=1), assumed)
        expected = rate * second / (2 * (1 - rate * 0.5)) + 0.5
        tolerance = 0.02 if size >= FULL else 0.08
        yield Check(f"{name}, one message group", "λE[S²] / (2(1 - u)) + E[S]", expected, run.mean_latency or 0, tolerance)


def mgc(size: float) -> Iterator[Check]:
    """M/G/c, for which theory has only an approximation."""
    servers, rate = 4, 3.2
    service = ServiceTime.of_percentiles({1: 0.2, 50: 0.8, 99: 3.0})
    mean = service.mean
    rate = 0.8 * servers / mean
    spread = sum(value * value for value in service.values) / len(service.values) / mean**2 - 1
    run = ENGINES["events"](one_by_one(servers), load(rate, 60_000 * size + 6_000, service), fixed(servers))
    wait = (1 + spread) / 2 * erlang_c(servers, rate * mean) / (servers / mean - rate)
    yield Check("M/G/4", "½(1 + Cs²) · Wq(M/M/c) + E[S]", wait + mean, run.mean_latency or 0, 0.10)


def bulk_service(size: float) -> Iterator[Check]:
    """One server that takes up to ten messages at a time."""
    root = 0.5
    for _ in range(200):  # r = (μ r^(b+1) + λ) / (λ + μ)
        root = (root**11 + 5) / 6
    parameters = replace(one_by_one(2), batch_size=10, maximum_concurrency=None)
    workload = load(5.0, 40_000 * size + 4_000, PerBatch(((50.0, 1.0),), is_exponential=True), seed=2)
    run = ENGINES["events"](parameters, workload, fixed(1))
    mean = sum(run.series.visible) / len(run.series.visible)
    yield Check(
        "bulk service", "μr¹¹ - (λ + μ)r + λ = 0, L = r/(1 - r)", root / (1 - root), mean, 0.03 if size >= FULL else 0.12
    )


def saturation(_size: float) -> Iterator[Check]:
    """The largest rate is c·b/S, in slots that are longer or shorter than a batch."""
    parameters = Parameters(maximum_concurrency=50, timeout=30, visibility_timeout=180)
    workload = load(3_000, 60, ServiceTime.constant(0.02))
    for name, engine in ENGINES.items():
        run = engine(parameters, workload, fixed(50, AWS))
        rate = sum(run.series.deleted[10:]) / len(run.series.deleted[10:])
        yield Check(f"saturation, {name}", "λmax = c·b/S", 50 * 10 / 0.27, rate, 0.01)
    many = Parameters(pollers=(2_000, 2_000), timeout=900, visibility_timeout=5_400)
    held = ENGINES["slots"](many, load(1e6, 300, ServiceTime.constant(1), message_bytes=100), IDEAL)
    yield Check("in-flight limit", "at most 120,000 in flight", 120_000, max(held.series.invisible), 0.01)
    rate = held.series.deleted[-1]
    yield Check("in-flight limit, rate", "120,000 / seconds that a message is held", 12_000, rate, 0.01)


def ramp(_size: float) -> Iterator[Check]:
    """A backlog under the ramp, and the ramp into a constant rate."""
    messages, seconds, growth = 60_000, 1.0, 5.0
    closed = (-5 + math.sqrt(25 + 2 * growth * messages * seconds)) / growth
    workload = Workload(phases=backlog(messages, 400), service=ServiceTime.constant(seconds), is_regular=True)
    into = Workload(phases=(Phase(0, 260, 5_000),), service=ServiceTime.constant(0.1), is_regular=True)
    for name, engine in ENGINES.items():
        run = engine(one_by_one(1_000), workload, IDEAL)
        yield Check(f"ramp, backlog of 60,000, {name}", "T = (-c₀ + √(c₀² + 2rNS/b)) / r", closed, drained(run), 0.03)
        if name == "slots":
            run = engine(Parameters(maximum_concurrency=1_000, timeout=30), into, IDEAL)
            yield Check("ramp into 5,000/s, backlog", "Bmax = (λ - c₀b/S)²S / (2rb)", 245_025, max(run.series.visible), 0.02)
            yield Check("ramp into 5,000/s, empty", "2t*, t* = (λS/b - c₀) / r", 198, drained(run), 0.03)


def groups(_size: float) -> Iterator[Check]:
    """FIFO: concurrency is the number of groups, and a hot group is stable only if λpS < 1."""
    parameters = one_by_one(50, is_fifo=True, high_throughput=True)
    service = ServiceTime.constant(0.5)
    run = ENGINES["events"](parameters, load(40, 200, service, groups=8), fixed(50))
    yield Check("FIFO, 8 groups", "c = min(G, limit)", 8, max(run.series.concurrency), 0)
    rate = sum(run.series.deleted[20:]) / len(run.series.deleted[20:])
    yield Check("FIFO, 8 groups, rate", "λmax = c·b/S", 16, rate, 0.02)
    batches = Parameters(is_fifo=True, maximum_concurrency=20, timeout=30, visibility_timeout=180)
    phases = (Phase(0, 30, 100), Phase(30, 90, 700), Phase(90, 180, 100))
    workload = Workload(phases=phases, service=ServiceTime.constant(0.05), groups=100)
    exact, fast = (engine(batches, workload, AWS) for engine in ENGINES.values())
    for name, series, tolerance in (("backlog", "visible", 0.03), ("age", "metric_age", 0.05)):
        one, other = (max(getattr(run.series, series)) for run in (exact, fast))
        yield Check(f"engines agree, FIFO, 100 groups, {name}", "slots = events", one, other, tolerance)
    for share, grows in ((0.9, 0.0), (1.3, 1.0)):  # λpS of the only group
        run = ENGINES["events"](parameters, load(share / 0.5, 4_000, service, groups=1), fixed(50))
        waiting = run.series.visible
        is_growing = float(waiting[-1] > 2 * max(waiting[: len(waiting) // 4]) and waiting[-1] > 100)
        yield Check(f"FIFO, hot group, λpS = {share}", "grows if and only if λpS > 1", grows, is_growing, 0)


def failures(size: float) -> Iterator[Check]:
    """Transient failures, poison and backoff."""
    sent, share, attempts = 60_000 * max(size, 0.2), 0.2, 3
    parameters = Parameters(maximum_concurrency=50, timeout=30, visibility_timeout=20, max_receive_count=attempts)
    workload = Workload(
        phases=(Phase(0, 100, sent / 100), Phase(100, 300, 0)), service=ServiceTime.constant(0.005), transient=share
    )
    for name, engine in ENGINES.items():
        totals = engine(parameters, workload, AWS).totals
        sigma = math.sqrt(totals.sent * share**attempts)
        expected = totals.sent * share**attempts
        yield Check(f"transient failures, {name}", "P(DLQ) = p^k", expected, totals.dead, 3 * sigma / expected)
        repeated = (1 - share**attempts) / (1 - share)
        yield Check(f"load of retries, {name}", "(1 - p^k) / (1 - p)", repeated, totals.received / totals.sent, 0.01)
        poison = replace(workload, transient=0.0, poison=0.01)
        for at_once, expected in ((False, float(attempts)), (True, 1.0)):
            totals = engine(replace(parameters, poison_to_dlq=at_once), poison, AWS).totals
            receives = (totals.received - totals.done) / max(totals.dead, 1)
            way = "immediately" if at_once else "after k receives"
            yield Check(f"poison to the DLQ {way}, {name}", "1 receive" if at_once else "k receives", expected, receives, 1e-6)
    whole = replace(parameters, partial_responses=False)
    sent = int(200_000 * max(size, 0.1))
    workload = Workload(phases=backlog(sent, 2_000), service=ServiceTime.constant(0.005), transient=0.05)
    lost = ENGINES["events"](whole, workload, fixed(5, AWS)).totals
    yield Check(
        "no partial responses",
        "P(DLQ) = (1 - (1 - q)^b)^k",
        (1 - 0.95**10) ** attempts,
        lost.dead / lost.sent,
        0.05 if size >= FULL else 0.2,
    )


def throttles(size: float) -> Iterator[Check]:
    """Reserved concurrency 10 under 100 concurrent pollers, if Lambda tries each batch only once."""
    parameters = one_by_one(100, reserved_concurrency=10, max_receive_count=5, visibility_timeout=30)
    workload = Workload(phases=backlog(int(20_000 * max(size, 0.5)), 4_000), service=ServiceTime.constant(1.0), is_regular=True)
    for name, engine in ENGINES.items():
        run = engine(parameters, workload, replace(fixed(100), throttle_wait=0.0))
        yield Check(
            f"throttles, {name}", "P(DLQ) = (1 - c reserved / c pollers)^k", 0.9**5, run.totals.dead / run.totals.sent, 0.05
        )


def age(_size: float) -> Iterator[Check]:
    """CloudWatch's age leaves out messages that were received three times or more; the true age does not."""
    parameters = Parameters(maximum_concurrency=50, timeout=30, visibility_timeout=30, max_receive_count=20)
    workload = load(20, 400, ServiceTime.constant(0.01), poison=0.01)
    run = ENGINES["events"](parameters, workload, AWS)
    yield Check("age of a message that keeps failing", "grows to the end", 400, max(run.series.age), 0.1)
    yield Check(
        "the same in CloudWatch", "grows until the third receive: 3 × visibility timeout", 90, max(run.series.metric_age), 0.1
    )


def engines_agree(size: float) -> Iterator[Check]:
    """Both engines give the same answer, and halving the steps of `slots` changes nothing."""
    parameters = Parameters(maximum_concurrency=20, timeout=30, visibility_timeout=60, max_receive_count=5, backoff=(2.0, 60.0))
    parts = (Phase(0, 60, 300), Phase(60, 180, 1_500), Phase(180, 600, 200))
    phases = parts if size >= FULL else (Phase(0, 30, 300), Phase(30, 60, 1_500), Phase(60, 200, 200))
    workload = Workload(phases=phases, service=ServiceTime.of_percentiles({50: 0.02, 99: 0.05}), transient=0.01 * size)
    exact, fast = (ENGINES[name](parameters, workload, AWS) for name in ("events", "slots"))
    halved = ENGINES["slots"](parameters, workload, AWS, 0.5)
    rows = (
        ("backlog", max(exact.series.visible), max(fast.series.visible), max(halved.series.visible), 0.03),
        ("age", max(exact.series.metric_age), max(fast.series.metric_age), max(halved.series.metric_age), 0.05),
        ("mean latency", exact.mean_latency or 0, fast.mean_latency or 0, halved.mean_latency or 0, 0.03),
        ("p99 latency", exact.latency(0.99) or 0, fast.latency(0.99) or 0, halved.latency(0.99) or 0, 0.10),
    )
    for name, one, other, half, tolerance in rows:
        yield Check(f"engines agree, {name}", "slots = events", one, other, tolerance)
        yield Check(f"half the step, {name}", "slots of 0.5 s = slots of 1 s", other, half, 0.01 if size >= FULL else 0.02)


def more_concurrency(_size: float) -> Iterator[Check]:
    """More concurrency never gives a larger backlog."""
    workload = Workload(phases=(Phase(0, 20, 100), Phase(20, 60, 600), Phase(60, 120, 50)), service=ServiceTime.constant(0.05))
    for name, engine in ENGINES.items():
        runs = [engine(Parameters(maximum_concurrency=each, timeout=30), workload, AWS) for each in (5, 10, 20, 40, 80)]
        backlogs = [max(run.series.visible) for run in runs]
        worse = sum(later > before * 1.001 for before, later in itertools.pairwise(backlogs))
        yield Check(f"more concurrency, {name}", "the backlog never grows with it", 0, worse, 0)


ALL = (
    engines_agree, more_concurrency,
    conservation, littles_law, mmc, one_group, mgc, bulk_service, saturation, ramp, groups, failures, throttles, age,
)  # fmt: skip
