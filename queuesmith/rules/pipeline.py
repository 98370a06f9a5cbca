"""The one model that the rules judge. `None` is a value that is not known (a Terraform token, say), never a default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Queue:
    """An SQS queue that feeds a function."""

    visibility_timeout: int | None
    """Seconds that a received message stays hidden."""


@dataclass(frozen=True)
class Function:
    """The Lambda function that works the queue off."""

    timeout: int | None
    """Seconds that one invocation may take."""


@dataclass(frozen=True)
class Mapping:
    """The event source mapping between the two."""

    batching_window: int | None
    """Seconds that Lambda may wait to fill a batch."""


@dataclass(frozen=True)
class Pipeline:
    """One queue, one function and the mapping between them."""

    name: str
    """What a person calls it: the worker's name in the settings."""
    queue: Queue
    function: Function
    mapping: Mapping
