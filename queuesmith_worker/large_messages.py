"""Large bodies in S3: the messages of AWS's extended client libraries, whose body is a pointer to an object."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from queuesmith_worker.clients import S3
from queuesmith_worker.event import Record
from queuesmith_worker.log import log_safely, logger
from queuesmith_worker.outcomes import InvalidMessageError, describe_error

POINTER: Final = "software.amazon.payloadoffloading.PayloadS3Pointer"
_POINTERS = frozenset({POINTER, "com.amazon.sqs.javamessaging.MessageS3Pointer"})
"""The classes that a pointer names: of today's libraries, and of the Java library before 1.1."""
SIZE: Final = "ExtendedPayloadSize"
_SIZES = (SIZE, "SQSLargePayloadSize")
"""The message attributes with the size of the body. Only messages that have one of them are pointers."""
MAX_KEYS = 1_000
"""Objects in one request (API reference, DeleteObjects)."""


class Pointer(NamedTuple):
    """Where the body of a message is."""

    bucket: str
    key: str


def is_large(record: Record) -> bool:
    """Whether the body of a record is a pointer."""
    attributes = record.get("messageAttributes") or {}
    return any(name in attributes for name in _SIZES)


def pointer_of(record: Record) -> Pointer:
    """Read the pointer. Raises InvalidMessageError if the body is something else."""
    try:
        kind, place = json.loads(record["body"])
        bucket, key = place["s3BucketName"], place["s3Key"]
    except (ValueError, TypeError, KeyError):
        kind = bucket = key = None
    if kind not in _POINTERS or not isinstance(bucket, str) or not isinstance(key, str):
        raise InvalidMessageError(f"it has the attribute {SIZE}, but its body is not a pointer to an object in S3")
    return Pointer(bucket, key)


def pointer_request(pointer: Pointer, size: int) -> dict[str, Any]:
    """Return the part of a SendMessage request with a pointer to a body of `size` bytes."""
    body = json.dumps([POINTER, {"s3BucketName": pointer.bucket, "s3Key": pointer.key}])
    return {"MessageBody": body, "MessageAttributes": {SIZE: {"DataType": "Number", "StringValue": str(size)}}}


class LargeBodies:
    """The bodies of one worker's messages that are in S3.

    Parameters
    ----------
    s3
        Sends requests to S3.
    bucket
        The only bucket that pointers can name. Anyone who can send messages can write a pointer, so without this limit a
        message could make the function read another object that its role allows.
    prefix
        The beginning of the objects' keys.
    delete
        Whether an object is deleted after its message was processed.

    """

    def __init__(self, s3: S3, bucket: str, prefix: str, *, delete: bool) -> None:
        self._s3, self._bucket, self._prefix, self._delete = s3, bucket, prefix, delete

    def resolved(self, record: Record) -> Record:
        """Return the record with its body. If that is in S3, it is read.

        Raises InvalidMessageError if the pointer is wrong, and boto3's exceptions if the object cannot be read.
        """
        if not is_large(record):
            return record
        pointer = pointer_of(record)
        if pointer.bucket != self._bucket or not pointer.key.startswith(self._prefix):
            raise InvalidMessageError("the body is in another bucket, or under another prefix, than large_messages allows")
        content = self._s3.get(*pointer)
        try:
            return {**record, "body": content.decode()}
        except UnicodeDecodeError:
            raise InvalidMessageError("the message's body in S3 is not text in UTF-8") from None

    def delete(self, records: Iterable[Record]) -> None:
        """Delete the bodies of messages that were processed, if the settings say so. Failures are logged."""
        if not self._delete:
            return
        keys = [pointer_of(record).key for record in records if is_large(record)]
        for first in range(0, len(keys), MAX_KEYS):
            try:
                errors = self._s3.delete(self._bucket, keys[first : first + MAX_KEYS])
            except Exception as error:
                errors = [describe_error(error)]
            for reason in errors[:1]:
                log_safely(logger.error, "large bodies not deleted", reason=reason)


def store(s3: S3, bucket: str, prefix: str, body: bytes) -> Pointer:
    """Write a body to a new object. Raises boto3's exceptions."""
    pointer = Pointer(bucket, f"{prefix}{uuid.uuid4()}")
    s3.put(*pointer, body)
    return pointer
