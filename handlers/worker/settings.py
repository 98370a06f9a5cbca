"""What the function's environment variables say, read once when it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from handlers.worker.outcomes import SettingsError
from handlers.worker.secret import NO_ARN, Secret

Text = Annotated[str, StringConstraints(min_length=1)]


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
            raise SettingsError("; ".join(_said(cls, problem) for problem in problems)) from None


def _said(settings: type[Settings], problem: Any) -> str:
    variable = ".".join(map(str, problem["loc"]))
    if not variable:  # about several of them: its input is the whole environment
        return f"the environment variables do not fit together: {problem['msg']}"
    if problem["type"] == "missing":
        return (
            f"the environment variable {variable} is not set. Set it in the worker's settings: function.environment.{variable}"
        )
    if problem["type"] == NO_ARN:
        return f"the environment variable {variable} {problem['msg']}"
    field = next((field for field in settings.model_fields.values() if field.alias == variable), None)
    if field is None or _holds(field.annotation, Secret):  # somebody may have put the secret itself there
        return f"the environment variable {variable} cannot be used: {problem['msg']}"
    return f"the environment variable {variable} is {problem['input']!r}: {problem['msg']}"


def _holds(annotation: Any, kind: type) -> bool:
    return annotation is kind or any(_holds(inner, kind) for inner in get_args(annotation))
