"""The settings of the event source mapping: how Lambda polls the queue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool

from queuesmith.common.json_values import compact_json
from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import KmsKeyArn, Messages, Pattern, PositiveSeconds, Seconds, Text, WholeNumber


class PollerSettings(Settings):
    """Provisioned pollers. They run, and you pay for them, whether or not there are messages."""

    minimum: Annotated[int, WholeNumber(limits.MINIMUM_POLLERS)] | None = None
    """The number of pollers that always run. Default: Lambda chooses. Limits: QL107."""
    maximum: Annotated[int, WholeNumber(limits.MAXIMUM_POLLERS)] | None = None
    """The largest number of pollers. Default: Lambda chooses. Limits: QL107."""


class SourceSettings(Settings):
    """The event source mapping: how Lambda polls the queue."""

    batch_size: Annotated[int, Messages(limits.BATCH_SIZE)] = 10
    """The largest number of messages in one invocation. Limits: QL101, QL102."""
    expected_seconds_per_record: PositiveSeconds | None = None
    """How long the handler needs for one message, in seconds, such as 0.5. If it is set, the time for a whole batch is compared
    with the function timeout. Limits: QL113, QL211."""
    batching_window: Annotated[int, Seconds(limits.BATCHING_WINDOW)] = 0
    """How long Lambda waits to fill a batch, in seconds. Limits: QL103."""
    maximum_concurrency: Annotated[int, WholeNumber(limits.MAXIMUM_CONCURRENCY)] | None = None
    """The largest number of concurrent invocations for this queue. Default: no limit for this queue. Limits: QL104, QL105."""
    pollers: PollerSettings | None = None
    """Provisioned pollers. They cannot be combined with `maximum_concurrency`. Limits: QL107."""
    filters: tuple[Pattern, ...] = ()
    """Filter patterns, as tables or JSON strings: `filters = [{ body = { kind = ["order"] } }]`. A message that matches none of
    them is deleted without an invocation. Limits: QL108, QL109."""
    filters_kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the filters. Its key policy must allow Lambda to use it."""
    metrics: StrictBool = False
    """Publish metrics of the messages that the mapping polls, filters and fails to process (EventCount metrics, which cost
    extra)."""
    enabled: StrictBool = True
    """Whether the mapping polls the queue. Limits: QL115."""
    partial_batch_responses: StrictBool = True
    """Whether only the failed messages of a batch are retried. `false`: a failure retries the whole batch. Limits: QL110."""
    tags: dict[str, Text] = Field(default_factory=dict)
    """Tags on the mapping only, in addition to the worker's tags."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """Return the filters as compact JSON texts."""
        return tuple(each if isinstance(each, str) else compact_json(each) for each in self.filters)
