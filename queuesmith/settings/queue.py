"""The settings of a worker's queue and its DLQ."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StrictBool

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import Bytes, KmsKey, KmsKeyArn, QueueArn, Seconds, WholeNumber, is_token


class QueueSettings(Settings):
    """The queue that the worker creates."""

    fifo: StrictBool = False
    """A FIFO queue: messages of one message group are processed in order. The names of the queue and its DLQ end in `.fifo`.
    Limits: QL006, QL011."""
    fair: StrictBool = False
    """A fair queue: producers set the message group id of each message to its tenant, and SQS delivers the messages of quiet
    tenants before those of a noisy one. SQS is fair to all messages with a group id, with or without this key, and charges more
    for requests with a group id. This key changes the alarms: those for late and waiting messages watch the quiet groups only,
    and `alarms.noisy_groups` watches the others. Not for FIFO queues."""
    content_based_deduplication: StrictBool = False
    """FIFO only: SQS uses the hash of the body as the deduplication id if a producer sends none. Limits: QL012."""
    deduplication_scope: Literal["queue", "messageGroup"] | None = None
    """FIFO only: whether a deduplication id applies to the whole queue or to one message group. High throughput needs
    `messageGroup`. Limits: QL012, QL013."""
    throughput_limit: Literal["perQueue", "perMessageGroupId"] | None = None
    """FIFO only: whether the limit of messages per second applies to the whole queue or to each message group. High throughput
    needs `perMessageGroupId`. Limits: QL012, QL013."""
    visibility_timeout: Annotated[int, Seconds(limits.VISIBILITY_TIMEOUT)] | None = None
    """How long a received message is invisible, in seconds. Default: 6 × function timeout + batching window, as the Lambda
    developer guide recommends. Limits: QL001–QL003."""
    max_receive_count: Annotated[int, WholeNumber(limits.MAX_RECEIVE_COUNT)] | None = None
    """The number of receive attempts after which SQS moves a message to the DLQ. Default: 5. With `failures.circuit_breaker`:
    5, plus one for each pause in the longest outage. Limits: QL005, QL232."""
    retention: Annotated[int, Seconds(limits.RETENTION)] = 345_600
    """How long the queue retains a message, in seconds. The default is four days, as in SQS. Limits: QL009."""
    delay: Annotated[int, Seconds(limits.DELAY)] = 0
    """How long a new message is invisible before it can be received, in seconds. Limits: QL010."""
    maximum_message_size: Annotated[int, Bytes(limits.MESSAGE_SIZE)] | None = None
    """The largest message in bytes: body and attributes. Default: 262,144, which the AWS provider sets. SQS's own default is
    1 MiB. Values above 262,144 need AWS provider 6.8 or later, and the DLQ then accepts 1 MiB. Limits: QL010."""
    receive_wait_time: Annotated[int, Seconds(limits.RECEIVE_WAIT_TIME)] = 0
    """How long a receive request waits for a message (long polling), in seconds. Lambda uses its own value. Limits: QL010."""
    kms_key: KmsKey | None = None
    """The key that encrypts the queue and its DLQ: `alias/aws/sqs`, or the ARN of a customer managed key, on which the function
    then gets `kms:Decrypt`. Default: a key that SQS owns (SSE-SQS). Limits: QL014, QL020, QL209."""
    data_key_reuse_period: Annotated[int, Seconds(limits.DATA_KEY_REUSE_PERIOD)] | None = None
    """How long SQS reuses a data key before it calls KMS again, in seconds. Default: 300. Limits: QL015."""

    @property
    def dead_letter_maximum_message_size(self) -> int | None:
        """Return the DLQ's maximum message size in bytes. None: the provider's default, which is at least the queue's size."""
        size = self.maximum_message_size
        if size is None or is_token(size):
            return size
        return limits.MESSAGE_SIZE.high if size > limits.MESSAGE_SIZE_IN_OLDEST_PROVIDER.high else None


class DeadLetterQueueSettings(Settings):
    """The dead-letter queue. It has the type and the encryption of the queue."""

    retention: Annotated[int, Seconds(limits.RETENTION)] = 1_209_600
    """How long the DLQ retains a message, in seconds. The default is 14 days, the maximum. On a standard queue, the time is
    counted from when the message was first sent. Limits: QL007, QL009."""


class ExistingQueueSettings(Settings):
    """An existing queue in this region, which the worker uses instead of a new one.

    Queuesmith neither changes nor reads its attributes. Set them here for the rules and alarms that need them. If you omit an
    attribute, the checks that need it are skipped. If the queue is in another account, its owner adds the statements in the
    output `owner_policy_statements` to the policies of the queue, the DLQ and the key. The queue's metrics are only in the
    owner's account: set the alarms on them to `false` here, and create these alarms in that account.
    """

    arn: QueueArn
    """The queue's ARN. If it ends in `.fifo`, the queue is a FIFO queue."""
    dead_letter_queue_arn: QueueArn | None = None
    """The ARN of the queue's DLQ, for which the worker then has alarms. Default: no alarms for a DLQ."""
    visibility_timeout: Annotated[int, Seconds(limits.VISIBILITY_TIMEOUT)] | None = None
    """The queue's visibility timeout, in seconds. Limits: QL001–QL003."""
    retention: Annotated[int, Seconds(limits.RETENTION)] | None = None
    """The queue's retention period, in seconds. Default: unknown, and then there is no alarm for messages that are about to
    expire. Limits: QL009."""
    max_receive_count: Annotated[int, WholeNumber(limits.MAX_RECEIVE_COUNT)] | None = None
    """The queue's `maxReceiveCount`. Default: unknown. The handler then does not recognize the last receive attempt: on a
    FIFO queue, the messages behind a failing message move to the DLQ with it, and with `failures.backoff`, a message waits
    once more before it moves to the DLQ. Limits: QL005, QL008."""
    maximum_message_size: Annotated[int, Bytes(limits.MESSAGE_SIZE)] | None = None
    """The queue's maximum message size in bytes, or that of its DLQ if it is lower. With `failures.send_to_dlq_immediately`, a
    message that would be larger with its reason goes to the DLQ without the reason. Default: 262,144 is assumed.
    Limits: QL010."""
    fair: StrictBool = False
    """Whether it is a fair queue, as in `queue.fair`."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the queue. The function gets `kms:Decrypt` on it. Limits: QL209."""
