"""The settings of a worker's queue and its DLQ."""

from __future__ import annotations

from typing import Annotated, Literal

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import Bytes, KmsKey, KmsKeyArn, QueueArn, Seconds, WholeNumber


class QueueSettings(Settings):
    """A queue that the worker makes."""

    fifo: bool = False
    """A FIFO queue: messages of one group are worked in order. Its name and the DLQ's end in `.fifo`. Limits: QL006, QL011."""
    content_based_deduplication: bool = False
    """FIFO only: the body's hash is the deduplication id where a producer gives none. Limits: QL012."""
    deduplication_scope: Literal["queue", "messageGroup"] | None = None
    """FIFO only: where a deduplication id counts. High throughput: `messageGroup`. Limits: QL012, QL013."""
    throughput_limit: Literal["perQueue", "perMessageGroupId"] | None = None
    """FIFO only: for what messages a second are limited. High throughput: `perMessageGroupId`. Limits: QL012, QL013."""
    visibility_timeout: Annotated[int, Seconds(limits.VISIBILITY_TIMEOUT)] | None = None
    """Seconds a received message stays hidden. Left out: 6 × function timeout + batching window (Lambda developer guide).
    Limits: QL001–QL003."""
    max_receive_count: Annotated[int, WholeNumber(limits.MAX_RECEIVE_COUNT)] = 5
    """How often a message is received before it moves to the DLQ. Limits: QL005."""
    retention: Annotated[int, Seconds(limits.RETENTION)] = 345_600
    """Seconds that a message is kept that nobody has processed: four days, as SQS does. Limits: QL009."""
    delay: Annotated[int, Seconds(limits.DELAY)] = 0
    """Seconds that a message waits before it can first be received. Limits: QL010."""
    maximum_message_size: Annotated[int, Bytes(limits.MESSAGE_SIZE_OF_OLDEST_PROVIDER)] | None = None
    """Bytes of body and attributes. Default: 262,144, which the AWS provider sets, also for the DLQ. SQS's own default is
    1 MiB. Limits: QL010."""
    receive_wait: Annotated[int, Seconds(limits.RECEIVE_WAIT)] = 0
    """Seconds that a receive by others than Lambda waits for a message; Lambda has its own. Limits: QL010."""
    kms_key: KmsKey | None = None
    """What encrypts the queue and its DLQ: `alias/aws/sqs`, or the ARN of a customer managed key, on which the function then
    gets `kms:Decrypt`. Left out: SQS does it with a key of its own (SSE-SQS). Limits: QL014, QL020, QL209."""
    data_key_reuse: Annotated[int, Seconds(limits.DATA_KEY_REUSE)] | None = None
    """Seconds that SQS uses a data key before it asks KMS again. Left out: 300. Limits: QL015."""


class DeadLetterQueueSettings(Settings):
    """The queue that keeps what keeps failing. It is of the queue's type and encrypted like it."""

    retention: Annotated[int, Seconds(limits.RETENTION)] = 1_209_600
    """Seconds that a message is kept, on a standard queue counted from when it was first sent: 14 days, the most there is.
    Limits: QL007, QL009."""


class ExistingQueueSettings(Settings):
    """A queue that is there already, in this account and region, as the source instead of a new one.

    What it is, only its owner knows: what is left out here is not judged.
    """

    arn: QueueArn
    """The queue. What ends in `.fifo` is a FIFO queue."""
    dead_letter_queue_arn: QueueArn | None = None
    """Its DLQ, which is then watched. Left out: nobody here watches it."""
    visibility_timeout: Annotated[int, Seconds(limits.VISIBILITY_TIMEOUT)] | None = None
    """Seconds, as its owner has set it. Limits: QL001–QL003."""
    retention: Annotated[int, Seconds(limits.RETENTION)] | None = None
    """Seconds, as its owner has set it. Left out: no alarm says that messages are about to expire. Limits: QL009."""
    max_receive_count: Annotated[int, WholeNumber(limits.MAX_RECEIVE_COUNT)] | None = None
    """Receives after which SQS moves a message to its DLQ, as its owner has set it. Default: not known. Then, on a FIFO queue,
    the messages behind one that keeps failing go to the DLQ with it; and with `failures.backoff` a message waits once more
    before it goes to the DLQ. Limits: QL005, QL008."""
    maximum_message_size: Annotated[int, Bytes(limits.MESSAGE_SIZE)] | None = None
    """Bytes, as its owner has set it, or as its DLQ has it if that is less. With `failures.send_to_dlq_immediately` a message
    that would be larger with its reason goes to the DLQ without the reason. Default: 262,144 is assumed. Limits: QL010."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts it: the function gets `kms:Decrypt` on it. Limits: QL209."""
