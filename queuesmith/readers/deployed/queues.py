"""Reads deployed queues into the rules' model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from queuesmith.aws.queues import DeployedQueue, read_attributes
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.unknown_responses import call_or_unknown
from queuesmith.rules import MaybeUnknown, Queue, RedriveAllowPolicy, RedrivePolicy, Statement, Unknown, defaults
from queuesmith.rules.iam.documents import statements_in
from queuesmith.rules.part import part_with_unknown_fields

_DEFAULT_MESSAGE_SIZES = frozenset({262_144, 1_048_576})
"""Bytes: the defaults of SQS. The first was the default until August 2025, and queues from before still have it."""


def queue_attributes(sqs: Any, queue: DeployedQueue) -> MaybeUnknown[dict[str, str]]:
    """Return the attributes of a queue. Unknown if the caller is not allowed to read them."""
    attributes = call_or_unknown(f"the queue {queue.name}", lambda: read_attributes(sqs, queue))
    return Unknown(f"the queue {queue.name}, which was deleted") if attributes is None else attributes


def queue_of(
    queue: DeployedQueue,
    attributes: MaybeUnknown[Mapping[str, str]],
    identity: PartIdentity,
    expected: object,
    consumers: tuple[str, ...] = (),
) -> Queue:
    """Return a queue from its attributes. `expected` is the queue in the settings, if they contain it."""
    known: dict[str, Any] = {"name": queue.name, "arns": (queue.arn,), "fifo": queue.is_fifo, "consumers": consumers}
    known["fair"] = expected.fair if isinstance(expected, Queue) else None
    if isinstance(attributes, Unknown):
        return part_with_unknown_fields(Queue, attributes, **identity, **known)
    what = identity["address"]
    return Queue(
        **identity,
        **known,
        visibility_timeout=_number(attributes, "VisibilityTimeout", defaults.VISIBILITY_TIMEOUT),
        retention=_number(attributes, "MessageRetentionPeriod", defaults.RETENTION),
        delay=_number(attributes, "DelaySeconds", defaults.DELAY),
        maximum_message_size=_message_size(attributes, expected),
        receive_wait_time=_number(attributes, "ReceiveMessageWaitTimeSeconds", defaults.RECEIVE_WAIT_TIME),
        redrive_policy=_redrive_policy(attributes, what),
        redrive_allow_policy=_redrive_allow_policy(attributes, what),
        content_based_deduplication=_flag(attributes, "ContentBasedDeduplication") or False,
        deduplication_scope=attributes.get("DeduplicationScope"),
        throughput_limit=attributes.get("FifoThroughputLimit"),
        kms_key=attributes.get("KmsMasterKeyId") or None,
        sse=_flag(attributes, "SqsManagedSseEnabled"),
        data_key_reuse_period=_number(attributes, "KmsDataKeyReusePeriodSeconds", defaults.DATA_KEY_REUSE_PERIOD),
        policy=_policy(attributes, what),
    )


def _number(attributes: Mapping[str, str], name: str, default: int) -> int:
    return int(attributes.get(name) or default)


def _flag(attributes: Mapping[str, str], name: str) -> bool | None:
    return attributes[name] == "true" if attributes.get(name) else None


def _message_size(attributes: Mapping[str, str], expected: object) -> int | None:
    """Return the size, or None for a default of SQS, which counts as not set unless the settings set a size."""
    size = int(attributes.get("MaximumMessageSize") or 0) or None
    named = isinstance(expected, Queue) and expected.maximum_message_size == size
    return None if size in _DEFAULT_MESSAGE_SIZES and not named else size


def _redrive_policy(attributes: Mapping[str, str], what: str) -> RedrivePolicy | None:
    policy = _table(attributes, "RedrivePolicy")
    if not policy:
        return None
    count = str(policy.get("maxReceiveCount"))
    return RedrivePolicy(
        int(count) if count.isdecimal() else Unknown(f"the maxReceiveCount of {what}"),
        str(policy.get("deadLetterTargetArn", "")),
    )


def _redrive_allow_policy(attributes: Mapping[str, str], what: str) -> RedriveAllowPolicy | None:
    policy = _table(attributes, "RedriveAllowPolicy")
    if not policy:
        return None
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns") or []
    return RedriveAllowPolicy(
        permission if isinstance(permission, str) else Unknown(f"the redrive allow policy of {what}"),
        tuple(map(str, sources)),
    )


def _policy(attributes: Mapping[str, str], what: str) -> MaybeUnknown[tuple[Statement, ...]]:
    text = attributes.get("Policy")
    statements = statements_in(text, what) if text else ()
    return Unknown(f"the policy of {what}") if statements is None else statements


def _table(attributes: Mapping[str, str], name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(attributes.get(name) or "{}")
    return table
