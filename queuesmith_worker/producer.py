"""Sends messages to a queue, with the same message class that the queue's worker has. Importing this module loads boto3."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic

from queuesmith_worker.clients import S3, Sqs
from queuesmith_worker.large_messages import pointer_request, store
from queuesmith_worker.message import Message, body_function
from queuesmith_worker.outcomes import describe_error
from queuesmith_worker.settings import MAX_MESSAGE_SIZE

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_ENTRIES, MAX_SIZE = 10, 1_048_576
"""Messages and bytes in one request (API reference, SendMessageBatch)."""
POINTER_ATTRIBUTE_SIZE = 50
"""Bytes, at most: the name, type and value of the attribute of a large message. They count towards the request's size."""
ATTEMPTS = 3
"""Requests for a message that SQS failed to accept (`SenderFault` is false)."""
FIRST_PAUSE = 0.1
"""Seconds: the longest pause before the second attempt. It doubles with the next."""
_NOT_TRIED = "an earlier request had no response"
_HELD_BACK = "an earlier message of its message group was not sent"


@dataclass(frozen=True)
class UnsentMessage(Generic[Message]):
    """A message that was not sent."""

    message: Message
    reason: str
    """SQS's error code and text, or the exception's. After a timeout, SQS may have accepted the message nevertheless."""


class SendError(Exception):
    """Messages were not sent. Send those in `unsent` again.

    Parameters
    ----------
    sent
        The message ids of the messages that were sent.
    unsent
        The messages that were not sent, in their order.

    """

    def __init__(self, sent: list[str], unsent: list[UnsentMessage[Any]]) -> None:
        super().__init__(
            f"{len(unsent)} of {len(sent) + len(unsent)} messages were not sent. The first one: {unsent[0].reason}"
        )
        self.sent, self.unsent = sent, unsent


@dataclass
class _Entry(Generic[Message]):
    position: int
    message: Message
    request: dict[str, Any]
    group: str | None
    size: int
    reason: str = ""
    message_id: str | None = None


