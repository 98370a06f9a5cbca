"""The services that a Terraform file has send to its queues: SNS, S3 and EventBridge, by what is written about them."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.joining import QUEUE, Join
from queuesmith.readers.terraform.values import amount, text

_SUBSCRIPTION, _NOTIFICATION, _TARGET = (
    "aws_sns_topic_subscription",
    "aws_s3_bucket_notification",
    "aws_cloudwatch_event_target",
)


class Senders:
    """Finds the senders of every queue once."""

    def __init__(self, join: Join) -> None:
        self._join = join
        self._found: dict[str, dict[str, None]] = {}
        for service, resource, path in self._named():
            value = text(resource, *path)
            queue = None if isinstance(value, str) and ":sqs:" not in value else join.find(QUEUE, resource, *path)
            if isinstance(queue, Resource):
                self._found.setdefault(queue.address, {})[f"{service}.amazonaws.com"] = None

    def to(self, queue: Resource) -> tuple[str, ...]:
        """The principals of the services that send to a queue."""
        return tuple(self._found.get(queue.address, ()))

    def _named(self) -> Iterator[tuple[str, Resource, tuple[str | int, ...]]]:
        """What names a queue as its destination, and where. EventBridge sends with a role, if the target has one."""
        document = self._join.document
        for resource in document.of_type(_SUBSCRIPTION):
            yield "sns", resource, ("endpoint",)
        for resource in document.of_type(_NOTIFICATION):
            for index in range(amount(resource, "queue")):
                yield "s3", resource, ("queue", index, "queue_arn")
        for resource in document.of_type(_TARGET):
            if text(resource, "role_arn") is None:
                yield "events", resource, ("arn",)
