"""Reads deployed queues into the rules' model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from queuesmith.aws.queues import DeployedQueue, read_attributes
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.readers.deployed.unknown_responses import call_or_unknown
from queuesmith.rules import MaybeUnknown, Queue, Redrive, RedriveAllow, Statement, Unknown, defaults
from queuesmith.rules.iam.documents import statements_in
from queuesmith.rules.part import part_with_unknown_fields

_DEFAULT_MESSAGE_SIZES = frozenset({262_144, 1_048_576})
"""Bytes: the defaults of SQS. The first was the default until August 2025, and queues from before still have it."""


def queue_attributes(sqs: Any, found: DeployedQueue) -> MaybeUnknown[dict[str, str]]:
    """Return the attributes of a queue. Unknown if the caller is not allowed to read them."""
    read = call_or_unknown(f"the queue {found.name}", lambda: read_attributes(sqs, found))
    return Unknown(f"the queue {found.name}, which was deleted") if read is None else read


def queue_of(
    found: DeployedQueue,
    read: MaybeUnknown[Mapping[str, str]],
    identity: PartIdentity,
    wanted: object,
    consumers: tuple[str, ...] = (),
) -> Queue:
    """Return a queue from its attributes. `wanted` is the queue in the settings, if they contain it."""
    known: dict[str, Any] = {"name": found.name, "arns": (found.arn,), "fifo": found.is_fifo, "consumers": consumers}
    if isinstance(read, Unknown):
        return part_with_unknown_fields(Queue, read, **identity, **known)
    what = identity["address"]
    return Queue(
        **identity,
        **known,
        visibility_timeout=_number(read, "VisibilityTimeout", defaults.VISIBILITY_TIMEOUT),
        retention=_number(read, "MessageRetentionPeriod", defaults.RETENTION),
        delay=_number(read, "DelaySeconds", defaults.DELAY),
        maximum_message_size=_message_size(read, wanted),
        receive_wait=_number(read, "ReceiveMessageWaitTimeSeconds", defaults.RECEIVE_WAIT),
        redrive=_redrive(read, what),
        redrive_allow=_redrive_allow(read, what),
        content_based_deduplication=_flag(read, "ContentBasedDeduplication") or False,
        deduplication_scope=read.get("DeduplicationScope"),
        throughput_limit=read.get("FifoThroughputLimit"),
        kms_key=read.get("KmsMasterKeyId") or None,
        sse=_flag(read, "SqsManagedSseEnabled"),
        data_key_reuse=_number(read, "KmsDataKeyReusePeriodSeconds", defaults.DATA_KEY_REUSE),
        policy=_policy(read, what),
    )


def _number(read: Mapping[str, str], name: str, default: int) -> int:
    return int(read.get(name) or default)


def _flag(read: Mapping[str, str], name: str) -> bool | None:
    return read[name] == "true" if read.get(name) else None


def _message_size(read: Mapping[str, str], wanted: object) -> int | None:
    """Return the size, or None for a default of SQS, which counts as not set unless the settings set a size."""
    size = int(read.get("MaximumMessageSize") or 0) or None
    named = isinstance(wanted, Queue) and wanted.maximum_message_size == size
    return None if size in _DEFAULT_MESSAGE_SIZES and not named else size


def _redrive(read: Mapping[str, str], what: str) -> Redrive | None:
    policy = _table(read, "RedrivePolicy")
    if not policy:
        return None
    count = str(policy.get("maxReceiveCount"))
    return Redrive(int(count) if count.isdecimal() else Unknown(f"the maxReceiveCount of {what}"))


def _redrive_allow(read: Mapping[str, str], what: str) -> RedriveAllow | None:
    policy = _table(read, "RedriveAllowPolicy")
    if not policy:
        return None
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns") or []
    return RedriveAllow(
        permission if isinstance(permission, str) else Unknown(f"the redrive-allow policy of {what}"),
        tuple(map(str, sources)),
    )


def _policy(read: Mapping[str, str], what: str) -> MaybeUnknown[tuple[Statement, ...]]:
    text = read.get("Policy")
    found = statements_in(text, what) if text else ()
    return Unknown(f"the policy of {what}") if found is None else found


def _table(read: Mapping[str, str], name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(read.get(name) or "{}")
    return table
