"""The one model that the rules judge: plain numbers and strings, made from settings or from Terraform.

A field's default is what AWS and the provider take where nothing is set, as `defaults` has it; a value that is there but
cannot be read is `Unknown`, and None means that the thing itself is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from queuesmith.rules import defaults
from queuesmith.rules.alarms import Alarm
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, Statement
from queuesmith.rules.part import FUNCTION, LOG_GROUP, MAPPING, QUEUE, Part
from queuesmith.rules.unknown import MaybeUnknown, Unknown, known

_SOME_ROLE = Unknown("the function's role")
_SOME_LOG_GROUP = Unknown("the function's log group")
_NO_ALARMS = Unknown("alarms: there is none in this file")


@dataclass(frozen=True)
class Redrive:
    """Where messages go that keep failing."""

    max_receive_count: MaybeUnknown[int]
    """Receives before a message moves to the DLQ."""


@dataclass(frozen=True)
class RedriveAllow:
    """Which queues may use this queue as their DLQ."""

    permission: MaybeUnknown[str]
    """`allowAll`, `denyAll` or `byQueue`."""
    sources: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """ARNs, or references to the queues."""


@dataclass(frozen=True, kw_only=True)
class Queue(Part):
    """An SQS queue. Times are in seconds, sizes in bytes."""

    terraform_names: ClassVar[Mapping[str, str]] = QUEUE
    address: str = "queue"
    name: MaybeUnknown[str | None] = None
    """None: Terraform makes one up."""
    arns: tuple[str, ...] = ()
    """Its ARN where it is known, and the references by which policies may name it."""
    created: bool = True
    """False: it is there already, so no provider has to take what its owner has set."""
    fifo: MaybeUnknown[bool] = False
    visibility_timeout: MaybeUnknown[int] = defaults.VISIBILITY_TIMEOUT
    retention: MaybeUnknown[int] = defaults.RETENTION
    delay: MaybeUnknown[int] = defaults.DELAY
    maximum_message_size: MaybeUnknown[int | None] = None
    """None: the provider's or AWS's default, which is in range."""
    receive_wait: MaybeUnknown[int] = defaults.RECEIVE_WAIT
    redrive: MaybeUnknown[Redrive | None] = None
    redrive_allow: MaybeUnknown[RedriveAllow | None] = None
    content_based_deduplication: MaybeUnknown[bool] = False
    deduplication_scope: MaybeUnknown[str | None] = None
    throughput_limit: MaybeUnknown[str | None] = None
    kms_key: MaybeUnknown[str | None] = None
    """Id, ARN, alias or reference of the KMS key; None: no KMS."""
    sse: MaybeUnknown[bool | None] = None
    """SSE-SQS, where it is set; None: not set, which encrypts new queues."""
    data_key_reuse: MaybeUnknown[int | None] = None
    policy: MaybeUnknown[tuple[Statement, ...]] = ()
    """The statements of its queue policy; empty: it has none."""
    other_policies: tuple[MaybeUnknown[tuple[Statement, ...]], ...] = ()
    """Those of other queue policies that are written for it. Only the one that is applied last is in force."""
    written_twice: Mapping[str, MaybeUnknown[tuple[str, ...]]] = field(default_factory=dict)
    """By the attribute, the addresses of all resources that set it, if there are several."""
    senders: tuple[str, ...] = ()
    """The services that are told to send to it: `sns.amazonaws.com`."""
    consumers: tuple[str, ...] = ()
    """The addresses of all enabled mappings that poll it."""

    def policies(self) -> tuple[MaybeUnknown[tuple[Statement, ...]], ...]:
        """Each queue policy that may be in force."""
        return (self.policy, *self.other_policies)


@dataclass(frozen=True, kw_only=True)
class Function(Part):
    """The Lambda function that works the queue off. Sizes are in MB."""

    terraform_names: ClassVar[Mapping[str, str]] = FUNCTION
    address: str = "function"
    name: MaybeUnknown[str | None] = None
    timeout: MaybeUnknown[int] = defaults.FUNCTION_TIMEOUT
    """Seconds that one invocation may take."""
    managed_instances: MaybeUnknown[bool] = False
    """Whether it runs on Lambda Managed Instances, whose limits are higher."""
    memory: MaybeUnknown[int] = defaults.MEMORY
    ephemeral_storage: MaybeUnknown[int] = defaults.EPHEMERAL_STORAGE
    runtime: MaybeUnknown[str | None] = None
    """None: an image, which brings its own."""
    reserved_concurrency: MaybeUnknown[int | None] = None
    layers: MaybeUnknown[int] = 0
    """How many it has."""
    environment: MaybeUnknown[Mapping[str, MaybeUnknown[str]]] = field(default_factory=dict)
    code: tuple[str, ...] = ("filename",)
    """Which sources of code are given: `filename`, `s3_bucket`, `image_uri`."""
    handler_problem: MaybeUnknown[str | None] = None
    """What is wrong with the handler in the local zip; None: nothing, or no local zip."""
    handler: MaybeUnknown[str | None] = None
    log_format: MaybeUnknown[str] = defaults.LOG_FORMAT
    application_level: MaybeUnknown[str | None] = None
    system_level: MaybeUnknown[str | None] = None
    expected_seconds_per_record: float | None = None
    """What one record takes, where someone has said it."""
    time_floor: float | None = None
    """Seconds that its handler leaves itself, where someone has said it."""
    backoff_base: MaybeUnknown[int | None] = None
    """Seconds: the longest delay that its handler gives a message before its first retry; None: it gives none."""
    backoff_cap: MaybeUnknown[int | None] = None
    """Seconds: the longest delay of all."""
    concurrencies: tuple[MaybeUnknown[int | None], ...] = ()
    """Maximum concurrency of every enabled mapping that calls it."""
    source_arns: tuple[str, ...] | None = None
    """The queues that its mappings read, by all their ARNs; None: not all are known."""


@dataclass(frozen=True, kw_only=True)
class Pollers:
    """Provisioned pollers of a mapping."""

    minimum: MaybeUnknown[int | None] = None
    maximum: MaybeUnknown[int | None] = None


@dataclass(frozen=True, kw_only=True)
class EventSourceMapping(Part):
    """The event source mapping between the two."""

    terraform_names: ClassVar[Mapping[str, str]] = MAPPING
    address: str = "source"
    batch_size: MaybeUnknown[int] = defaults.BATCH_SIZE
    batching_window: MaybeUnknown[int] = defaults.BATCHING_WINDOW
    """Seconds that Lambda may wait to fill a batch."""
    maximum_concurrency: MaybeUnknown[int | None] = None
    pollers: MaybeUnknown[Pollers | None] = None
    filters: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """Patterns as JSON texts."""
    response_types: MaybeUnknown[tuple[str, ...]] = ()
    stream_options: Mapping[str, MaybeUnknown[object]] = field(default_factory=dict)
    """Options for streams that are set, by Terraform's names."""
    enabled: MaybeUnknown[bool] = True
    waits_for_policy: MaybeUnknown[bool | None] = None
    """Whether creating it waits for the role's policy on the queue; None: there is no such policy in sight."""


