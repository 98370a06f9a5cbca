"""Reads the settings of the queue, its DLQ and its key into the rules' model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from queuesmith.common.queue_names import is_fifo
from queuesmith.readers.settings.values import DLQ, QUEUE, unknown_if_token
from queuesmith.rules import KmsKey, MaybeUnknown, Queue, RedriveAllowPolicy, RedrivePolicy, ServiceSender, Statement, Unknown
from queuesmith.rules.iam.documents import statements_in
from queuesmith.rules.iam.policy import DEFAULT_KEY_POLICY, OWN_ACCOUNT
from queuesmith.settings import ExistingQueueSettings, WorkerSettings
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.key_policies import producers_use
from queuesmith.settings.derived.producer_policies import (
    ServiceProducer,
    dead_letter_statements,
    queue_statements,
    service_producers,
)
from queuesmith.settings.encryption import CREATED_KEY
from queuesmith.settings.field_types import is_token

EXISTING = "existing_queue"
_EXISTING_DLQ = "existing_queue.dead_letter_queue_arn"


def queue_of(settings: WorkerSettings) -> Queue:
    """Return the queue that the settings describe, created by the stack or existing."""
    if settings.existing_queue is not None:
        return _existing(settings.existing_queue, enabled=settings.source.enabled)
    queue = settings.queue
    try:
        visibility: MaybeUnknown[int] = unknown_if_token(settings.visibility_timeout, "queue.visibility_timeout")
    except ValueError:  # it cannot be derived from a token
        visibility = Unknown("queue.visibility_timeout")
    try:
        receives = unknown_if_token(settings.max_receive_count, "queue.max_receive_count")
    except ValueError:
        receives = Unknown("queue.max_receive_count")
    return Queue(
        address=QUEUE,
        name=unknown_if_token(settings.queue_name, "name"),
        arns=(QUEUE,),
        fifo=queue.fifo,
        fair=queue.fair,
        visibility_timeout=visibility,
        retention=unknown_if_token(queue.retention, "queue.retention"),
        delay=unknown_if_token(queue.delay, "queue.delay"),
        maximum_message_size=unknown_if_token(queue.maximum_message_size, "queue.maximum_message_size"),
        receive_wait_time=unknown_if_token(queue.receive_wait_time, "queue.receive_wait_time"),
        redrive_policy=RedrivePolicy(receives, DLQ),
        content_based_deduplication=queue.content_based_deduplication,
        deduplication_scope=queue.deduplication_scope,
        throughput_limit=queue.throughput_limit,
        kms_key=_kms_key(queue.kms_key),
        sse=_sse(settings),
        data_key_reuse_period=unknown_if_token(queue.data_key_reuse_period, "queue.data_key_reuse_period"),
        policy=_policy(QUEUE, queue_statements(settings.producers, _service_producers(settings), QUEUE)),
        senders=tuple(_senders(settings)),
        consumers=("source",) if settings.source.enabled else (),
    )


def _sse(settings: WorkerSettings) -> bool | None:
    return True if settings.queue.kms_key is None else None


def _kms_key(kms_key: str | None) -> MaybeUnknown[str | None]:
    """Return a queue's key. The key that the stack creates is known, although its ARN is not."""
    return kms_key if kms_key == CREATED_KEY else unknown_if_token(kms_key, "queue.kms_key")


def _policy(arn: str, statements: Iterable[permissions.PolicyStatement]) -> MaybeUnknown[tuple[Statement, ...]]:
    return statements_in(permissions.document(permissions.tls_only(arn), *statements), arn) or ()


def _service_producers(settings: WorkerSettings) -> list[ServiceProducer]:
    arns = {key: f"${{aws_cloudwatch_event_rule.{key}.arn}}" for key in settings.producers.rules}
    return service_producers(settings.producers, arns, OWN_ACCOUNT)


def _senders(settings: WorkerSettings) -> Iterator[ServiceSender]:
    """Yield the services that send. Buckets are omitted: their owner configures the notifications, not the stack."""
    topics = settings.producers.topics
    for producer in _service_producers(settings):
        if producer.kind != "buckets":
            in_envelope = producer.kind == "topics" and not topics[producer.key].raw
            yield ServiceSender(producer.service, f"producers.{producer.kind}.{producer.key}", (producer.arn,), in_envelope)


