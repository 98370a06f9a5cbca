"""Rules about the numbers and the names that SQS takes, for the queue and its DLQ."""

from __future__ import annotations

import re

from queuesmith.rules import limits
from queuesmith.rules.finding import Severity
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.limits import Range
from queuesmith.rules.pipeline import Dialect, Part, Queue
from queuesmith.rules.rule import Said, error, of_both_queues, rule

BOTH = (Severity.ERROR, Severity.WARNING)
WARNS = (Severity.WARNING,)
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def within(part: Part, attribute: str, value: Known[int | None], allowed: Range, *, only: str = "") -> Said:
    """A number in a range of AWS's; None is one that is not set."""
    if isinstance(value, Unknown):
        yield value
    elif value is not None and value not in allowed:
        unit = f" {allowed.unit}" if allowed.unit else ""
        yield error(
            part,
            attribute,
            f"{part.key(attribute)} is {value:,}{unit}, but {only}{allowed} is allowed",
            f"Set {part.key(attribute)} to a value in that range",
            hard=True,
        )


@rule(
    "QL003",
    "the visibility timeout is in the range that SQS takes",
    limit=str(limits.VISIBILITY_TIMEOUT),
    reason="SQS refuses any other value when the queue is created or changed.",
    remedy="Set a visibility timeout of at most 12 hours.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)
@of_both_queues
def visibility_is_in_range(queue: Queue) -> Said:
    """QL003."""
    yield from within(queue, "visibility_timeout", queue.visibility_timeout, limits.VISIBILITY_TIMEOUT)


@rule(
    "QL009",
    "messages are kept for a time that SQS takes",
    limit=str(limits.RETENTION),
    reason="SQS refuses any other value.",
    remedy="Set a retention between one minute and 14 days.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)
@of_both_queues
def retention_is_in_range(queue: Queue) -> Said:
    """QL009."""
    yield from within(queue, "retention", queue.retention, limits.RETENTION)


@rule(
    "QL010",
    "delay, message size and receive wait are in the ranges that SQS takes",
    limit="delay 0 to 900 s; message size 1,024 to 1,048,576 bytes (settings: to 262,144); receive wait 0 to 20 s",
    reason=(
        "SQS refuses other values. 1 MiB messages came with AWS provider 6.8; settings are applied with 5.100 too, which "
        "refuses more than 256 KiB."
    ),
    remedy="Set a value in the range.",
    source=limits.SET_QUEUE_ATTRIBUTES,
)
@of_both_queues
def other_queue_numbers_are_in_range(queue: Queue) -> Said:
    """QL010."""
    yield from within(queue, "delay", queue.delay, limits.DELAY)
    yield from within(queue, "receive_wait", queue.receive_wait, limits.RECEIVE_WAIT)
    yield from within(queue, "maximum_message_size", queue.maximum_message_size, limits.MESSAGE_SIZE)
    size, key, most = queue.maximum_message_size, queue.key("maximum_message_size"), limits.MESSAGE_SIZE_OF_OLDEST_PROVIDER
    if queue.dialect is Dialect.SETTINGS and isinstance(size, int) and most < size <= limits.MESSAGE_SIZE.high:
        yield error(
            queue,
            "maximum_message_size",
            f"{key} is {size:,} bytes, but AWS provider 5.100, which the stack may be applied with, takes at most {most:,}",
            f"Set {key} to {most}",
        )


def _complaint(name: str, *, fifo: bool) -> str | None:
    base = name.removesuffix(".fifo")
    if len(name) not in limits.QUEUE_NAME_LENGTH:
        return f"is {len(name)} characters long, but {limits.QUEUE_NAME_LENGTH} are allowed"
    if fifo and base == name:
        return "does not end in .fifo, as a FIFO queue's must"
    if not fifo and base != name:
        return "ends in .fifo, which only a FIFO queue's may"
    if not base:
        return "has nothing before .fifo"
    if not _NAME.fullmatch(base):
        return "has characters other than letters, digits, hyphens and underscores"
    return None


@rule(
    "QL011",
    "the queue's name is one that SQS takes",
    limit="1 to 80 of A–Z, a–z, 0–9, _ and -; a FIFO queue's ends in .fifo, which counts; no other's does",
    reason="SQS refuses other names, and the suffix decides what type the queue has.",
    remedy="Choose another name.",
    source=limits.CREATE_QUEUE,
    hard=True,
)
@of_both_queues
def name_is_allowed(queue: Queue) -> Said:
    """QL011."""
    name, fifo = known(queue.name), known(queue.fifo)
    if name is not None and (complaint := _complaint(name, fifo=fifo)):
        made = f'{queue.key("name")} is "{name}", which {complaint}'
        yield error(queue, "name", made, f"Give {queue.address} another name")
