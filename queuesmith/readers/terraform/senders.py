"""Finds the AWS services that are configured to send to the queues of a Terraform file, and the pipes that poll them."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.resource_index import BUCKET, EVENT_RULE, QUEUE, TOPIC, ExternalResource, ResourceIndex
from queuesmith.readers.terraform.values import flag, known_count, text
from queuesmith.rules import MaybeUnknown, ServiceSender, Unknown

_BUCKET_ARN = "arn:aws:s3:::"


class SenderReader:
    """Finds the services that send to each queue (SNS, S3 and EventBridge), by the resources in the file."""

    def __init__(self, index: ResourceIndex) -> None:
        self._index = index
        self._senders: dict[str, list[ServiceSender]] = {}
        for sender, resource, path in self._configured():
            value = text(resource, *path)
            queue = None if isinstance(value, str) and ":sqs:" not in value else index.find(QUEUE, resource, *path)
            if isinstance(queue, Resource):
                self._senders.setdefault(queue.address, []).append(sender)

    def senders_to(self, queue: Resource) -> tuple[ServiceSender, ...]:
        """Return the services that send to a queue."""
        return tuple(self._senders.get(queue.address, ()))

    def _configured(self) -> Iterator[tuple[ServiceSender, Resource, tuple[str | int, ...]]]:
        """Yield each sender with the resource and the path of its destination, which can be a queue.

        A target of EventBridge with a role is omitted: it sends as that role.
        """
        document = self._index.document
        for resource in document.of_type("aws_sns_topic_subscription"):
            sources = self._sources(TOPIC, resource, "topic_arn")
            sender = ServiceSender("sns.amazonaws.com", resource.address, sources, _has_envelope(resource))
            yield sender, resource, ("endpoint",)
        for resource in document.of_type("aws_s3_bucket_notification"):
            sender = ServiceSender("s3.amazonaws.com", resource.address, self._sources(BUCKET, resource, "bucket"))
            for index in range(known_count(resource, "queue")):
                yield sender, resource, ("queue", index, "queue_arn")
        for resource in document.of_type("aws_cloudwatch_event_target"):
            if text(resource, "role_arn") is None:
                sources = self._sources(EVENT_RULE, resource, "rule")
                yield ServiceSender("events.amazonaws.com", resource.address, sources), resource, ("arn",)

    def _sources(self, kind: str, resource: Resource, attribute: str) -> tuple[str, ...]:
        """Return the ARN of the topic, bucket or rule that an attribute names, and the reference to it."""
        source = self._index.find(kind, resource, attribute)
        if isinstance(source, ExternalResource):
            named = f"{_BUCKET_ARN}{source.value}" if kind == BUCKET and ":" not in source.value else source.value
            return (named,) if named.startswith("arn:") else ()
        if not isinstance(source, Resource):
            return ()
        arn, name = text(source, "arn"), text(source, "bucket") if kind == BUCKET else None
        known = arn if isinstance(arn, str) else f"{_BUCKET_ARN}{name}" if isinstance(name, str) else None
        return (f"${{{source.address}.arn}}", *((known,) if known else ()))


def _has_envelope(subscription: Resource) -> MaybeUnknown[bool]:
    raw = flag(subscription, "raw_message_delivery")
    return raw if isinstance(raw, Unknown) else not raw


def pipes_that_poll(index: ResourceIndex) -> Iterator[tuple[Resource, Resource | ExternalResource]]:
    """Yield every running EventBridge pipe whose source is a queue, with the queue."""
    for pipe in index.document.of_type("aws_pipes_pipe"):
        source = text(pipe, "source")
        queue = None if isinstance(source, str) and ":sqs:" not in source else index.find(QUEUE, pipe, "source")
        if isinstance(queue, Resource | ExternalResource) and text(pipe, "desired_state") != "STOPPED":
            yield pipe, queue