def _existing(queue: ExistingQueueSettings, *, enabled: bool) -> Queue:
    """Return an existing queue. Attributes that the settings do not give are unknown."""
    return Queue(
        address=EXISTING,
        name=unknown_if_token(queue.arn.rsplit(":", 1)[-1], "existing_queue.arn"),
        arns=(queue.arn,),
        fifo=Unknown("existing_queue.arn") if is_token(queue.arn) else is_fifo(queue.arn),
        fair=queue.fair,
        visibility_timeout=_number(queue.visibility_timeout, "visibility_timeout"),
        retention=_number(queue.retention, "retention"),
        delay=Unknown(f"{EXISTING}.delay"),
        maximum_message_size=unknown_if_token(queue.maximum_message_size, f"{EXISTING}.maximum_message_size"),
        created=False,
        redrive_policy=_redrive_policy(queue),
        kms_key=Unknown(f"the KMS key of {EXISTING}")
        if queue.kms_key is None
        else unknown_if_token(queue.kms_key, f"{EXISTING}.kms_key"),
        sse=Unknown(f"the encryption of {EXISTING}"),
        policy=Unknown(f"the policy of {EXISTING}"),
        consumers=("source",) if enabled else (),
    )


def _redrive_policy(queue: ExistingQueueSettings) -> MaybeUnknown[RedrivePolicy]:
    if queue.max_receive_count is None:
        return Unknown(f"the redrive policy of {EXISTING}")
    return RedrivePolicy(unknown_if_token(queue.max_receive_count, f"{EXISTING}.max_receive_count"))


def _number(value: int | None, name: str) -> MaybeUnknown[int]:
    return Unknown(f"{EXISTING}.{name}") if value is None else unknown_if_token(value, f"{EXISTING}.{name}")


def dead_letter_queue_of(settings: WorkerSettings) -> MaybeUnknown[Queue]:
    """Return the DLQ. Unknown if the settings have an existing queue and do not name its DLQ."""
    existing, queue = settings.existing_queue, settings.queue
    if existing is not None:
        return Unknown(f"the DLQ of {EXISTING}") if existing.dead_letter_queue_arn is None else _existing_dlq(existing)
    return Queue(
        address=DLQ,
        name=unknown_if_token(settings.dead_letter_name, "name"),
        arns=(DLQ,),
        fifo=queue.fifo,
        retention=unknown_if_token(settings.dead_letter_queue.retention, "dead_letter_queue.retention"),
        maximum_message_size=unknown_if_token(queue.dead_letter_maximum_message_size, "queue.maximum_message_size"),
        redrive_allow_policy=RedriveAllowPolicy("byQueue", (QUEUE,)),
        deduplication_scope=queue.deduplication_scope,
        throughput_limit=queue.throughput_limit,
        kms_key=_kms_key(queue.kms_key),
        sse=_sse(settings),
        data_key_reuse_period=unknown_if_token(queue.data_key_reuse_period, "queue.data_key_reuse_period"),
        policy=_policy(DLQ, dead_letter_statements(_service_producers(settings), DLQ)),
        is_dead_letter_queue=True,
    )


def _existing_dlq(queue: ExistingQueueSettings) -> Queue:
    arn = queue.dead_letter_queue_arn or ""
    return Queue(
        address=_EXISTING_DLQ,
        name=unknown_if_token(arn.rsplit(":", 1)[-1], _EXISTING_DLQ),
        arns=(arn,),
        fifo=Unknown(_EXISTING_DLQ) if is_token(arn) else is_fifo(arn),
        retention=Unknown(f"the retention of {_EXISTING_DLQ}"),
        redrive_allow_policy=Unknown(f"the redrive allow policy of {_EXISTING_DLQ}"),
        kms_key=Unknown(f"the KMS key of {_EXISTING_DLQ}"),
        sse=Unknown(f"the encryption of {_EXISTING_DLQ}"),
        policy=Unknown(f"the policy of {_EXISTING_DLQ}"),
    )


def key_of(settings: WorkerSettings) -> KmsKey | None:
    """Return the customer managed key of the queue. Its policy is in the settings only if the stack creates it."""
    queue = settings.queue if settings.existing_queue is None else settings.existing_queue
    arn = permissions.customer_managed_key(queue.kms_key)
    if arn == CREATED_KEY:
        producers = statements_in(
            permissions.document(*producers_use(settings.producers, _service_producers(settings), arn)), arn
        )
        policy = producers if isinstance(producers, Unknown) else (*DEFAULT_KEY_POLICY, *(producers or ()))
        return KmsKey(address="key", arns=(arn,), policy_is_readable=True, policy=policy)
    return KmsKey(address="key", arns=(arn,)) if arn else None
