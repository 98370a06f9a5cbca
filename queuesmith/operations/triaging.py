"""Groups the messages of a DLQ by reason, or by any JMESPath expression on the message, and leaves them there.

    from queuesmith.operations import triage_queue

    for group in triage_queue(boto3.client("sqs"), dlq, by="body.customer_id").groups:
        print(group.count, group.value, group.where)

Each read counts as a receive attempt of the message. Of each message only its id and its receipt handle stay in memory, and of
each group a sample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import Message, MessagePredicate
from queuesmith.operations.reading import QueueReading, read_queue
from queuesmith.operations.selecting import SEARCH_ERRORS, as_document, compile_expression, equality

BY_REASON = "reason"
"""The expression that groups messages by their reasons."""
SAMPLE_CHARACTERS = 500
"""Characters of the sample's body."""
LONGEST_VALUE = 4_000
"""Characters of a value's JSON. Of a longer one only this much is stored."""
NO_VALUE = "the expression fails on these messages"


@dataclass
class MessageGroup:
    """Messages with the same value of the expression."""

    value: Any
    """The value that these messages have in common. Null if the messages have none."""
    where: str | None
    """The JMESPath expression for `--where` that selects the group. Null if none does."""
    sample_message_id: str | None
    """Id of one of the messages."""
    sample_reason: str
    """Its reason, unmasked."""
    sample_body: str
    """The first 500 characters of its body."""
    count: int = 0
    """Number of messages."""
    first_sent: str | None = None
    """Time at which the first of them was sent, as ISO 8601 in UTC. A message that SQS moved from a standard queue keeps this
    time.
    """
    last_sent: str | None = None
    """Time at which the last of them was sent."""

    def add(self, message: Message) -> None:
        """Count a message."""
        self.count += 1
        if sent := message.sent:
            self.first_sent = min(self.first_sent or sent, sent)
            self.last_sent = max(self.last_sent or sent, sent)


@dataclass
class TriageResult(QueueReading):
    """The groups, and how much of the queue was read. `received` is the sum of the groups' `count` and `not_matching`."""

    by: str = BY_REASON
    """The JMESPath expression whose value groups the messages."""
    not_matching: int = 0
    """Number of received messages that are in no group, because they do not match."""
    groups: list[MessageGroup] = field(default_factory=list)
    """The groups, the largest first."""


class Grouping:
    """Puts messages into groups, one by one."""

    def __init__(self, by: str = BY_REASON) -> None:
        """Compile the JMESPath expression. Raises UsageError if it is invalid."""
        self._by, self._search = by, compile_expression(by, "--by", "body.customer_id")
        self._groups: dict[str, MessageGroup] = {}

    def add(self, message: Message) -> None:
        """Add a message to its group."""
        try:
            value, fails = self._search(as_document(message)), False
        except SEARCH_ERRORS:
            value, fails = NO_VALUE, True
        key = f"{fails}{json.dumps(_normalized(value), sort_keys=True)}"
        if is_long := len(key) > LONGEST_VALUE:
            value, key = f"{key[len(str(fails)) : LONGEST_VALUE]}…", hashlib.sha256(key.encode()).hexdigest()
        if key not in self._groups:
            where = None if fails or is_long else equality(self._by, value)
            sample = (message.message_id, message.reason, message.body[:SAMPLE_CHARACTERS])
            self._groups[key] = MessageGroup(value, where, *sample)
        self._groups[key].add(message)

    def groups(self) -> list[MessageGroup]:
        """The groups, the largest first."""
        return sorted(self._groups.values(), key=lambda group: (-group.count, group.first_sent or "", str(group.value)))


def triage_queue(
    sqs: Any,
    queue: DeployedQueue,
    *,
    by: str = BY_REASON,
    match: MessagePredicate | None = None,
    limit: int | None = None,
    stop: Stop | None = None,
    on_progress: Callable[[TriageResult], None] = lambda _: None,
) -> TriageResult:
    """Read the messages of a queue, each once, group them, and make them visible again.

    Until the first message has been read, boto3's exceptions propagate. Later ones are reported in `failure`. Raises UsageError
    if `by` is not a JMESPath expression.

    Parameters
    ----------
    sqs
        The boto3 client.
    queue
        The queue to read.
    by
        The JMESPath expression whose value groups the messages. [commands.md](commands.md) shows the object that it searches.
    match
        Returns whether a message is wanted; None: all are.
    limit
        Reading stops after this number of messages, or up to nine more; None: all are read.
    stop
        Ends the scan early.
    on_progress
        Called with the counts so far after each batch.

    """
    grouping, result = Grouping(by), TriageResult(queue.name, by=by)

    def use(batch: list[Message]) -> bool:
        _group(batch, grouping, match, result)
        on_progress(result)
        return limit is None or result.received < limit

    read_queue(sqs, queue, result, use, limit=limit, stop=stop)
    result.groups = grouping.groups()
    return result


def triage_messages(
    messages: Iterable[Message], name: str, *, by: str = BY_REASON, match: MessagePredicate | None = None
) -> TriageResult:
    """Group messages that were exported before. `name` stands for the queue in the result.

    Raises UsageError if `by` is not a JMESPath expression. Errors raised by `messages` propagate.
    """
    grouping, result = Grouping(by), TriageResult(name, by=by)
    _group(messages, grouping, match, result)
    result.received = result.approximate_count = result.not_matching + sum(group.count for group in grouping.groups())
    result.groups = grouping.groups()
    return result


def _group(messages: Iterable[Message], grouping: Grouping, match: MessagePredicate | None, result: TriageResult) -> None:
    for message in messages:
        if match is None or match(message):
            grouping.add(message)
        else:
            result.not_matching += 1


def _normalized(value: Any) -> Any:
    """1.0 is 1, because JMESPath regards them as equal."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
