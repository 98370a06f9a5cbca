"""The queue that a worker reads, and its DLQ: created by the worker, or existing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from cdktf_cdktf_provider_aws.sqs_queue_redrive_allow_policy import SqsQueueRedriveAllowPolicy
from constructs import Construct

from queuesmith.common.json_values import compact_json
from queuesmith.settings import ExistingQueueSettings, QueueSettings, WorkerSettings
from queuesmith.settings.arns import name_of, queue_url
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.permissions import PolicyStatement


class WorkQueue(Construct):
    """The queue, its DLQ and their policies. Both are encrypted and require TLS, and no other queue can use the DLQ."""

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
        self._common = _common_arguments(settings.queue, tags, prevent_destroy=prevent_destroy)
        self.kms_key_arn = permissions.customer_managed_key(settings.queue.kms_key)
        self.dead_letter_name: str | None = settings.dead_letter_name
        self.dead_letter_queue = self._dead_letter_queue(settings)
        dead_letter_arn, dead_letter_url = self.dead_letter_queue.arn, self.dead_letter_queue.url
        self.dead_letter_arn: str | None = dead_letter_arn
        self.dead_letter_url: str | None = dead_letter_url
        self.name = settings.queue_name
        queue = self._queue(settings, dead_letter_arn)
        self.arn: str = queue.arn
        self.url: str = queue.url
        self._statements = [permissions.tls_only(self.arn)]
        self.policy = self._policy("tls-only", self.url, self._statements)
        self._allow_redrive_from(self.arn, dead_letter_url)
        self._dead_letter_statements = [permissions.tls_only(dead_letter_arn)]
        self.dead_letter_policy = self._policy("dead-letter-tls-only", dead_letter_url, self._dead_letter_statements)

    def _dead_letter_queue(self, settings: WorkerSettings) -> SqsQueue:
        return SqsQueue(
            self,
            "dead-letter-queue",
            name=settings.dead_letter_name,
            message_retention_seconds=settings.dead_letter_queue.retention,
            max_message_size=settings.queue.dead_letter_maximum_message_size,
            **self._common,
        )

    def _queue(self, settings: WorkerSettings, dead_letter_arn: str) -> SqsQueue:
        queue = settings.queue
        redrive = {"deadLetterTargetArn": dead_letter_arn, "maxReceiveCount": settings.max_receive_count}
        return SqsQueue(
            self,
            "queue",
            name=settings.queue_name,
            visibility_timeout_seconds=settings.visibility_timeout,
            message_retention_seconds=queue.retention,
            delay_seconds=queue.delay or None,
            max_message_size=queue.maximum_message_size,
            receive_wait_time_seconds=queue.receive_wait_time or None,
            content_based_deduplication=queue.content_based_deduplication or None,
            redrive_policy=compact_json(redrive),
            **self._common,
        )

    def _policy(self, id: str, queue_url: str, statements: list[PolicyStatement]) -> SqsQueuePolicy:
        return SqsQueuePolicy(self, id, queue_url=queue_url, policy=permissions.document(*statements))

    def _allow_redrive_from(self, queue_arn: str, dead_letter_url: str) -> None:
        allowed = compact_json({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]})
        SqsQueueRedriveAllowPolicy(self, "redrive-allow-policy", queue_url=dead_letter_url, redrive_allow_policy=allowed)

    def allow(self, statement: PolicyStatement) -> None:
        """Add a statement to the queue's policy. A queue has only one policy."""
        self._statements.append(statement)
        self.policy.policy = permissions.document(*self._statements)

    def allow_to_dead_letter(self, statement: PolicyStatement) -> None:
        """Add a statement to the DLQ's policy."""
        self._dead_letter_statements.append(statement)
        self.dead_letter_policy.policy = permissions.document(*self._dead_letter_statements)


class ExistingQueue(Construct):
    """Names, ARNs and URLs of the queue and its DLQ, taken from the settings. It creates no resource."""

    def __init__(self, scope: Construct, id: str, settings: ExistingQueueSettings) -> None:
        super().__init__(scope, id)
        dead_letter_arn = settings.dead_letter_queue_arn
        self.name = name_of(settings.arn)
        self.arn = settings.arn
        self.url = queue_url(settings.arn)
        self.dead_letter_arn: str | None = dead_letter_arn
        self.dead_letter_name: str | None = name_of(dead_letter_arn) if dead_letter_arn else None
        self.dead_letter_url: str | None = queue_url(dead_letter_arn) if dead_letter_arn else None
        self.kms_key_arn = settings.kms_key


def _common_arguments(queue: QueueSettings, tags: Mapping[str, str] | None, *, prevent_destroy: bool) -> dict[str, Any]:
    """Return the arguments of both queues. A FIFO DLQ with a lower throughput than its queue would delay failing messages."""
    encryption = {"sqs_managed_sse_enabled": True} if queue.kms_key is None else {"kms_master_key_id": queue.kms_key}
    return {
        **encryption,  # SSE-SQS or SSE-KMS: the two are mutually exclusive
        "kms_data_key_reuse_period_seconds": queue.data_key_reuse_period,
        "fifo_queue": queue.fifo or None,
        "deduplication_scope": queue.deduplication_scope,
        "fifo_throughput_limit": queue.throughput_limit,
        "tags": dict(tags) if tags else None,
        "lifecycle": TerraformResourceLifecycle(prevent_destroy=True) if prevent_destroy else None,
    }
