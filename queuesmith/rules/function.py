"""The rules' model of the function, its role and its log group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from queuesmith.rules import defaults
from queuesmith.rules.iam.policy import TRUSTS_LAMBDA, Statement
from queuesmith.rules.part import FUNCTION_ATTRIBUTES, LOG_GROUP_ATTRIBUTES, Part
from queuesmith.rules.unknown import MaybeUnknown, Unknown


@dataclass(frozen=True, kw_only=True)
class Function(Part):
    """The Lambda function that processes the queue's messages. Sizes are in MB."""

    terraform_names: ClassVar[Mapping[str, str]] = FUNCTION_ATTRIBUTES
    address: str = "function"
    name: MaybeUnknown[str | None] = None
    arns: tuple[str, ...] = ()
    """The ARN, with `*` for each field that is not known. Empty: nothing of it is known."""
    timeout: MaybeUnknown[int] = defaults.FUNCTION_TIMEOUT
    """The longest invocation in seconds."""
    managed_instances: MaybeUnknown[bool] = False
    """Whether it runs on Lambda Managed Instances, whose limits are higher."""
    memory: MaybeUnknown[int] = defaults.MEMORY
    architecture: MaybeUnknown[str] = defaults.ARCHITECTURE
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
    message_concurrency: MaybeUnknown[int] = 1
    """Messages of a batch that the handler processes simultaneously, if the settings give it."""
    backoff_base: MaybeUnknown[int | None] = None
    """Seconds: the longest delay before the first retry of a message. None: the handler does not delay retries."""
    backoff_cap: MaybeUnknown[int | None] = None
    """Seconds: the longest delay before any retry."""
    sends_to_dlq_immediately: bool = False
    """Whether the handler sends messages that can never succeed to the DLQ in their first attempt, if the settings give it."""
    pause_base: MaybeUnknown[int | None] = None
    """Seconds: the first pause of a message while a circuit breaker is open. None: the settings have no circuit breaker."""
    pause_cap: MaybeUnknown[int | None] = None
    """Seconds: the longest of these pauses, without the random part."""
    outage: MaybeUnknown[int | None] = None
    """Seconds: the longest outage of a dependency that no message must reach the DLQ for."""
    concurrencies: tuple[MaybeUnknown[int | None], ...] = ()
    """The maximum concurrency of every enabled event source mapping of the function."""
    policy: MaybeUnknown[tuple[Statement, ...]] = ()
    """The statements of its resource-based policy: who else can invoke it. A public function URL counts as a statement."""
    durable_timeout: MaybeUnknown[int | None] = None
    """Seconds that one execution of a durable function can take. None: it is not a durable function."""
    tenant_isolation: MaybeUnknown[bool] = False
    """Whether each execution environment serves one tenant only."""
    snap_start: MaybeUnknown[bool] = False
    """Whether its published versions use SnapStart."""
    tracing: MaybeUnknown[bool] = False
    """Whether X-Ray's active tracing is on."""
    file_systems: MaybeUnknown[int] = 0
    """The number of file systems (Amazon EFS) that it mounts."""
    dead_letter_config: MaybeUnknown[bool] = False
    """Whether it has a DLQ or topic for failed asynchronous invocations."""
    source_arns: tuple[str, ...] | None = None
    """All ARNs of the queues that its mappings poll. None: not all are known."""


@dataclass(frozen=True, kw_only=True)
class Role(Part):
    """The function's execution role, with everything it allows."""

    address: str = "role"
    name: MaybeUnknown[str | None] = None
    arns: tuple[str, ...] = ()
    """The ARN if it is known, and the reference that policies can use for it."""
    trust: MaybeUnknown[tuple[Statement, ...]] = TRUSTS_LAMBDA
    """The statements of its trust policy: who can assume it."""
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
