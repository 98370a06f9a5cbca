"""The queue that producers send to, and the dead-letter queue behind it."""

from __future__ import annotations

import json

from constructs import Construct

from stacks import permissions
from stacks.aws import SqsQueue, SqsQueuePolicy, SqsQueueRedriveAllowPolicy
from stacks.settings import WorkerSettings


class WorkQueue(Construct):
    """Queue, DLQ and redrive policy; both encrypted by SQS and reached over TLS only; the DLQ takes from this queue alone."""

    def __init__(self, scope: Construct, id: str, settings: WorkerSettings) -> None:
        super().__init__(scope, id)
        dead_letter_queue = SqsQueue(
            self,
            "dead-letter-queue",
            name=settings.dead_letter_name,
            message_retention_seconds=settings.dead_letter_queue.retention,
            sqs_managed_sse_enabled=True,
        )
        self.dead_letter_name = settings.dead_letter_name
        self.dead_letter_arn = dead_letter_queue.arn
        self.dead_letter_url = dead_letter_queue.url
        queue = SqsQueue(
            self,
            "queue",
            name=settings.name,
            visibility_timeout_seconds=settings.visibility_timeout,
            message_retention_seconds=settings.queue.retention,
            sqs_managed_sse_enabled=True,
            redrive_policy=_compact(deadLetterTargetArn=self.dead_letter_arn, maxReceiveCount=settings.queue.max_receive_count),
        )
        self.name = settings.name
        self.arn = queue.arn
        self.url = queue.url
        SqsQueueRedriveAllowPolicy(
            self,
            "redrive-allow-policy",
            queue_url=self.dead_letter_url,
            redrive_allow_policy=_compact(redrivePermission="byQueue", sourceQueueArns=[self.arn]),
        )
        SqsQueuePolicy(self, "tls-only", queue_url=self.url, policy=permissions.tls_only(self.arn))
        SqsQueuePolicy(
            self, "dead-letter-tls-only", queue_url=self.dead_letter_url, policy=permissions.tls_only(self.dead_letter_arn)
        )


def _compact(**values: object) -> str:
    return json.dumps(values, separators=(",", ":"))
