"""The settings of the event source mapping: how Lambda polls the queue."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from queuesmith.common.json_values import compact_json
from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import KmsKeyArn, Messages, Pattern, PositiveSeconds, Seconds, Text, WholeNumber


class PollerSettings(Settings):
    """Provisioned pollers: they stand ready, and are paid for, whether there are messages or not."""

    minimum: Annotated[int, WholeNumber(limits.MINIMUM_POLLERS)] | None = None
    """How many stand ready always. Left out: as Lambda chooses. Limits: QL107."""
    maximum: Annotated[int, WholeNumber(limits.MAXIMUM_POLLERS)] | None = None
    """How many there are at the most. Left out: as Lambda chooses. Limits: QL107."""


class SourceSettings(Settings):
    """The event source mapping: how Lambda reads the queue."""

    batch_size: Annotated[int, Messages(limits.BATCH_SIZE)] = 10
    """Messages an invocation gets at the most. Limits: QL101, QL102."""
    expected_seconds_per_record: PositiveSeconds | None = None
    """Seconds that one message takes, such as 0.5, where you know it: the batch is then compared with the timeout.
    Limits: QL113, QL211."""
    batching_window: Annotated[int, Seconds(limits.BATCHING_WINDOW)] = 0
    """Seconds that Lambda waits to fill a batch. Limits: QL103."""
    maximum_concurrency: Annotated[int, WholeNumber(limits.MAXIMUM_CONCURRENCY)] | None = None
    """Invocations that this queue causes at once. Left out: no limit of its own. Limits: QL104, QL105."""
    pollers: PollerSettings | None = None
    """Provisioned pollers. Not together with maximum_concurrency. Limits: QL107."""
    filters: tuple[Pattern, ...] = ()
    """Patterns, as tables or JSON texts, as in `filters = [{ body = { kind = ["order"] } }]`. A message that matches none of
    them is deleted unprocessed. Limits: QL108, QL109."""
    filters_kms_key: KmsKeyArn | None = None
    """A customer managed key that encrypts the filters; its policy must let Lambda use it."""
    metrics: bool = False
    """Count what the mapping polls, filters and fails (EventCount metrics, which cost extra)."""
    enabled: bool = True
    """Whether it polls. Limits: QL115."""
    partial_batch_responses: bool = True
    """Only the messages that failed are tried again; false: the whole batch. Limits: QL110."""
    tags: dict[str, Text] = Field(default_factory=dict)
    """Tags on the mapping alone, beside the worker's."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """Return the filters as compact JSON texts."""
        return tuple(each if isinstance(each, str) else compact_json(each, sort_keys=True) for each in self.filters)
