"""Two million messages a second, worked through."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from queuesmith.capacity import ServiceTime, Workload, predict, steady
from queuesmith.capacity.bounds import Bound, bounds
from queuesmith.capacity.costs import total
from queuesmith.capacity.parameters import parameters_of
from queuesmith.rules import EventSourceMapping, Function, Pipeline, Pollers, Queue, RedrivePolicy
from tests.capacity.setups import AWS

RATE = 2_000_000.0
HEADROOM = 0.8
"""The share of a queue's largest rate that is planned."""


@dataclass(frozen=True)
class Plan:
    """One way to reach the rate."""

    title: str
    limits: list[Bound]
    queues: int
    invocations: float
    """Concurrent invocations of all functions."""
    backlog: float
    usd: float
    unpriced: tuple[str, ...]


def plans() -> Iterator[Plan]:
    """Yield the plans: 1 KB, 5 ms a message, sent in batches of 10."""
    queue = Queue(visibility_timeout=180, retention=345_600, redrive_policy=RedrivePolicy(5))
    function = Function(timeout=30, memory=512, architecture="arm64", reserved_concurrency=100_000)
    pollers = Pollers(minimum=10_000, maximum=10_000)
    partial = ("ReportBatchItemFailures",)
    for title, size, window, provisioned in (
        ("one mapping for each queue, batch 10", 10, 0, None),
        ("provisioned mode, batch 10", 10, 0, pollers),
        ("provisioned mode, batch 100, window 1 s", 100, 1, pollers),
    ):
        mapping = EventSourceMapping(batch_size=size, batching_window=window, pollers=provisioned, response_types=partial)
        pipeline = Pipeline(
            name="shard", queue=queue, function=function, mapping=mapping, today=date(2026, 11, 29), log_group=None, alarms=()
        )
        workload = Workload(
            phases=steady(RATE, 600), service=ServiceTime.constant(0.005), message_bytes=1_000, send_batch=10, log_bytes=0
        )
        found = bounds(parameters_of(pipeline), workload, AWS)
        queues = math.ceil(round(RATE / (found[0].rate * HEADROOM), 6))
        shard = predict(pipeline, replace(workload, phases=steady(RATE / queues, 900)), region="us-east-1", engine="slots")
        tail = shard.run.series
        unpriced = tuple(each.name for each in shard.costs if each.usd is None)
        yield Plan(
            title, found, queues, tail.concurrency[-1] * queues, tail.visible[-1], total(list(shard.costs)) * queues, unpriced
        )
