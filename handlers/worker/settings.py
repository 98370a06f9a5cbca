"""What the function's environment variables say, read once when it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from handlers.worker.outcomes import SettingsError
from handlers.worker.secret import NO_ARN

Text = Annotated[str, StringConstraints(min_length=1)]


class Settings(BaseModel):
    """The settings of a worker. Its own are a subclass: the field `orders_table` is the variable `ORDERS_TABLE`.

    Those here are set by the stack, where the settings under `failures` and `function.tracing` ask for them.
    """

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, populate_by_name=True)

    dead_letter_queue_url: Text | None = Field(None, alias="WORKER_DEAD_LETTER_QUEUE_URL")
    """Where messages go at once that will never work. Left out: they are retried like all others."""
    queue_url: Text | None = Field(None, alias="WORKER_QUEUE_URL")
    """The worker's own queue, whose messages it may hide for longer. Left out: no backoff."""
    backoff_base: int = Field(2, alias="WORKER_BACKOFF_BASE", ge=1, le=43_200)
    """Seconds: the longest delay before the first retry; it doubles with each."""
    backoff_cap: int = Field(300, alias="WORKER_BACKOFF_CAP", ge=1, le=43_200)
    """Seconds: no delay is longer. SQS hides a message for 12 hours at the most."""
    max_receive_count: int | None = Field(None, alias="WORKER_MAX_RECEIVE_COUNT", ge=1)
    """After how many receives the queue moves a message to its DLQ, on a FIFO queue. Left out: not known."""
    time_floor: float | None = Field(None, alias="WORKER_TIME_FLOOR", ge=0)
    """Seconds that have to be left before a record is begun, however quick those before it were. Left out: a tenth of the
    invocation's time, at most 1.
    """
    partial_batch_responses: bool = Field(True, alias="WORKER_PARTIAL_BATCH_RESPONSES")
    """Whether the mapping reads which messages failed. Where it does not, one that fails has to fail the whole batch."""
    tracing: bool = Field(False, alias="WORKER_TRACING")
    """Whether segments are sent to X-Ray."""
    metrics_namespace: Text = Field("queuesmith", alias="POWERTOOLS_METRICS_NAMESPACE")
    """The CloudWatch namespace of the worker's metrics."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read them all. Raises SettingsError, which names every variable that is missing or wrong."""
        try:
            return cls.model_validate(dict(environment))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False)
            raise SettingsError("; ".join(map(_problem, problems))) from None


def _problem(problem: Any) -> str:
    variable = ".".join(map(str, problem["loc"]))
    if problem["type"] == "missing":
        return (
            f"the environment variable {variable} is not set. Set it in the worker's settings: function.environment.{variable}"
        )
    if problem["type"] == NO_ARN:
        return f"the environment variable {variable} {problem['msg']}"
    return f"the environment variable {variable} is {problem['input']!r}: {problem['msg']}"
