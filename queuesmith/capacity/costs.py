"""What a workload costs: the quantities that AWS bills, and their prices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.prices import PRICES, SECONDS_A_MONTH
from queuesmith.capacity.run import Run
from queuesmith.capacity.workload import Workload
from queuesmith.rules import LogGroup, Pipeline, Unknown, defaults

CHUNK = 65_536
"""Bytes. SQS bills each started part of this size as one request."""
_PLATFORM_LINES = 300
"""Bytes that Lambda itself logs for each invocation: START, END and REPORT. Assumed."""
_HIGH_RESOLUTION = 60
"""Seconds. Alarms with a shorter period cost more."""
_GB = 1e9
_STEADY = ("empty receives", "event pollers")
"""Items that the chart of the cost spreads evenly over the time."""
_WITH_GROUPS = ("sends", "receives", "deletes", "visibility changes", "sends to the DLQ")
"""The requests that a fair queue's surcharge is assumed for: all but empty receives."""
_TRACED = 0.05
"""The share of the invocations that Lambda traces in addition to one a second (services-xray in Lambda's guide)."""
_DATA_KEY_CALLS = 3
"""Calls to KMS in each reuse period of the data key: 2 for a producing principal, 1 for the consuming role (SQS's guide)."""


@dataclass(frozen=True)
class CostItem:
    """One item of a month's bill."""

    name: str
    """The item's name, for example `sends`."""
    quantity: float
    """Units a month."""
    unit: str
    """The unit."""
    usd: float | None
    """US dollars a month. Null: not priced."""


def quantities(run: Run, parameters: Parameters, workload: Workload, assumed: Assumptions) -> dict[str, float]:
    """Return what a run uses, by the names of the items."""
    totals, size = run.totals, workload.message_bytes
    each_receive = totals.received / totals.receives if totals.receives else 0.0
    idle = max(1 - totals.busy_seconds / (assumed.initial_concurrency * workload.until), 0.0)
    logged = totals.done * workload.log_bytes + totals.invocations * _PLATFORM_LINES
    found = {
        "sends": totals.sent / workload.send_batch * _chunks(size * workload.send_batch),
        "receives": totals.receives * _chunks(size * each_receive),
        "empty receives": idle * workload.until / 60 * assumed.idle_polls_per_minute,
        "deletes": totals.receives,
        "visibility changes": totals.visibility_changes,
        "sends to the DLQ": totals.sent_to_dlq * _chunks(size),
        "invocations": totals.invocations,
        "compute": totals.handler_seconds * parameters.memory_gb,
        "log ingestion": logged / _GB,
        "DynamoDB writes": totals.done * workload.table_writes,
    }
    if parameters.is_fair and not parameters.is_fifo:
        found["fair queue surcharge"] = sum(found[name] for name in _WITH_GROUPS)
    if parameters.tracing:
        first = min(totals.invocations, workload.until)
        found["X-Ray traces"] = first + (totals.invocations - first) * _TRACED
    if parameters.pollers:
        minimum = parameters.pollers[0]
        used = sum(max(each / assumed.pollers_concurrency, minimum) for each in run.series.concurrency)
        found["event pollers"] = used * run.series.step / 3_600
    return found


def over_time(
    run: Run, parameters: Parameters, workload: Workload, assumed: Assumptions, items: Sequence[CostItem]
) -> list[float]:
    """Return the cost in US dollars from the start to the end of each step, at the month's average prices.

    Each item is divided among the steps by what causes it. Alarms and log storage are not included.
    Empty if no item is priced.
    """
    series, steps = run.series, len(run.series.visible)
    prices = {each.name: each.usd / each.quantity for each in items if each.usd is not None and each.quantity}
    spent = {
        name: amount * prices[name] for name, amount in quantities(run, parameters, workload, assumed).items() if name in prices
    }
    if not spent:
        return []
    drivers = {"sends": series.sent, "compute": series.executions, "DynamoDB writes": series.deleted}
    in_each_step = [0.0] * steps
    for name, usd in spent.items():
        driver = [1.0] * steps if name in _STEADY else drivers.get(name, series.invocations)
        whole = sum(driver)
        if whole:
            in_each_step = [sofar + usd * each / whole for sofar, each in zip(in_each_step, driver, strict=True)]
    return list(accumulate(in_each_step))


