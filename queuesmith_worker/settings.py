"""What the function's environment variables say, read once when it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from queuesmith_worker.outcomes import SettingsError
from queuesmith_worker.redaction import MASK, SHORTEST
from queuesmith_worker.secret import NO_ARN

Text = Annotated[str, StringConstraints(min_length=1)]
_PLAIN: tuple[Any, ...] = (str, int, float, bool, NoneType, Decimal, timedelta)
_CONTAINERS: tuple[Any, ...] = (Union, UnionType, list, tuple, set, frozenset, dict)


LARGEST_MESSAGE = 262_144
"""Bytes. SQS's own default is 1 MiB since August 2025; older queues, and those of the AWS provider 5 and 6, keep this one."""


class Settings(BaseModel):
    """The settings of a worker. Its own are a subclass: the field `orders_table` is the variable `ORDERS_TABLE`.

    Those here are set by the stack, where the settings under `failures` and `function.tracing` ask for them. A subclass that
    takes one of their names raises TypeError.
    """

    model_config = ConfigDict(frozen=True, alias_generator=str.upper)

    worker_dead_letter_queue_url: Text | None = None
    """Where messages go at once that will never work. Left out: they are retried like all others."""
    worker_max_message_size: int = Field(LARGEST_MESSAGE, ge=1_024, le=1_048_576)
    """Bytes of the largest message that both the DLQ and the worker's queue accept: a copy for the DLQ that would be larger
    with its reason goes there without. Default: what every queue accepts for which nobody has set less.
    """
    worker_queue_url: Text | None = None
    """The worker's own queue, whose messages it may hide for longer. Left out: no backoff."""
    worker_backoff_base: int = Field(2, ge=1, le=43_200)
    """Seconds: the longest delay before the first retry; it doubles with each."""
    worker_backoff_cap: int = Field(300, ge=1, le=43_200)
    """Seconds: no delay is longer. SQS hides a message for 12 hours at the most."""
    worker_max_receive_count: int | None = Field(None, ge=1)
    """After how many receives the queue moves a message to its DLQ. Left out: not known, so every receive is treated as if
    another followed.
    """
    worker_time_floor: float | None = Field(None, ge=0)
    """Seconds that have to be left before a record is begun, however quick those before it were. Left out: a tenth of the
    invocation's time, at most 1.
    """
    worker_partial_batch_responses: bool = True
    """Whether the mapping reads which messages failed. Where it does not, one that fails has to fail the whole batch."""
    worker_tracing: bool = False
    """Whether segments are sent to X-Ray."""
    powertools_metrics_namespace: Text = "queuesmith"
    """The CloudWatch namespace of the worker's metrics."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if taken := sorted(Settings.model_fields.keys() & vars(cls).get("__annotations__", {}).keys()):
            raise TypeError(f"{cls.__name__}: {', '.join(taken)} is what every worker's settings have. Choose another name")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read them all. Raises SettingsError, which names every variable that is missing or wrong."""
        try:
            return cls.model_validate(dict(environment))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False)
            raise SettingsError("; ".join(_said(cls, environment, problem) for problem in problems)) from None


def _said(settings: type[Settings], environment: Mapping[str, str], problem: Any) -> str:
    if not problem["loc"]:  # about several of them: its input is the whole environment
        return _masked(settings, environment, f"the environment variables do not fit together: {problem['msg']}")
    variable = str(problem["loc"][0])
    if problem["type"] == "missing" and len(problem["loc"]) == 1:
        return (
            f"the environment variable {variable} is not set. Set it in the worker's settings: function.environment.{variable}"
        )
    if problem["type"] == NO_ARN:
        return f"the environment variable {variable} {problem['msg']}"
    field = next((field for field in settings.model_fields.values() if field.alias == variable), None)
    if field is None or not _can_be_shown(field):
        return _masked(settings, environment, f"the environment variable {variable} cannot be used: {problem['msg']}")
    path = ".".join(map(str, problem["loc"]))
    return f"the environment variable {path} is {problem['input']!r}: {problem['msg']}"


def _masked(settings: type[Settings], environment: Mapping[str, str], text: str) -> str:
    """A text that a validator may have put together, without the values that are not to be shown."""
    fields = (field for field in settings.model_fields.values() if field.alias and not _can_be_shown(field))
    values = [environment.get(field.alias or "", "") for field in fields]
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK) if len(value) >= SHORTEST else text
    return text


def _can_be_shown(field: FieldInfo) -> bool:
    """Whether a wrong value of the field can be in an error: not if its type is, or has in it, anything but plain values. So
    no type that keeps a secret has to be known by name.
    """
    return field.repr and _is_plain(Annotated[field.annotation, *field.metadata, None])


def _is_plain(annotation: Any) -> bool:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return True
    if origin is Annotated:  # with a function in it, it can become anything
        return _is_plain(inner[0]) and not any(hasattr(each, "func") for each in inner[1:])
    if origin in _CONTAINERS:
        return all(_is_plain(each) for each in inner if each is not Ellipsis)
    return annotation in _PLAIN or (isinstance(annotation, type) and issubclass(annotation, Enum))
