"""The queue that producers send to, and the dead-letter queue behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from cdktf import TerraformResourceLifecycle
from constructs import Construct

from queuesmith.common.compact_json import compact_json
from queuesmith.constructs.bindings import SqsQueue, SqsQueuePolicy, SqsQueueRedriveAllowPolicy
from queuesmith.settings import QueueSettings, WorkerSettings
from queuesmith.settings.derived import iam_documents as permissions
from queuesmith.settings.derived.iam_documents import Statement


class SourceQueue(Protocol):
    """A queue that a worker reads, made here or there already."""

    name: str
    arn: str
    url: str
    dead_letter_name: str | None
    dead_letter_arn: str | None
    dead_letter_url: str | None
    key_arn: str | None
    """The customer managed key that encrypts it, if there is one."""


class WorkQueue(Construct):
    """Queue, DLQ and redrive policy; both encrypted and reached over TLS only; no other queue has this DLQ."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        settings: WorkerSettings,
        *,
        tags: Mapping[str, str] | None = None,
        prevent_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id)
        own = settings.queue
        both: dict[str, Any] = {
            **_encryption(own),
            **_fifo(own),
            "tags": dict(tags) if tags else None,
            "lifecycle": TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
        }
        self.dead_letter_name: str | None = settings.dead_letter_name
        self.dead_letter_queue = SqsQueue(
            self,
            "dead-letter-queue",
            name=self.dead_letter_name,
            message_retention_seconds=settings.dead_letter_queue.retention,
            **both,
        )
        dead_letter_arn, dead_letter_url = self.dead_letter_queue.arn, self.dead_letter_queue.url
        self.dead_letter_arn: str | None = dead_letter_arn
        self.dead_letter_url: str | None = dead_letter_url
        self.name = settings.queue_name
        queue = SqsQueue(
            self,
            "queue",
            name=self.name,
            visibility_timeout_seconds=settings.visibility_timeout,
            message_retention_seconds=own.retention,
            delay_seconds=own.delay or None,
            max_message_size=own.maximum_message_size,
            receive_wait_time_seconds=own.receive_wait or None,
            content_based_deduplication=own.content_based_deduplication or None,
            redrive_policy=compact_json(
                {"deadLetterTargetArn": self.dead_letter_arn, "maxReceiveCount": own.max_receive_count}
            ),
            **both,
        )
        self.arn: str = queue.arn
        self.url: str = queue.url
        self.key_arn = permissions.customer_key(own.kms_key)
        self._statements = [permissions.tls_only(self.arn)]
        self.policy = SqsQueuePolicy(self, "tls-only", queue_url=self.url, policy=permissions.document(*self._statements))
        SqsQueueRedriveAllowPolicy(
            self,
            "redrive-allow-policy",
            queue_url=dead_letter_url,
            redrive_allow_policy=compact_json({"redrivePermission": "byQueue", "sourceQueueArns": [self.arn]}),
        )
        self._dead_letter_statements = [permissions.tls_only(dead_letter_arn)]
        self.dead_letter_policy = SqsQueuePolicy(
            self,
            "dead-letter-tls-only",
            queue_url=dead_letter_url,
            policy=permissions.document(*self._dead_letter_statements),
        )

    def allow(self, statement: Statement) -> None:
        """Add to the queue's policy, of which SQS has one."""
        self._statements.append(statement)
        self.policy.policy = permissions.document(*self._statements)

    def allow_to_dead_letter(self, statement: Statement) -> None:
        """Add to the DLQ's policy."""
        self._dead_letter_statements.append(statement)
        self.dead_letter_policy.policy = permissions.document(*self._dead_letter_statements)


def _encryption(queue: QueueSettings) -> dict[str, Any]:
    """By SQS, or by a KMS key: both at once there is not."""
    by = {"sqs_managed_sse_enabled": True} if queue.kms_key is None else {"kms_master_key_id": queue.kms_key}
    return {**by, "kms_data_key_reuse_period_seconds": queue.data_key_reuse}


def _fifo(queue: QueueSettings) -> dict[str, Any]:
    """Of both queues: a DLQ with a lower throughput than its queue would hold up what fails in numbers."""
    options = {
        "fifo_queue": queue.fifo or None,
        "deduplication_scope": queue.deduplication_scope,
        "fifo_throughput_limit": queue.throughput_limit,
    }
    return {name: value for name, value in options.items() if value is not None}
