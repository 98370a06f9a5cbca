"""The rules' model of a queue, its policies, and the services that send to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from queuesmith.rules import defaults
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.part import QUEUE_ATTRIBUTES, Part
from queuesmith.rules.unknown import MaybeUnknown, Unknown

_SOME_DLQ = Unknown("the DLQ in a redrive policy")


@dataclass(frozen=True)
class RedrivePolicy:
    """The redrive policy: the DLQ, and when messages move to it."""

    max_receive_count: MaybeUnknown[int]
    """Receive attempts before a message moves to the DLQ."""
    target: MaybeUnknown[str] = _SOME_DLQ
    """The ARN of the DLQ, or a reference to it."""


@dataclass(frozen=True)
class RedriveAllowPolicy:
    """The redrive allow policy: the queues that can use this queue as their DLQ."""

    permission: MaybeUnknown[str]
    """`allowAll`, `denyAll` or `byQueue`."""
    sources: MaybeUnknown[tuple[MaybeUnknown[str], ...]] = ()
    """ARNs, or references to the queues."""


@dataclass(frozen=True)
class ServiceSender:
    """A service that is configured to send to a queue: by an SNS subscription, an S3 notification or an EventBridge target."""

    service: str
    """The service principal: `sns.amazonaws.com`."""
    address: str
    """The Terraform address, or the key of the settings."""
    sources: tuple[str, ...] = ()
    """The ARN of the topic, bucket or rule, and the references to it. Empty: not known."""
    has_envelope: MaybeUnknown[bool] = False
    """Whether the message is in SNS's JSON envelope, because raw message delivery is off."""


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
    fair: bool | None = None
    """Whether producers set message group IDs on a standard queue, if the settings give it. No attribute in AWS says so."""
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
    policies_without_version: tuple[str, ...] = ()
    """The addresses of the resources whose policy for this queue has no `Version`."""
    senders: tuple[ServiceSender, ...] = ()
    """The services that are configured to send to it."""
    consumers: tuple[str, ...] = ()
    """The addresses of everything that polls it: enabled mappings, and EventBridge pipes."""
    is_dead_letter_queue: bool = False
    """Whether another queue's redrive policy names it."""

    def policies(self) -> tuple[MaybeUnknown[tuple[Statement, ...]], ...]:
        """Return each queue policy that can be in force."""
        return (self.policy, *self.other_policies)