def scaled(amounts: Mapping[str, float], factor: float) -> dict[str, float]:
    """Return the quantities times a factor."""
    return {name: amount * factor for name, amount in amounts.items()}


def month(
    base: Mapping[str, float], base_seconds: float, whole: Mapping[str, float], seconds: float, peaks: float
) -> dict[str, float]:
    """Return a month's quantities: the base load all month, and what the peak adds, `peaks` times.

    Parameters
    ----------
    base, base_seconds
        The quantities of the base load, and the seconds in which it used them.
    whole, seconds
        The quantities of the simulated time with the peak, and its seconds.
    peaks
        How often the peak occurs in a month.

    """
    added = {name: max(amount - base.get(name, 0.0) * seconds / base_seconds, 0.0) for name, amount in whole.items()}
    return {name: base.get(name, 0.0) * SECONDS_A_MONTH / base_seconds + extra * peaks for name, extra in added.items()}


def priced(amounts: Mapping[str, float], parameters: Parameters, pipeline: Pipeline, region: str) -> list[CostItem]:
    """Return the items of a month's bill. Items with the quantity 0 are omitted."""
    requests = "sqs.fifo.requests" if parameters.is_fifo else "sqs.standard.requests"
    names = {
        "invocations": "lambda.requests",
        "compute": f"lambda.{parameters.architecture}.gb_seconds",
        "event pollers": "lambda.poller.hours",
        "log ingestion": "cloudwatch.logs.ingested",
        "DynamoDB writes": "dynamodb.on_demand.writes",
        "fair queue surcharge": "sqs.fair.requests",
        "X-Ray traces": "xray.traces",
    }
    found = [_item(name, amount, names.get(name, requests), region) for name, amount in amounts.items() if amount > 0]
    return [*found, *_logs(amounts, pipeline, region), *_key(pipeline, region), *_alarms(pipeline, region)]


def total(items: list[CostItem]) -> float:
    """Return the sum of the priced items in US dollars."""
    return sum(each.usd or 0.0 for each in items)


def _item(name: str, quantity: float, price: str, region: str) -> CostItem:
    known = PRICES.get(price)
    return CostItem(name, quantity, known.unit if known else "", known.cost(quantity, region) if known else None)


def _chunks(size: float) -> int:
    return max(math.ceil(size / CHUNK), 1)


def _logs(amounts: Mapping[str, float], pipeline: Pipeline, region: str) -> list[CostItem]:
    group = pipeline.log_group
    if not isinstance(group, LogGroup) or isinstance(group.retention, Unknown) or not group.retention:
        return []
    return [_item("log storage", amounts.get("log ingestion", 0.0) * group.retention / 30, "cloudwatch.logs.stored", region)]


def _key(pipeline: Pipeline, region: str) -> list[CostItem]:
    """The queue's requests to KMS if messages arrive all the time, from one principal. The key itself can be shared."""
    key, period = pipeline.queue.kms_key, pipeline.queue.data_key_reuse_period
    if key is None or isinstance(key, Unknown):
        return []
    seconds = period if isinstance(period, int) else defaults.DATA_KEY_REUSE_PERIOD
    return [_item("KMS requests of the queue", SECONDS_A_MONTH / seconds * _DATA_KEY_CALLS, "kms.requests", region)]


def _alarms(pipeline: Pipeline, region: str) -> list[CostItem]:
    alarms = pipeline.readable_alarms()
    short = sum(isinstance(each.period, int) and each.period < _HIGH_RESOLUTION for each in alarms)
    counts = {
        "cloudwatch.alarms.standard": sum(len(each.metrics) for each in alarms) - short,
        "cloudwatch.alarms.high_resolution": short,
        "cloudwatch.alarms.composite": int(any(each.pages for each in alarms)),
    }
    names = {"standard": "alarms", "high_resolution": "high-resolution alarms", "composite": "composite alarm"}
    return [_item(names[price.rpartition(".")[2]], count, price, region) for price, count in counts.items() if count]
