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
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, Statement
from queuesmith.rules.part import FUNCTION_ATTRIBUTES, LOG_GROUP_ATTRIBUTES, MAPPING_ATTRIBUTES, QUEUE_ATTRIBUTES, Part
from queuesmith.rules.unknown import MaybeUnknown, Unknown

_SOME_ROLE = Unknown("the function's role")
_SOME_LOG_GROUP = Unknown("the function's log group")


@dataclass(frozen=True)
class RedrivePolicy:
    """The redrive policy: the DLQ, and when messages move to it."""

    max_receive_count: MaybeUnknown[int]
    """Receive attempts before a message moves to the DLQ."""


@dataclass(frozen=True)
class RedriveAllowPolicy:
    """The redrive allow policy: the queues that can use this queue as their DLQ."""

    permission: MaybeUnknown[str]
    """`allowAll`, `denyAll` or `byQueue`."""
    sources: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """ARNs, or references to the queues."""


@dataclass(frozen=True, kw_only=True)
class Queue(Part):
    """An SQS queue. Times are in seconds, sizes in bytes."""

    terraform_names: ClassVar[Mapping[str, str]] = QUEUE_ATTRIBUTES
    address: str = "queue"
    name: MaybeUnknown[str | None] = None
    """None: Terraform generates the name."""
    arns: tuple[str, ...] = ()
    """The ARN if it is known, and the references that policies can use for it."""
    created: bool = True
    """False: an existing queue of another owner. The provider's limits do not apply to its attributes."""
    fifo: MaybeUnknown[bool] = False
    visibility_timeout: MaybeUnknown[int] = defaults.VISIBILITY_TIMEOUT
    retention: MaybeUnknown[int] = defaults.RETENTION
    delay: MaybeUnknown[int] = defaults.DELAY
    maximum_message_size: MaybeUnknown[int | None] = None
    """None: the default of the provider or of AWS, which is in range."""
    receive_wait_time: MaybeUnknown[int] = defaults.RECEIVE_WAIT_TIME
    redrive_policy: MaybeUnknown[RedrivePolicy | None] = None
    redrive_allow_policy: MaybeUnknown[RedriveAllowPolicy | None] = None
    content_based_deduplication: MaybeUnknown[bool] = False
    deduplication_scope: MaybeUnknown[str | None] = None
    throughput_limit: MaybeUnknown[str | None] = None
    kms_key: MaybeUnknown[str | None] = None
    """Id, ARN, alias or reference of the KMS key; None: no KMS."""
    sse: MaybeUnknown[bool | None] = None
    """SSE-SQS if it is set. None: not set, in which case SQS encrypts new queues."""
    data_key_reuse_period: MaybeUnknown[int | None] = None
    policy: MaybeUnknown[tuple[Statement, ...]] = ()
    """The statements of the queue policy. Empty: no policy."""
    other_policies: tuple[MaybeUnknown[tuple[Statement, ...]], ...] = ()
    """The statements of further queue policy resources for this queue. Only the one that is applied last is in force."""
    duplicate_attributes: Mapping[str, MaybeUnknown[tuple[str, ...]]] = field(default_factory=dict)
    """Attributes that several resources set, and the addresses of these resources."""
    senders: tuple[str, ...] = ()
    """The services that are configured to send to it: `sns.amazonaws.com`."""
    consumers: tuple[str, ...] = ()
    """The addresses of all enabled mappings that poll it."""

    def policies(self) -> tuple[MaybeUnknown[tuple[Statement, ...]], ...]:
        """Return each queue policy that can be in force."""
        return (self.policy, *self.other_policies)


@dataclass(frozen=True, kw_only=True)
class Function(Part):
    """The Lambda function that processes the queue's messages. Sizes are in MB."""

    terraform_names: ClassVar[Mapping[str, str]] = FUNCTION_ATTRIBUTES
    address: str = "function"
    name: MaybeUnknown[str | None] = None
    timeout: MaybeUnknown[int] = defaults.FUNCTION_TIMEOUT
    """The longest invocation in seconds."""
    managed_instances: MaybeUnknown[bool] = False
    """Whether it runs on Lambda Managed Instances, whose limits are higher."""
    memory: MaybeUnknown[int] = defaults.MEMORY
    ephemeral_storage: MaybeUnknown[int] = defaults.EPHEMERAL_STORAGE
    runtime: MaybeUnknown[str | None] = None
    """None: a container image, which contains its runtime."""
    reserved_concurrency: MaybeUnknown[int | None] = None
    layers: MaybeUnknown[int] = 0
    """The number of layers."""
    environment: MaybeUnknown[Mapping[str, MaybeUnknown[str]]] = field(default_factory=dict)
    code: tuple[str, ...] = ("filename",)
    """The attributes that give the code: `filename`, `s3_bucket`, `image_uri`."""
    handler_problem: MaybeUnknown[str | None] = None
    """The problem with the handler in the local zip. None: no problem, or no local zip."""
    handler: MaybeUnknown[str | None] = None
    log_format: MaybeUnknown[str] = defaults.LOG_FORMAT
    application_level: MaybeUnknown[str | None] = None
    system_level: MaybeUnknown[str | None] = None
    expected_seconds_per_record: float | None = None
    """Seconds that one record takes, if the settings give it."""
    minimum_remaining_time: float | None = None
    """Seconds of remaining time at which the handler stops starting records, if the settings give it."""
    backoff_base: MaybeUnknown[int | None] = None
    """Seconds: the longest delay before the first retry of a message. None: the handler does not delay retries."""
    backoff_cap: MaybeUnknown[int | None] = None
    """Seconds: the longest delay before any retry."""
    concurrencies: tuple[MaybeUnknown[int | None], ...] = ()
    """The maximum concurrency of every enabled event source mapping of the function."""
    source_arns: tuple[str, ...] | None = None
    """All ARNs of the queues that its mappings poll. None: not all are known."""


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
    waits_for_policy: MaybeUnknown[bool | None] = None
    """Whether its creation waits for the role's policy on the queue. None: no such policy was found."""


@dataclass(frozen=True, kw_only=True)
class Role(Part):
    """The function's execution role, with everything it allows."""

    address: str = "role"
    name: MaybeUnknown[str | None] = None
    arns: tuple[str, ...] = ()
    """The ARN if it is known, and the reference that policies can use for it."""
    statements: tuple[Statement, ...] = ()
    boundary: MaybeUnknown[tuple[Statement, ...] | None] = None
    """The statements of the permissions boundary, which limits everything the role allows. None: no boundary."""
    unreadable_policies: tuple[Unknown, ...] = ()
    """The role's policies that could not be read."""


@dataclass(frozen=True, kw_only=True)
class LogGroup(Part):
    """The function's log group."""

    terraform_names: ClassVar[Mapping[str, str]] = LOG_GROUP_ATTRIBUTES
    address: str = "logs"
    retention: MaybeUnknown[int | None] = None
    """Days. None: the lines never expire."""
    before_function: MaybeUnknown[bool] = True
    """Whether Terraform creates the log group before the function."""


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
