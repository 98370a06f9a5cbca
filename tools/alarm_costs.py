"""The table of a worker's alarms in docs/settings.md: which ones it has by default, which ones page, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from queuesmith.capacity.prices import PRICES, REGIONS
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.alarm_specs import ALARMS, AlarmSpec, alarm_specs


def table() -> Iterator[str]:
    """Yield the lines of the table, and the sentences below it."""
    usual = {spec.key: spec for spec in alarm_specs(_worker())}
    conditions = {
        "on": usual.keys(),
        "on with limited concurrency": {spec.key for spec in alarm_specs(_worker(reserved_concurrency=10))},
        "on with `queue.fair`": {spec.key for spec in alarm_specs(_worker(queue={"fair": True}))},
    }
    yield "| alarm | by default | pages | USD a month |\n| --- | --- | --- | --- |"
    for spec in ALARMS:
        default = next((condition for condition, keys in conditions.items() if spec.key in keys), "off")
        yield f"| `{spec.key}` | {default} | {'yes' if spec.pages else ''} | {cost(spec):.2f} |"
    composite = _usd("cloudwatch.alarms.composite")
    yield f"| the paging alarm, which combines those that page | on | yes | {composite:.2f} |"
    total = sum(map(cost, usual.values())) + composite
    yield f"| **all that are on by default** | | | **{total:.2f}** |\n"
    yield (
        f"The prices are those of {' and '.join(REGIONS)}, without the free tier. CloudWatch charges for each metric of an "
        "alarm. `memory` includes its custom metric. `queue_wait` and `failed_messages` do not include the metrics that they "
        "watch, which you pay for separately: those of `queuesmith_worker` and of `source.metrics`. The table of keys above "
        "gives the reason why an alarm is off by default."
    )


def cost(spec: AlarmSpec) -> float:
    """The price of an alarm in US dollars a month: its metrics, and the custom metrics that exist only for it."""
    custom = sum(metric.resource == "log" for metric in spec.metrics)
    return len(spec.metrics) * _usd("cloudwatch.alarms.standard") + custom * _usd("cloudwatch.metrics.custom")


def _usd(name: str) -> float:
    """The price of one unit, which is the same in all regions of the table."""
    (price,) = {PRICES[name].usd(region) for region in REGIONS}
    if price is None:
        raise ValueError(f"{name} has no price")
    return price


def _worker(queue: Mapping[str, object] | None = None, **function: object) -> WorkerSettings:
    artifact = {"zip": "build/worker.zip"}
    settings = {"name": "worker", "queue": queue or {}, "function": {"artifact": artifact, **function}}
    return WorkerSettings.model_validate(settings)
