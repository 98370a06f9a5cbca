"""The settings for messages whose body is in S3, because it is too large for SQS."""

from __future__ import annotations

from pydantic import StrictBool

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import BucketArn, KeyPrefix, KmsKeyArn

LARGE_MESSAGES = "large_messages"


class LargeMessageSettings(Settings):
    """Messages above 1 MiB, or above the queue's limit: the body is an object in S3, and the message has a pointer to it.

    The format is that of AWS's extended client libraries. A handler that is built on `queuesmith_worker` gets the whole body.
    """

    bucket: BucketArn
    """The bucket. The function gets `s3:GetObject` on the objects under the prefix. Pointers to other buckets are refused."""
    prefix: KeyPrefix | None = None
    """The beginning of the objects' keys, as in `orders/`. Default: all objects of the bucket."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the objects. The function gets `kms:Decrypt` on it."""
    delete_after_success: StrictBool = False
    """Delete the object after its message was processed. The function gets `s3:DeleteObject`. Default: objects are kept, so
    give the bucket a lifecycle rule that deletes them after the retention periods of the queue and the DLQ."""
