"""The model that the rules check: plain numbers and strings, read from the settings, from Terraform or from AWS.

The default of a field is the default of AWS and the provider (`defaults`). `Unknown` is a value that exists but cannot be
read. None means that the resource or attribute does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from queuesmith.rules import defaults
from queuesmith.rules.alarms import NO_ALARMS, Alarm
from queuesmith.rules.deployment import Deployment
from queuesmith.rules.function import Function, LogGroup, Role
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, Statement
from queuesmith.rules.part import MAPPING_ATTRIBUTES, Part
from queuesmith.rules.queue import Queue
from queuesmith.rules.unknown import MaybeUnknown, Unknown

_SOME_ROLE = Unknown("the function's role")
_SOME_LOG_GROUP = Unknown("the function's log group")


@dataclass(frozen=True, kw_only=True)
class Pollers:
    """The provisioned pollers of an event source mapping."""

    minimum: MaybeUnknown[int | None] = None
    maximum: MaybeUnknown[int | None] = None


@dataclass(frozen=True, kw_only=True)
class EventSourceMapping(Part):
    """The event source mapping between the queue and the function."""

    terraform_names: ClassVar[Mapping[str, str]] = MAPPING_ATTRIBUTES
    address: str = "source"
    batch_size: MaybeUnknown[int] = defaults.BATCH_SIZE
    batching_window: MaybeUnknown[int] = defaults.BATCHING_WINDOW
    """Seconds that Lambda waits at most to fill a batch."""
    maximum_concurrency: MaybeUnknown[int | None] = None
    pollers: MaybeUnknown[Pollers | None] = None
    filters: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """Patterns as JSON texts."""
    response_types: MaybeUnknown[tuple[str, ...]] = ()
    stream_options: Mapping[str, MaybeUnknown[object]] = field(default_factory=dict)
    """The options for streams that are set, by Terraform's names."""
    enabled: MaybeUnknown[bool] = True
    arns: tuple[str, ...] = ()
    """The ARN, with `*` for each field that is not known. Empty: nothing of it is known."""
    qualifier: MaybeUnknown[str | None] = None
    """The version or alias that it names. None: it names only the function, which means the unpublished version."""
    waits_for_policy: MaybeUnknown[bool | None] = None
    """Whether its creation waits for the role's policy on the queue. None: no such policy was found."""


@dataclass(frozen=True, kw_only=True)
class KmsKey(Part):
    """The customer managed KMS key that the queue is encrypted with."""

    address: str = "key"
    arns: tuple[str, ...] = ()
    policy_is_readable: bool = False
    """Whether the key's policy can be read: it is in the same Terraform file, or AWS returned it."""
    policy: MaybeUnknown[tuple[Statement, ...]] = DEFAULT_KEY_POLICY
    grants: MaybeUnknown[tuple[Statement, ...]] = ()
    """The permissions that KMS grants give on the key."""
    state: MaybeUnknown[str] = "Enabled"
    """KMS's name of the state: `Enabled`, `Disabled`, `PendingDeletion`, … `missing`: KMS has no such key."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """One queue, one function, the event source mapping between them, and their supporting resources."""

    name: str
    """The name in messages: the worker's name in the settings, or the mapping's address in Terraform."""
    queue: Queue
    function: Function
    mapping: EventSourceMapping
    today: date
    dead_letter_queue: MaybeUnknown[Queue | None] = None
    role: MaybeUnknown[Role] = _SOME_ROLE
    log_group: MaybeUnknown[LogGroup | None] = _SOME_LOG_GROUP
    kms_key: MaybeUnknown[KmsKey | None] = None
    """The customer managed key of the queue, if it has one."""
    alarms: MaybeUnknown[tuple[Alarm, ...]] = NO_ALARMS
    deployment: Deployment | None = None
    """How a new version of the function gets its invocations, if the settings describe it."""
    environment: MaybeUnknown[str | None] = None
    """The name of the environment."""
    deployed: bool = False
    """Whether this is the deployed state rather than the planned one."""
    texts: Mapping[tuple[str, str], MaybeUnknown[str]] = field(default_factory=dict)
    """The user's tags, descriptions and other texts except environment variables, by address and attribute."""

    def readable_alarms(self) -> tuple[Alarm, ...]:
        """Return the alarms, or none if they are unknown."""
        return () if isinstance(self.alarms, Unknown) else self.alarms

    def queues(self) -> list[Queue | Unknown]:
        """Return the queue and, if there is one, its DLQ."""
        dlq = self.dead_letter_queue
        return [self.queue] if dlq is None or self.queue_is_its_own_dlq else [self.queue, dlq]

    @property
    def queue_is_its_own_dlq(self) -> bool:
        """Whether the queue's redrive policy names the queue itself. QL004 reports this."""
        return isinstance(self.dead_letter_queue, Queue) and self.dead_letter_queue.address == self.queue.address
