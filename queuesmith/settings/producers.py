"""The settings of the queue's senders other than the account's own roles. Each permission is limited to one sender."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import (
    AccountId,
    BucketArn,
    JsonTable,
    MessageBody,
    Name,
    OrganizationId,
    PrincipalArn,
    RolePattern,
    ScheduleGroup,
    Seconds,
    Text,
    TimeZone,
    TopicArn,
    UtcTime,
    WholeNumber,
)
from queuesmith.settings.schedule_expressions import RuleSchedule, ScheduleExpression


class TopicProducer(Settings):
    """An SNS topic. The worker creates its subscription."""

    arn: TopicArn
    """The topic, in this or another account."""
    raw: StrictBool = True
    """Deliver the message without SNS's JSON envelope (raw message delivery). SNS then discards messages with more than 10
    attributes. `false`: deliver it in the envelope."""
    filter_policy: JsonTable | None = None
    """Deliver only messages that match: `filter_policy = { kind = ["order"] }`."""
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"
    """The part of the message that the filter policy is applied to."""
    undelivered_to_dlq: StrictBool = False
    """Use the worker's DLQ for messages that SNS cannot deliver. Otherwise SNS discards them, and does so immediately if a
    retry cannot help. The topic must be in the worker's region, and of the queue's type (standard or FIFO)."""


class RuleProducer(Settings):
    """An EventBridge rule that the worker creates: exactly one of `pattern` and `schedule`."""

    exactly_one_of = ("pattern", "schedule")

    pattern: JsonTable | None = None
    """The event pattern: `pattern = { source = ["shop"] }`. The message is the whole event."""
    schedule: RuleSchedule | None = None
    """The schedule: `rate(5 minutes)` or `cron(0 8 * * ? *)`."""
    event_bus: Text = "default"
    """The name or ARN of the event bus. A schedule needs the default event bus."""
    enabled: StrictBool = True
    """Whether the rule is enabled."""
    message_group: Text | None = None
    """The message group id of the rule's messages. It is required for a FIFO queue, and allowed for a fair queue
    (`queue.fair`), but not for other standard queues."""
    undelivered_to_dlq: StrictBool = False
    """Use the worker's DLQ for events that EventBridge cannot deliver. Otherwise EventBridge drops them after 24 hours, or
    immediately if a retry cannot help. Not for a FIFO queue: EventBridge supports only standard DLQs."""


class ScheduleProducer(Settings):
    """A schedule of EventBridge Scheduler that the worker creates. It sends a message to the queue at each scheduled time."""

    expression: ScheduleExpression
    """The times: `rate(5 minutes)`, `cron(0 8 * * ? *)`, or once: `at(2027-01-31T08:00:00)`."""
    time_zone: TimeZone = "UTC"
    """The time zone of the expression. If the zone has daylight saving time, EventBridge Scheduler takes it into account."""
    flexible_window: Annotated[int, WholeNumber(limits.FLEXIBLE_WINDOW)] | None = None
    """EventBridge Scheduler sends the message at some time within this number of minutes after the scheduled time. Default:
    within one minute."""
    start: UtcTime | None = None
    """The schedule sends no message before this time, in UTC. Not for `at(…)`."""
    end: UtcTime | None = None
    """The schedule sends no message after this time, in UTC. Not for `at(…)`."""
    body: MessageBody | None = None
    """The message, which the handler must accept like any other: a string, or a table, which is sent as JSON.
    `<aws.scheduler.scheduled-time>` in it is replaced by the scheduled time. Default: the notification of EventBridge
    Scheduler."""
    message_group: Text | None = None
    """The message group id of the schedule's messages, as for `rules`."""
    group: ScheduleGroup = "default"
    """The name of an existing schedule group."""
    enabled: StrictBool = True
    """Whether the schedule sends messages."""
    maximum_event_age: Annotated[int, Seconds(limits.SCHEDULE_EVENT_AGE)] = 86_400
    """How long EventBridge Scheduler keeps trying to send a message, in seconds."""
    maximum_retry_attempts: Annotated[int, WholeNumber(limits.SCHEDULE_RETRIES)] = 185
    """How many times EventBridge Scheduler retries sending a message."""
    undelivered_to_dlq: StrictBool = False
    """Use the worker's DLQ for messages that cannot be delivered. Otherwise EventBridge Scheduler drops them after the last
    retry. Not for a FIFO queue: EventBridge Scheduler supports only standard DLQs."""
    delete_after_completion: StrictBool = False
    """Delete the schedule after its last message, if it has `at(…)` or `end`. Then remove it from the settings: otherwise the
    next plan creates it again. Schedules that are deleted automatically need AWS provider 6.14 or later."""


class OrganizationProducer(Settings):
    """Roles and users in other accounts of an organization. The accounts must also allow them to send.

    `accounts` and `roles` restrict which roles and users can send. Use `principals` if you can list the ARNs.
    """

    id: OrganizationId
    """The organization's id in AWS Organizations."""
    accounts: tuple[AccountId, ...] = ()
    """Only these accounts. Empty: all accounts of the organization."""
    roles: tuple[RolePattern, ...] = ()
    """Only roles with these names. A name includes the role's path, as in `shop/checkout`. `*` stands for any characters:
    `shop-*`. Empty: all roles and users."""


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

    managed_policy: StrictBool = False
    """Create an IAM managed policy that allows sending to this queue, and nothing else. The policy document is always an
    output."""
    topics: dict[Name, TopicProducer] = Field(default_factory=dict)
    rules: dict[Name, RuleProducer] = Field(default_factory=dict)
    schedules: dict[Name, ScheduleProducer] = Field(default_factory=dict)
    buckets: dict[Name, BucketProducer] = Field(default_factory=dict)
    organizations: dict[Name, OrganizationProducer] = Field(default_factory=dict)
    principals: tuple[PrincipalArn, ...] = ()
    """ARNs of roles, users or accounts (`arn:aws:iam::123456789012:root`) that can send. They can be in other accounts."""
