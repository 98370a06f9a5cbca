"""The one model that the rules judge: plain numbers and strings, made from settings or from Terraform.

A field's default is what AWS and the provider take where nothing is set, as `defaults` has it; a value that is there but
cannot be read is `Unknown`, and None means that the thing itself is not there.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from queuesmith.rules import defaults
from queuesmith.rules.alarms import Alarm
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, Statement
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.part import FUNCTION, LOG_GROUP, MAPPING, QUEUE, Part

_SOME_ROLE = Unknown("the function's role")
_SOME_LOG_GROUP = Unknown("the function's log group")
_NO_ALARMS = Unknown("alarms: there is none in this file")


@dataclass(frozen=True)
class Redrive:
    """Where messages go that keep failing."""

    max_receive_count: Known[int]
    """Receives before a message moves to the DLQ."""


@dataclass(frozen=True)
class RedriveAllow:
    """Which queues may use this queue as their DLQ."""

    permission: Known[str]
    """`allowAll`, `denyAll` or `byQueue`."""
    sources: Known[tuple[Known[str], ...]] = ()
    """ARNs, or references to the queues."""


@dataclass(frozen=True, kw_only=True)
class Queue(Part):
    """An SQS queue. Times are in seconds, sizes in bytes."""

    terraform_names: ClassVar[Dictionary[str, str]] = QUEUE
    address: str = "queue"
    name: Known[str | None] = None
    """None: Terraform makes one up."""
    arns: tuple[str, ...] = ()
    """Its ARN where it is known, and the references by which policies may name it."""
    created: bool = True
    """False: it is there already, so no provider has to take what its owner has set."""
    fifo: Known[bool] = False
    visibility_timeout: Known[int] = defaults.VISIBILITY_TIMEOUT
    retention: Known[int] = defaults.RETENTION
    delay: Known[int] = defaults.DELAY
    maximum_message_size: Known[int | None] = None
    """None: the provider's or AWS's default, which is in range."""
    receive_wait: Known[int] = defaults.RECEIVE_WAIT
    redrive: Known[Redrive | None] = None
    redrive_allow: Known[RedriveAllow | None] = None
    content_based_deduplication: Known[bool] = False
    deduplication_scope: Known[str | None] = None
    throughput_limit: Known[str | None] = None
    kms_key: Known[str | None] = None
    """Id, ARN, alias or reference of the KMS key; None: no KMS."""
    sse: Known[bool | None] = None
    """SSE-SQS, where it is set; None: not set, which encrypts new queues."""
    data_key_reuse: Known[int | None] = None
    policy: Known[tuple[Statement, ...]] = ()
    """The statements of its queue policy; empty: it has none."""
    other_policies: tuple[Known[tuple[Statement, ...]], ...] = ()
    """Those of other queue policies that are written for it. Only the one that is applied last is in force."""
    written_twice: Dictionary[str, Known[tuple[str, ...]]] = field(default_factory=dict)
    """By the attribute, the addresses of all resources that set it, if there are several."""
    senders: tuple[str, ...] = ()
    """The services that are told to send to it: `sns.amazonaws.com`."""
    consumers: tuple[str, ...] = ()
    """The addresses of all enabled mappings that poll it."""

    def policies(self) -> tuple[Known[tuple[Statement, ...]], ...]:
        """Each queue policy that may be in force."""
        return (self.policy, *self.other_policies)


@dataclass(frozen=True, kw_only=True)
class Function(Part):
    """The Lambda function that works the queue off. Sizes are in MB."""

    terraform_names: ClassVar[Dictionary[str, str]] = FUNCTION
    address: str = "function"
    name: Known[str | None] = None
    timeout: Known[int] = defaults.FUNCTION_TIMEOUT
    """Seconds that one invocation may take."""
    managed_instances: Known[bool] = False
    """Whether it runs on Lambda Managed Instances, whose limits are higher."""
    memory: Known[int] = defaults.MEMORY
    ephemeral_storage: Known[int] = defaults.EPHEMERAL_STORAGE
    runtime: Known[str | None] = None
    """None: an image, which brings its own."""
    reserved_concurrency: Known[int | None] = None
    layers: Known[int] = 0
    """How many it has."""
    environment: Known[Dictionary[str, Known[str]]] = field(default_factory=dict)
    code: tuple[str, ...] = ("filename",)
    """Which sources of code are given: `filename`, `s3_bucket`, `image_uri`."""
    handler_problem: Known[str | None] = None
    """What is wrong with the handler in the local zip; None: nothing, or no local zip."""
    handler: Known[str | None] = None
    log_format: Known[str] = defaults.LOG_FORMAT
    application_level: Known[str | None] = None
    system_level: Known[str | None] = None
    expected_seconds_per_record: float | None = None
    """What one record takes, where someone has said it."""
    time_floor: float | None = None
    """Seconds that its handler leaves itself, where someone has said it."""
    backoff_base: Known[int | None] = None
    """Seconds: the longest delay that its handler gives a message before its first retry; None: it gives none."""
    backoff_cap: Known[int | None] = None
    """Seconds: the longest delay of all."""
    concurrencies: tuple[Known[int | None], ...] = ()
    """Maximum concurrency of every enabled mapping that calls it."""
    source_arns: tuple[str, ...] | None = None
    """The queues that its mappings read, by all their ARNs; None: not all are known."""


@dataclass(frozen=True, kw_only=True)
class Pollers:
    """Provisioned pollers of a mapping."""

    minimum: Known[int | None] = None
    maximum: Known[int | None] = None


@dataclass(frozen=True, kw_only=True)
class Mapping(Part):
    """The event source mapping between the two."""

    terraform_names: ClassVar[Dictionary[str, str]] = MAPPING
    address: str = "source"
    batch_size: Known[int] = defaults.BATCH_SIZE
    batching_window: Known[int] = defaults.BATCHING_WINDOW
    """Seconds that Lambda may wait to fill a batch."""
    maximum_concurrency: Known[int | None] = None
    pollers: Known[Pollers | None] = None
    filters: Known[tuple[Known[str], ...]] = ()
    """Patterns as JSON texts."""
    response_types: Known[tuple[str, ...]] = ()
    stream_options: Dictionary[str, Known[object]] = field(default_factory=dict)
    """Options for streams that are set, by Terraform's names."""
    enabled: Known[bool] = True
    waits_for_policy: Known[bool | None] = None
    """Whether creating it waits for the role's policy on the queue; None: there is no such policy in sight."""


