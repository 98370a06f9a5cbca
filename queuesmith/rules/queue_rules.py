"""Rules about the numbers and the names that SQS takes, for the queue and its DLQ."""

from __future__ import annotations

import re

from queuesmith.rules import limits
from queuesmith.rules.known import known
from queuesmith.rules.names import misnamed, wrong_length
from queuesmith.rules.part import Dialect
from queuesmith.rules.pipeline import Pipeline, Queue
from queuesmith.rules.rule import Problems, error, for_both_queues, rule, within
from queuesmith.rules.wording import amount

_NAME = re.compile(r"[A-Za-z0-9_-]+")


@rule(
    "QL003",
    "the visibility timeout is in the range that SQS takes",
    limit=str(limits.VISIBILITY_TIMEOUT),
    reason="SQS refuses any other value when the queue is created or changed.",
    remedy="Set a visibility timeout of at most 12 hours.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)
@for_both_queues
def visibility_is_in_range(queue: Queue) -> Problems:
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
@for_both_queues
def retention_is_in_range(queue: Queue) -> Problems:
    """QL009."""
    yield from within(queue, "retention", queue.retention, limits.RETENTION)


@rule(
    "QL010",
    "delay, message size and receive wait are in the ranges that SQS takes",
    limit=(
        f"delay {limits.DELAY}; message size {limits.MESSAGE_SIZE} (settings: to "
        f"{amount(limits.MESSAGE_SIZE_OF_OLDEST_PROVIDER)}); receive wait {limits.RECEIVE_WAIT}"
    ),
    reason=(
        "SQS refuses other values. 1 MiB messages came with AWS provider 6.8; settings are applied with 5.100 too, which "
        "refuses more than 256 KiB."
    ),
    remedy="Set a value in the range.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard_where="a value is out of AWS's own ranges",
)
@for_both_queues
def other_queue_numbers_are_in_range(queue: Queue) -> Problems:
    """QL010."""
    yield from within(queue, "delay", queue.delay, limits.DELAY)
    yield from within(queue, "receive_wait", queue.receive_wait, limits.RECEIVE_WAIT)
    yield from within(queue, "maximum_message_size", queue.maximum_message_size, limits.MESSAGE_SIZE)
    size, key, most = queue.maximum_message_size, queue.key("maximum_message_size"), limits.MESSAGE_SIZE_OF_OLDEST_PROVIDER
    provided = queue.created and queue.dialect is Dialect.SETTINGS
    if provided and isinstance(size, int) and most < size <= limits.MESSAGE_SIZE.high:
        yield error(
            queue,
            "maximum_message_size",
            f"{key} is {amount(size, 'bytes')}, but AWS provider 5.100, which the stack may be applied with, takes at most "
            f"{amount(most)}",
            f"Set {key} to {most}",
        )


def _complaint(name: str, *, fifo: bool) -> str | None:
    base = name.removesuffix(".fifo")
    if (complaint := wrong_length(name, limits.QUEUE_NAME_LENGTH)) is not None:
        return complaint
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
    limit=(f"{limits.QUEUE_NAME_LENGTH}: A–Z, a–z, 0–9, _ and -; a FIFO queue's ends in .fifo, which counts; no other's does"),
    reason="SQS refuses other names. FifoQueue decides the type; the suffix must go with it.",
    remedy="Choose another name.",
    source=limits.CREATE_QUEUE,
    hard=True,
)
def names_of_queues_are_allowed(pipeline: Pipeline) -> Problems:
    """QL011."""

    def judged(queue: Queue) -> Problems:
        name, fifo = known(queue.name), known(queue.fifo)
        if name is not None and (complaint := _complaint(name, fifo=fifo)):
            yield misnamed(pipeline, queue, name, complaint, limits.QUEUE_NAME_LENGTH)

    yield from for_both_queues(judged)(pipeline)
