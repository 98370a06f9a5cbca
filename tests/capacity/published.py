"""Measurements that others published, and what the model says. Times are compared in the unit of the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.workload import Phase, ServiceTime, Workload
from tests.capacity.setups import AWS, AWS_2018, ENGINES, FULL, Check, backlog, drained, fixed, load, one_by_one

MIKHAIL = "mikhail.io, 2018-11-19"
REHAN = "rehanvdm.com, SQS Lambda ESM scaling behaviour"
NOT_REPRODUCED = {
    "A3": (
        "With 512 MB and 0.4 s per message, the backlog was drained in less than 4 minutes, but the documented ramp gives 5 "
        "minutes. A1 and A2 contradict this measurement."
    ),
    "A9": "The time from an idle queue to the handler (p50 16.2 ms, p99 105 ms) is a part of `batch_overhead`.",
    "A10": "200 messages in batches of 10 gave 21 to 24 invocations. This is an input: the constant `batch_fill`.",
    "A11": "Python 3.12 on arm64 starts in 90 ms. This is an input: the lower end of the constant `cold_start`.",
}
"""The measurements that are no check, with the reason."""
MISSING = (
    "No independent measurement was found of provisioned mode, of the throughput of FIFO queues by message groups, and of how "
    "many throttled messages reach the DLQ. The model follows AWS's documentation there."
)


def burst(size: float) -> Iterator[Check]:
    """A1 and A2: 100,000 messages, batch 1, +60 a minute. The source says "almost 10 minutes" of A2."""
    rows = (("A1", 0.5, 5.5, 335), ("A2", 1.7, 10.0, 612))
    for name, seconds, minutes, peak in rows if size >= FULL else rows[:1]:
        workload = Workload(
            phases=backlog(100_000, 900), service=ServiceTime.constant(seconds), is_regular=True, cold_start=0.0
        )
        run = ENGINES["events"](one_by_one(1_000), workload, AWS_2018)
        yield Check(f"{name} minutes to drain", MIKHAIL, minutes, drained(run) / 60, 0.04)
        yield Check(f"{name} peak concurrency", MIKHAIL, peak, max(run.series.concurrency), 0.08)


def invocations_in_the_ramp(_size: float) -> Iterator[Check]:
    """A4: how many invocations the ramp had."""
    rows = ((0.2, 265, 80, 55_734), (0.4, 281, 170, 128_758), (0.6, 297, 210, 163_997))
    for seconds, growth, until, invocations in rows:
        workload = Workload(
            phases=backlog(600_000, until), service=ServiceTime.constant(seconds), is_regular=True, cold_start=0.0
        )
        run = ENGINES["slots"](one_by_one(1_000), workload, replace(AWS, ramp_per_minute=growth))
        name = f"A4 invocations in the first {until} s of the ramp, {seconds:g} s per message"
        yield Check(name, REHAN, invocations, sum(run.series.invocations), 0.2)


def errors(_size: float) -> Iterator[Check]:
    """A5: raised errors reduce the concurrency."""
    for share, concurrency in ((0.01, 25), (0.05, 16), (0.10, 13)):
        workload = Workload(phases=(Phase(0, 900, 3_000),), service=ServiceTime.constant(0.05), raised=share, cold_start=0.0)
        run = ENGINES["slots"](one_by_one(60, visibility_timeout=30), workload, AWS)
        tail = run.series.concurrency[300:]
        yield Check(f"A5 concurrency with {share:.0%} errors", REHAN, concurrency, sum(tail) / len(tail), 0.45)


def deployments(size: float) -> Iterator[Check]:
    """A6: after a deployment, the old and the new version run simultaneously."""
    service = ServiceTime.constant(0.05)
    for limit, peak in ((25, 50), (100, 173)) if size >= FULL else ((25, 50),):
        workload = load(limit / 0.12 * 1.5, 60, service, deploys=(40.05,), cold_start=0.5)
        run = ENGINES["events"](one_by_one(limit), workload, fixed(limit, AWS), 0.05)
        yield Check(f"A6 peak concurrency after a deployment, {limit} before", REHAN, peak, max(run.series.concurrency), 0.2)
    workload = load(60 / 0.12 * 1.5, 60, service, deploys=(40.05,), cold_start=0.0)
    run = ENGINES["events"](one_by_one(60, reserved_concurrency=70), workload, fixed(60, AWS))
    yield Check("A6 throttles after a deployment, 60 before, reserved concurrency 70", REHAN, 56, run.totals.throttles, 0.2)


def maximum_or_reserved(_size: float) -> Iterator[Check]:
    """A7: reserved concurrency throttles, maximum concurrency does not."""
    workload = Workload(phases=backlog(25, 300), service=ServiceTime.constant(10), cold_start=0.0)
    source = "aws-samples/aws-lambda-amazon-sqs-max-concurrency"
    shared = {"visibility_timeout": 20.0, "max_receive_count": 1, "timeout": 15.0}
    reserved = ENGINES["events"](
        one_by_one(1_000, reserved_concurrency=5, **shared), workload, replace(AWS, initial_concurrency=25)
    )
    limited = ENGINES["events"](one_by_one(5, **shared), workload, AWS)
    yield Check("A7 reserved concurrency: throttles occur (1: yes)", source, 1, float(reserved.totals.throttles > 0), 0)
    yield Check("A7 reserved concurrency: messages reach the DLQ (1: yes)", source, 1, float(reserved.totals.dead > 0), 0)
    yield Check("A7 maximum concurrency: throttles", source, 0, limited.totals.throttles, 0)
    yield Check("A7 maximum concurrency: messages in the DLQ", source, 0, limited.totals.dead, 0)


def fast_scaling(_size: float) -> Iterator[Check]:
    """A8: +60 a minute reached 1,250 in about 20 minutes."""
    source = "aws-samples/lambda-sqs-event-source-mapping-scaling-improvements"
    assumed = replace(AWS_2018, mapping_concurrency=1_250, account_concurrency=10_000)
    parameters = Parameters(batch_size=1, timeout=30, visibility_timeout=180)
    workload = Workload(phases=backlog(800_000, 1_800), service=ServiceTime.constant(2), is_regular=True, cold_start=0.0)
    run = ENGINES["slots"](parameters, workload, assumed)
    minutes = next(index for index, value in enumerate(run.series.concurrency) if value >= 1_249) / 60
    yield Check("A8 minutes to 1,250 concurrent", source, 20, minutes, 0.10)


def warm_pool(size: float) -> Iterator[Check]:
    """A12: cold starts and idle environments at 0.9 a second."""
    workload = load(0.9, 40_000 * max(size, 0.2), ServiceTime.exponential(1.991), cold_start=0.253, seed=4)
    run = ENGINES["events"](one_by_one(1_000), workload, fixed(1_000, replace(AWS, batch_overhead=0.0)))
    source = "SimFaaS README"
    yield Check("A12 running environments", source, 1.788, sum(run.series.concurrency) / len(run.series.concurrency), 0.03)
    if size >= FULL:
        cold = run.totals.cold_starts / run.totals.invocations
        yield Check("A12 share of cold starts", source, 0.0014, cold, 0.4)


ALL = (burst, invocations_in_the_ramp, errors, deployments, maximum_or_reserved, fast_scaling, warm_pool)