@dataclass(frozen=True, kw_only=True)
class Role(Part):
    """What the function may do."""

    address: str = "role"
    name: MaybeUnknown[str | None] = None
    arns: tuple[str, ...] = ()
    """Its ARN where it is known, and the reference by which policies may name it."""
    statements: tuple[Statement, ...] = ()
    boundary: MaybeUnknown[tuple[Statement, ...] | None] = None
    """Its permissions boundary, outside of which it may do nothing; None: it has none."""
    unread: tuple[Unknown, ...] = ()
    """Policies of it that could not be read."""


@dataclass(frozen=True, kw_only=True)
class LogGroup(Part):
    """The function's log group."""

    terraform_names: ClassVar[Mapping[str, str]] = LOG_GROUP
    address: str = "logs"
    retention: MaybeUnknown[int | None] = None
    """Days; None: for ever."""
    before_function: MaybeUnknown[bool] = True
    """Whether the function waits for it to be made."""


@dataclass(frozen=True, kw_only=True)
class KmsKey(Part):
    """The customer managed KMS key that the queue is encrypted with."""

    address: str = "key"
    arns: tuple[str, ...] = ()
    in_file: bool = False
    """Whether its policy can be read where this pipeline is."""
    policy: MaybeUnknown[tuple[Statement, ...]] = DEFAULT_KEY_POLICY
    grants: MaybeUnknown[tuple[Statement, ...]] = ()
    """What KMS grants let principals do with it."""
    state: MaybeUnknown[str] = "Enabled"
    """As KMS calls it: `Enabled`, `Disabled`, `PendingDeletion`, …; `not there` for a key that KMS does not have."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """One queue, one function and the mapping between them, with what stands around them."""

    name: str
    """What a person calls it: the worker's name in the settings, the mapping's address in Terraform."""
    queue: Queue
    function: Function
    mapping: EventSourceMapping
    today: date
    dead_letter_queue: MaybeUnknown[Queue | None] = None
    role: MaybeUnknown[Role] = _SOME_ROLE
    log_group: MaybeUnknown[LogGroup | None] = _SOME_LOG_GROUP
    kms_key: MaybeUnknown[KmsKey | None] = None
    """The customer managed key of the queue, if it has one."""
    alarms: tuple[Alarm, ...] | None = None
    """None: `no_alarms` says why they are not known."""
    no_alarms: Unknown = _NO_ALARMS
    environment: MaybeUnknown[str | None] = None
    """What the environment calls itself."""
    deployed: bool = False
    """Whether this is what runs, rather than what is to be made."""
    texts: Mapping[tuple[str, str], MaybeUnknown[str]] = field(default_factory=dict)
    """Texts that a user gave beside the environment variables, tags and descriptions, by address and attribute."""

    def known_alarms(self) -> tuple[Alarm, ...]:
        """The alarms. Raises NotKnownError where they are not known: they may be kept elsewhere."""
        return known(self.no_alarms if self.alarms is None else self.alarms)

    def queues(self) -> list[Queue | Unknown]:
        """The queue and its DLQ, as far as there is one."""
        dlq = self.dead_letter_queue
        return [self.queue] if dlq is None or self.is_its_own_dlq else [self.queue, dlq]

    @property
    def is_its_own_dlq(self) -> bool:
        """Whether the queue's redrive policy names the queue itself, which QL004 says."""
        return isinstance(self.dead_letter_queue, Queue) and self.dead_letter_queue.address == self.queue.address
