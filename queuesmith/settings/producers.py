"""The settings of the queue's senders other than the account's own roles. Each permission is limited to one sender."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import AccountId, BucketArn, JsonTable, Name, PrincipalArn, Text, TopicArn


class TopicProducer(Settings):
    """An SNS topic. The worker creates its subscription."""

    arn: TopicArn
    """The topic, in this or another account."""
    raw: bool = True
    """Deliver the message without SNS's JSON envelope (raw message delivery). SNS then discards messages with more than 10
    attributes. `false`: deliver it in the envelope."""
    filter_policy: JsonTable | None = None
    """Deliver only messages that match: `filter_policy = { kind = ["order"] }`."""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    """The part of the message that the filter policy is applied to."""
    undelivered_to_dlq: bool = False
    """Use the worker's DLQ for messages that SNS cannot deliver. Otherwise SNS discards them, and does so immediately if a
    retry cannot help. The topic must be in the worker's region, and of the queue's type (standard or FIFO)."""


class RuleProducer(Settings):
    """An EventBridge rule that the worker creates: exactly one of `pattern` and `schedule`."""

    exactly_one_of = ("pattern", "schedule")

    pattern: JsonTable | None = None
    """The event pattern: `pattern = { source = ["shop"] }`. The message is the whole event."""
    schedule: Text | None = None
    """The schedule: `rate(5 minutes)` or `cron(0 8 * * ? *)`."""
    event_bus: Text = "default"
    """The name or ARN of the event bus. A schedule needs the default event bus."""
    enabled: bool = True
    """Whether the rule is enabled."""
    message_group: Text | None = None
    """The message group id of the rule's messages. It is required for a FIFO queue, and allowed for a fair queue
    (`queue.fair`), but not for other standard queues."""
    undelivered_to_dlq: bool = False
    """Use the worker's DLQ for events that EventBridge cannot deliver. Otherwise EventBridge drops them after 24 hours, or
    immediately if a retry cannot help. Not for a FIFO queue: EventBridge supports only standard DLQs."""


class BucketProducer(Settings):
    """An S3 bucket that sends its event notifications to the queue. The queue's policy allows it.

    The bucket's owner must add the notifications, because a bucket has only one list of them. The output `bucket_notifications`
    has the values.
    """

    arn: BucketArn
    """The bucket."""
    account: AccountId | None = None
    """The bucket's account. Default: this account."""
    events: Annotated[tuple[Text, ...], Field(min_length=1)] = ("s3:ObjectCreated:*",)
    """The events that the bucket sends. The message is S3's notification. The first one is an `s3:TestEvent`."""
    prefix: Text | None = None
    """Only objects whose keys begin with this."""
    suffix: Text | None = None
    """Only objects whose keys end with this."""


class ProducerSettings(Settings):
    """The producers that can send to the queue."""

    managed_policy: bool = False
    """Create an IAM managed policy that allows sending to this queue, and nothing else. The policy document is always an
    output."""
    topics: dict[Name, TopicProducer] = Field(default_factory=dict)
    rules: dict[Name, RuleProducer] = Field(default_factory=dict)
    buckets: dict[Name, BucketProducer] = Field(default_factory=dict)
    principals: tuple[PrincipalArn, ...] = ()
    """ARNs of roles, users or accounts (`arn:aws:iam::123456789012:root`) that can send. They can be in other accounts."""
