"""The settings of the queue's senders other than the account's own roles. Each permission is limited to one sender."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import AccountId, BucketArn, JsonTable, Name, PrincipalArn, Text, TopicArn


class TopicProducer(Settings):
    """An SNS topic, with its subscription."""

    arn: TopicArn
    """The topic, of this account or another."""
    raw: bool = True
    """The message as it was published, of which SNS discards those with more than 10 attributes; false: inside SNS's own
    envelope."""
    filter_policy: JsonTable | None = None
    """Only messages that match, as in `filter_policy = { kind = ["order"] }`."""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    """What the filter policy looks at."""
    undelivered_to_dlq: bool = False
    """What SNS cannot deliver goes to the worker's DLQ; otherwise SNS discards it, at once where trying again is of no use. The
    topic has to be in the worker's region, and FIFO where the queue is, and only there."""


class RuleProducer(Settings):
    """An EventBridge rule, which the worker makes: exactly one of pattern and schedule."""

    pattern: JsonTable | None = None
    """Events that match, as in `pattern = { source = ["shop"] }`. The message is the whole event."""
    schedule: Text | None = None
    """`rate(5 minutes)` or `cron(0 8 * * ? *)`."""
    event_bus: Text = "default"
    """Name or ARN of the event bus. A schedule needs the default one."""
    enabled: bool = True
    """Whether the rule sends."""
    message_group: Text | None = None
    """The message group of what it sends: given for a FIFO queue, and for no other."""
    undelivered_to_dlq: bool = False
    """What EventBridge cannot deliver goes to the worker's DLQ; otherwise it is dropped after 24 hours, at once where trying
    again is of no use. Not with a FIFO queue: EventBridge sends to standard DLQs alone."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        self.exactly_one_of("pattern", "schedule")
        return self


class BucketProducer(Settings):
    """Notifications of an S3 bucket: the queue's side.

    A bucket has one list of notifications, which belongs to whoever has the bucket: what to put there is an output.
    """

    arn: BucketArn
    """The bucket."""
    account: AccountId | None = None
    """The bucket's account. Left out: this one."""
    events: Annotated[tuple[Text, ...], Field(min_length=1)] = ("s3:ObjectCreated:*",)
    """What the bucket tells of. The message is S3's notification; the first one is an `s3:TestEvent`."""
    prefix: Text | None = None
    """Only objects whose key begins so."""
    suffix: Text | None = None
    """Only objects whose key ends so."""


class ProducerSettings(Settings):
    """Who sends to the queue."""

    managed_policy: bool = False
    """Make an IAM managed policy that lets its holder send to this queue and do nothing else. It is an output in any case."""
    topics: dict[Name, TopicProducer] = Field(default_factory=dict)
    rules: dict[Name, RuleProducer] = Field(default_factory=dict)
    buckets: dict[Name, BucketProducer] = Field(default_factory=dict)
    principals: tuple[PrincipalArn, ...] = ()
    """ARNs of roles, users or accounts (`arn:aws:iam::123456789012:root`), of other accounts too, that may send."""