@dataclass(frozen=True, kw_only=True)
class Role(Part):
    """What the function may do."""

    address: str = "role"
    name: Known[str | None] = None
    arns: tuple[str, ...] = ()
    """Its ARN where it is known, and the reference by which policies may name it."""
    statements: tuple[Statement, ...] = ()
    boundary: Known[tuple[Statement, ...] | None] = None
    """Its permissions boundary, outside of which it may do nothing; None: it has none."""
    unread: tuple[Unknown, ...] = ()
    """Policies of it that could not be read."""


@dataclass(frozen=True, kw_only=True)
class LogGroup(Part):
    """The function's log group."""

    terraform_names: ClassVar[Dictionary[str, str]] = LOG_GROUP
    address: str = "logs"
    retention: Known[int | None] = None
    """Days; None: for ever."""
    before_function: Known[bool] = True
    """Whether the function waits for it to be made."""


@dataclass(frozen=True, kw_only=True)
class Key(Part):
    """The customer managed KMS key that the queue is encrypted with."""

    address: str = "key"
    arns: tuple[str, ...] = ()
    in_file: bool = False
    """Whether its policy can be read where this pipeline is."""
    policy: Known[tuple[Statement, ...]] = DEFAULT_KEY_POLICY
    grants: Known[tuple[Statement, ...]] = ()
    """What KMS grants let principals do with it."""
    state: Known[str] = "Enabled"
    """As KMS calls it: `Enabled`, `Disabled`, `PendingDeletion`, …; `not there` for a key that KMS does not have."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """One queue, one function and the mapping between them, with what stands around them."""

    name: str
    """What a person calls it: the worker's name in the settings, the mapping's address in Terraform."""
    queue: Queue
    function: Function
    mapping: Mapping
    today: date
    dead_letter_queue: Known[Queue | None] = None
    role: Known[Role] = _SOME_ROLE
    log_group: Known[LogGroup | None] = _SOME_LOG_GROUP
    key: Known[Key | None] = None
    """The customer managed key of the queue, if it has one."""
    alarms: tuple[Alarm, ...] | None = None
    """None: `no_alarms` says why they are not known."""
    no_alarms: Unknown = _NO_ALARMS
    environment: Known[str | None] = None
    """What the environment calls itself."""
    deployed: bool = False
    """Whether this is what runs, rather than what is to be made."""
    texts: Dictionary[tuple[str, str], Known[str]] = field(default_factory=dict)
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
