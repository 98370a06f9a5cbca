"""The worker's settings, read from the function's environment variables once, when it starts."""

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
from queuesmith_worker.redaction import MASK, MIN_LENGTH
from queuesmith_worker.secret import NO_ARN

Text = Annotated[str, StringConstraints(min_length=1)]
_PLAIN_TYPES: tuple[Any, ...] = (str, int, float, bool, NoneType, Decimal, timedelta)
_CONTAINERS: tuple[Any, ...] = (Union, UnionType, list, tuple, set, frozenset, dict)


MAX_MESSAGE_SIZE = 262_144
"""Bytes. The default of SQS is 1 MiB since August 2025. Older queues, and queues of the AWS provider 5 and 6, have this one."""


MAX_CONCURRENCY = 1_000
"""Messages. Lambda allows 1,024 threads and processes in an execution environment (Lambda developer guide, quotas)."""


class HandlerSettings(BaseModel):
    """The settings of a worker, from the function's environment variables.

    Define your own settings in a subclass. The stack sets the variables of this class that the worker's settings need. A
    subclass that defines a field of this class raises TypeError.

    Example:
    -------
        class OrderSettings(HandlerSettings):
            orders_table: str  # the environment variable ORDERS_TABLE

        settings = OrderSettings.from_environment()

    """

    model_config = ConfigDict(frozen=True, alias_generator=str.upper)

    worker_dead_letter_queue_url: Text | None = None
    """The URL of the queue for messages that can never succeed. Default: they are retried like all other failed messages."""
    worker_max_message_size: int = Field(MAX_MESSAGE_SIZE, ge=1_024, le=1_048_576)
    """Bytes: the largest message that both the DLQ and the worker's queue accept. If a copy for the DLQ would be larger with
    its reason, the reason is omitted. Default: 262,144, which every queue accepts unless its settings have a lower limit.
    """
    worker_queue_url: Text | None = None
    """The URL of the worker's queue, with which the worker changes the visibility timeout of messages. Default: no backoff."""
    worker_backoff_base: int = Field(2, ge=1, le=43_200)
    """Seconds: the longest delay before the first retry. It doubles with each retry."""
    worker_backoff_cap: int = Field(300, ge=1, le=43_200)
    """Seconds: the longest delay. The maximum visibility timeout of SQS is 12 hours."""
    worker_pause_base: int = Field(60, ge=1, le=3_600)
    """Seconds: the shortest pause while a circuit breaker is open. It doubles with each receive attempt."""
    worker_pause_cap: int = Field(900, ge=1, le=3_600)
    """Seconds: the longest of these pauses."""
    worker_max_receive_count: int | None = Field(None, ge=1)
    """The number of receive attempts after which the queue moves a message to its DLQ. Default: unknown, so no receive attempt
    is treated as the last one.
    """
    worker_time_floor: float | None = Field(None, ge=0)
    """Seconds that must be left before a record is processed, even if the records before it were fast. Default: a tenth of
    the invocation's time, at most 1.
    """
    worker_partial_batch_responses: bool = True
    """Whether the event source mapping reads which messages failed. If not, one failed message must fail the whole batch."""
    worker_large_messages_bucket: Text | None = None
    """The bucket with the bodies of large messages. Default: bodies are read as they are."""
    worker_large_messages_prefix: str = ""
    """The beginning of the keys of these objects."""
    worker_large_messages_delete: bool = False
    """Whether the object is deleted after its message was processed."""
    worker_concurrency: int = Field(1, ge=1, le=MAX_CONCURRENCY)
    """Messages of a batch that are processed simultaneously."""
    worker_tracing: bool = False
    """Whether the worker sends segments to X-Ray."""
    powertools_metrics_namespace: Text = "queuesmith"
    """The CloudWatch namespace of the worker's metrics."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if reserved := sorted(HandlerSettings.model_fields.keys() & vars(cls).get("__annotations__", {}).keys()):
            raise TypeError(
                f"{cls.__name__} defines {', '.join(reserved)}, which HandlerSettings already defines. Choose another name"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings.

        Parameters
        ----------
        environment
            The variables. Default: the process's environment.

        Returns
        -------
        Self
            The settings.

        Raises
        ------
        SettingsError
            If variables are missing or wrong. The text names each of them.

        """
        try:
            return cls.model_validate(dict(environment))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False)
            raise SettingsError("; ".join(_description(cls, environment, problem) for problem in problems)) from None


def _description(settings: type[HandlerSettings], environment: Mapping[str, str], problem: Any) -> str:
    if not problem["loc"]:  # about several variables: the error's input is the whole environment
        return _masked(settings, environment, f"the environment variables cannot be used together: {problem['msg']}")
    variable = str(problem["loc"][0])
    if problem["type"] == "missing" and len(problem["loc"]) == 1:
        return f"the environment variable {variable} is not set. In the worker's settings, set function.environment.{variable}"
    if problem["type"] == NO_ARN:
        return f"the environment variable {variable} {problem['msg']}"
    field = next((field for field in settings.model_fields.values() if field.alias == variable), None)
    if field is None or not _can_be_shown(field):
        return _masked(settings, environment, f"the environment variable {variable} is not valid: {problem['msg']}")
    path = ".".join(map(str, problem["loc"]))
    return f"the environment variable {path} is {problem['input']!r}: {problem['msg']}"


def _masked(settings: type[HandlerSettings], environment: Mapping[str, str], text: str) -> str:
    """Mask the values that must not be shown in a text that can come from a validator."""
    fields = (field for field in settings.model_fields.values() if field.alias and not _can_be_shown(field))
    values = [environment.get(field.alias or "", "") for field in fields]
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK) if len(value) >= MIN_LENGTH else text
    return text


def _can_be_shown(field: FieldInfo) -> bool:
    """Whether an error can show a wrong value of the field: only if its type consists of plain types.

    Types that contain a secret therefore need not be listed.
    """
    return field.repr and _is_plain(Annotated[field.annotation, *field.metadata, None])


def _is_plain(annotation: Any) -> bool:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return True
    if origin is Annotated:  # a validator in it can return anything
        return _is_plain(inner[0]) and not any(hasattr(each, "func") for each in inner[1:])
    if origin in _CONTAINERS:
        return all(_is_plain(each) for each in inner if each is not Ellipsis)
    return annotation in _PLAIN_TYPES or (isinstance(annotation, type) and issubclass(annotation, Enum))