@dataclass
class Producer(Generic[Message]):
    """Sends messages of one type to one queue. Several threads can use it.

    Parameters
    ----------
    message
        The type of the messages, as in the queue's `Worker`: a pydantic model or another type that pydantic supports. `str` is
        sent unchanged, `bytes` as base64.
    queue_url
        The URL of the queue.
    group
        The field with the message group id, or a function that returns it. A FIFO queue needs one. On a standard queue it is
        the tenant, for fair queues.
    deduplication
        The field with the deduplication id, or a function that returns it. For FIFO queues without content-based deduplication.
    client
        A boto3 client for SQS. Default: a new client, created for the first message.
    large_messages_bucket
        The bucket for bodies above `max_message_size` bytes: the message has a pointer, in the format of AWS's extended client
        libraries. The worker needs `large_messages` with the same bucket.
    large_messages_prefix
        The beginning of the objects' keys.
    max_message_size
        Bytes: the largest body that is sent without the bucket. Default: 262,144, the limit that the AWS provider sets on a
        queue by default.
    s3
        A boto3 client for S3. Default: a new client, created for the first large message.

    Raises
    ------
    ValueError
        If the queue is FIFO without `group`, or `group` or `deduplication` names a field that the message class does not have.

    Example
    -------
        orders = Producer(Order, os.environ["ORDERS_QUEUE"], group="customer_id", deduplication="order_id")
        orders.send(order)
        orders.send_many(more_orders)

    """

    message: type[Message] | Any
    queue_url: str
    group: str | Callable[[Message], object] | None = None
    deduplication: str | Callable[[Message], object] | None = None
    client: SQSClient | None = None
    large_messages_bucket: str | None = None
    large_messages_prefix: str = ""
    max_message_size: int = MAX_MESSAGE_SIZE
    s3: Any = None
    _sqs: Sqs = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.queue_url.endswith(".fifo") and self.group is None:
            raise ValueError(f"the queue {self.queue_url.rpartition('/')[2]} is FIFO, but group is not set: set it to a field")
        self._sqs, self._s3 = Sqs(self.client), S3(self.s3)
        self._body = body_function(self.message)
        self._group = self._reader("group", self.group)
        self._deduplication = self._reader("deduplication", self.deduplication)

    def send(self, message: Message) -> str:
        """Send one message, and return its message id.

        Raises
        ------
        ValueError
            If the message is larger than 1 MiB.
        botocore.exceptions.ClientError
            If SQS refuses the message.

        """
        entry = self._entry(0, message)
        response = self._sqs.call("send_message", QueueUrl=self.queue_url, **entry.request)
        return str(response["MessageId"])

    def send_many(self, messages: Iterable[Message]) -> list[str]:
        """Send messages in as few requests as possible, and return their message ids in the order of the messages.

        A message that SQS did not accept because of an error in SQS, not in the message, is sent up to three times in all. On
        a FIFO queue, a request has at most one message of each group. If one is not sent, the later messages of its group are
        not sent either, so the order is kept. After a request without a response, no further one is made.

        Raises
        ------
        ValueError
            If a message is larger than 1 MiB. No message was sent.
        SendError
            If messages were not sent. It has the ids of those that were sent.

        """
        entries = [self._entry(position, message) for position, message in enumerate(messages)]
        waiting, blocked = entries, set[str | None]()
        while waiting:
            batch, waiting = self._split(waiting)
            if not self._send_batch(batch):
                for entry in waiting:
                    entry.reason = _NOT_TRIED
                break
            if self.queue_url.endswith(".fifo"):
                blocked |= {entry.group for entry in batch if entry.reason}
                for entry in (each for each in waiting if each.group in blocked):
                    entry.reason = _HELD_BACK
                waiting = [entry for entry in waiting if not entry.reason]
        sent = [entry.message_id for entry in entries if entry.message_id is not None]
        if unsent := [UnsentMessage(entry.message, entry.reason) for entry in entries if entry.message_id is None]:
            raise SendError(sent, unsent)
        return sent

    def _split(self, waiting: list[_Entry[Message]]) -> tuple[list[_Entry[Message]], list[_Entry[Message]]]:
        """The entries of the next request, and the rest."""
        batch: list[_Entry[Message]] = []
        rest: list[_Entry[Message]] = []
        size, groups, is_fifo = 0, set[str | None](), self.queue_url.endswith(".fifo")
        for entry in waiting:
            is_behind = is_fifo and entry.group in groups
            if is_behind or len(batch) == MAX_ENTRIES or size + entry.size > MAX_SIZE:
                rest.append(entry)
            else:
                batch.append(entry)
                size += entry.size
            groups.add(entry.group)
        return batch, rest

    def _send_batch(self, batch: list[_Entry[Message]]) -> bool:
        """Send a request, and its refused entries again. Returns False if there was no response."""
        by_id = {str(entry.position): entry for entry in batch}
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - it is not for secrets
            requests = [{"Id": key, **entry.request} for key, entry in by_id.items()]
            try:
                response = self._sqs.call("send_message_batch", QueueUrl=self.queue_url, Entries=requests)
            except Exception as error:
                for entry in by_id.values():
                    entry.reason = describe_error(error)
                return False
            for success in response.get("Successful", ()):
                entry = by_id.pop(success["Id"])
                entry.message_id, entry.reason = success["MessageId"], ""
            failed = {each["Id"]: each for each in response.get("Failed", ())}
            for key, failure in failed.items():
                by_id[key].reason = f"{failure['Code']}: {failure.get('Message', '')}"
            by_id = {key: entry for key, entry in by_id.items() if not failed.get(key, {}).get("SenderFault")}
            if not by_id:
                break
        return True

    def _entry(self, position: int, message: Message) -> _Entry[Message]:
        body, group = self._body(message), self._group(message)
        size = len(body.encode())
        request: dict[str, Any] = {"MessageBody": body}
        if self.large_messages_bucket is not None and size > self.max_message_size:
            pointer = store(self._s3, self.large_messages_bucket, self.large_messages_prefix, body.encode())
            request = pointer_request(pointer, size)
            size = len(request["MessageBody"]) + POINTER_ATTRIBUTE_SIZE
        elif size > MAX_SIZE:
            raise ValueError(f"message {position} has {size:,} bytes, but without large_messages_bucket only {MAX_SIZE:,}")
        if group is not None:
            request["MessageGroupId"] = group
        if (deduplication := self._deduplication(message)) is not None:
            request["MessageDeduplicationId"] = deduplication
        if trace := os.environ.get("_X_AMZN_TRACE_ID"):  # Lambda's, in a function that sends
            request["MessageSystemAttributes"] = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
        return _Entry(position, message, request, group, size)

    def _reader(self, name: str, source: str | Callable[[Message], object] | None) -> Callable[[Message], str | None]:
        if source is None:
            return lambda _: None
        if isinstance(source, str):
            fields = getattr(self.message, "model_fields", None)
            if fields is not None and source not in fields:
                kind = self.message.__name__
                raise ValueError(f"{name} is {source!r}, but {kind} has no such field. Its fields: {', '.join(fields)}")
            read: Callable[[Message], object] = attrgetter(source)
        else:
            read = source
        return lambda message: str(read(message))
