"""What is said of each setting beside its sentence: its unit, the range that the rules allow, and an example that works."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel

from queuesmith.rules import limits
from queuesmith.rules.limits import Range
from queuesmith.settings.loading import load

T = TypeVar("T")

RANGES: Mapping[str, Range] = {
    "BackoffSettings.base": Range(1, limits.VISIBILITY_TIMEOUT.high),
    "BackoffSettings.cap": Range(1, limits.VISIBILITY_TIMEOUT.high),
    "DeadLetterQueueSettings.retention": limits.RETENTION,
    "ExistingQueueSettings.max_receive_count": limits.MAX_RECEIVE_COUNT,
    "ExistingQueueSettings.maximum_message_size": limits.MESSAGE_SIZE,
    "ExistingQueueSettings.retention": limits.RETENTION,
    "ExistingQueueSettings.visibility_timeout": limits.VISIBILITY_TIMEOUT,
    "FunctionSettings.ephemeral_storage": limits.EPHEMERAL_STORAGE_OF_OLDEST_PROVIDER,
    "FunctionSettings.memory": limits.MEMORY_OF_OLDEST_PROVIDER,
    "FunctionSettings.timeout": limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER,
    "PollerSettings.maximum": limits.MAXIMUM_POLLERS,
    "PollerSettings.minimum": limits.MINIMUM_POLLERS,
    "QueueSettings.data_key_reuse": limits.DATA_KEY_REUSE,
    "QueueSettings.delay": limits.DELAY,
    "QueueSettings.max_receive_count": limits.MAX_RECEIVE_COUNT,
    "QueueSettings.maximum_message_size": Range(limits.MESSAGE_SIZE.low, limits.MESSAGE_SIZE_OF_OLDEST_PROVIDER),
    "QueueSettings.receive_wait": limits.RECEIVE_WAIT,
    "QueueSettings.retention": limits.RETENTION,
    "QueueSettings.visibility_timeout": limits.VISIBILITY_TIMEOUT,
    "SourceSettings.batch_size": limits.BATCH_SIZE,
    "SourceSettings.batching_window": limits.BATCHING_WINDOW,
    "SourceSettings.maximum_concurrency": limits.MAXIMUM_CONCURRENCY,
}
"""What AWS and the oldest provider accept, whatever the other settings say, by MODEL.field.

The numbers are those of the rules' table of limits.
"""
CHOICES: Mapping[str, tuple[int, ...]] = {"LogSettings.retention": (0, *limits.LOG_RETENTIONS)}
"""Numbers of which AWS takes these alone."""
ENVIRONMENTS = Path(__file__).resolve().parent.parent / "tests" / "environments"
"""Together they use every option, which a test holds; they are judged, synthesized and planned by the tests."""


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The settings models in a type, and those in their fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(annotation):
        yield from models(inner)


def found(kind: type[T], annotation: Any) -> Iterator[T]:
    """Everything of a kind that is annotated to a type, or within it: `found(Unit, Seconds | None)`."""
    for inner in get_args(annotation):
        if isinstance(inner, kind):
            yield inner
        yield from found(kind, inner)


def type_of(model: type[BaseModel], name: str) -> Any:
    """A field's type as it was written: pydantic takes an outermost Annotated apart."""
    field = model.model_fields[name]
    return Annotated[field.annotation, *field.metadata, None]


@cache
def examples() -> Mapping[str, Any]:
    """A value for each option, by MODEL.field: the first, other than its default, in the environments of the tests."""
    values: dict[str, Any] = {}
    environments = load(ENVIRONMENTS).environments
    for name in sorted(environments, reverse=True):  # the usual one, which is called standard, first
        for option, value in _used(environments[name].settings):
            values.setdefault(option, value)
    return values


def _used(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        inner = list(value.values()) if isinstance(value, dict) else [value]
        if field.is_required() or value != field.get_default(call_default_factory=True):
            if not any(isinstance(each, BaseModel) for each in inner):
                yield f"{type(model).__name__}.{name}", value
            for each in inner:
                if isinstance(each, BaseModel):
                    yield from _used(each)


def toml(value: Any) -> str:
    """A value as it is written in TOML, on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str) and '"' in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)
