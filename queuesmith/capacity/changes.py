"""Changes a pipeline's settings, to predict what they would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.rules import Pipeline, Pollers, RedrivePolicy, Severity, check_pipeline, limits
from queuesmith.rules.limits import Range


def _part(part: str, name: str) -> Callable[[Pipeline, int], Pipeline]:
    def change(pipeline: Pipeline, value: int) -> Pipeline:
        changed: Any = {name: value}
        whole: Any = {part: replace(getattr(pipeline, part), **changed)}
        return replace(pipeline, **whole)

    return change


def _maximum_concurrency(pipeline: Pipeline, value: int) -> Pipeline:
    """It replaces provisioned mode. The function's list of its mappings' limits has it too."""
    function = replace(pipeline.function, concurrencies=(value,))
    return replace(pipeline, mapping=replace(pipeline.mapping, maximum_concurrency=value, pollers=None), function=function)


def _pollers(name: str) -> Callable[[Pipeline, int], Pipeline]:
    def change(pipeline: Pipeline, value: int) -> Pipeline:
        now = pipeline.mapping.pollers
        changed: Any = {name: value}
        pollers = replace(now if isinstance(now, Pollers) else Pollers(), **changed)
        mapping = replace(pipeline.mapping, pollers=pollers, maximum_concurrency=None)
        return replace(pipeline, mapping=mapping, function=replace(pipeline.function, concurrencies=(None,)))

    return change


def _fair(pipeline: Pipeline, value: int) -> Pipeline:
    """It affects only the cost."""
    if value and pipeline.queue.fifo is True:
        raise UsageError("queue.fair is true, but only a standard queue can be a fair queue. Remove it")
    return replace(pipeline, queue=replace(pipeline.queue, fair=bool(value)))


def _max_receive_count(pipeline: Pipeline, value: int) -> Pipeline:
    policy = pipeline.queue.redrive_policy
    changed = replace(policy, max_receive_count=value) if isinstance(policy, RedrivePolicy) else RedrivePolicy(value)
    return replace(pipeline, queue=replace(pipeline.queue, redrive_policy=changed))


@dataclass(frozen=True)
class Key:
    """A setting that can be changed: its range, and how. No range: it is true or false."""

    range: Range | None
    apply: Callable[[Pipeline, int], Pipeline]


KEYS: Mapping[str, Key] = {
    "source.batch_size": Key(limits.BATCH_SIZE, _part("mapping", "batch_size")),
    "source.batching_window": Key(limits.BATCHING_WINDOW, _part("mapping", "batching_window")),
    "source.maximum_concurrency": Key(limits.MAXIMUM_CONCURRENCY, _maximum_concurrency),
    "source.pollers.minimum": Key(limits.MINIMUM_POLLERS, _pollers("minimum")),
    "source.pollers.maximum": Key(limits.MAXIMUM_POLLERS, _pollers("maximum")),
    "function.memory": Key(limits.ORDINARY_MEMORY, _part("function", "memory")),
    "function.timeout": Key(limits.ORDINARY_FUNCTION_TIMEOUT, _part("function", "timeout")),
    "function.reserved_concurrency": Key(Range(0, 1_000_000), _part("function", "reserved_concurrency")),
    "function.message_concurrency": Key(limits.MESSAGE_CONCURRENCY, _part("function", "message_concurrency")),
    "queue.visibility_timeout": Key(limits.VISIBILITY_TIMEOUT, _part("queue", "visibility_timeout")),
    "queue.retention": Key(limits.RETENTION, _part("queue", "retention")),
    "queue.delay": Key(limits.DELAY, _part("queue", "delay")),
    "queue.max_receive_count": Key(limits.MAX_RECEIVE_COUNT, _max_receive_count),
    "queue.fair": Key(None, _fair),
    "function.tracing": Key(None, _part("function", "tracing")),
}
"""The settings that can be changed, by their keys in the settings."""


def with_changes(pipeline: Pipeline, changes: Mapping[str, int]) -> Pipeline:
    """Return the pipeline with other values of some settings, numbers or booleans. Its alarms keep their thresholds.

    Raises UsageError for an unknown key, and for a value outside AWS's range.
    """
    for key, value in changes.items():
        if key not in KEYS:
            raise UsageError(f"{key} cannot be changed here. These settings can: {', '.join(KEYS)}")
        allowed, is_switch = KEYS[key].range, isinstance(value, bool)
        if is_switch if allowed else not is_switch:
            raise UsageError(f"{key} is {shown(value)}, but must be {allowed or 'true or false'}")
        if allowed and value not in allowed:
            raise UsageError(f"{key} is {value}, but must be {allowed}")
        pipeline = KEYS[key].apply(pipeline, value)
    return pipeline


def shown(value: int) -> str:
    """Return a value in TOML's syntax: `90`, `true`."""
    return str(value).lower()


def new_errors(before: Pipeline, after: Pipeline) -> list[str]:
    """Return the messages of the rule book's errors that only the changed pipeline has."""
    known = {(each.rule, each.address) for each in check_pipeline(before).findings}
    return [
        f"{each.message} [{each.rule}]"
        for each in check_pipeline(after).findings
        if each.severity is Severity.ERROR and (each.rule, each.address) not in known
    ]
