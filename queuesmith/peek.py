"""Looks at the messages of a DLQ and puts them back as they were.

from queuesmith.peek import matcher, peek

for message in peek(boto3.client("sqs"), dlq, limit=100, match=matcher("total > `100`")).messages:
    print(message.message_id, message.reason)
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from queuesmith.aws.queues import Queue
from queuesmith.errors import UsageError
from queuesmith.messages import Message
from queuesmith.scan import Scan

Match = Callable[[Message], bool]


@dataclass
class Peeked:
    """What was seen."""

    queue: str
    about: int
    """How many messages the queue holds, as SQS estimates it; those hidden by others included."""
    looked_at: int = 0
    messages: list[Message] = field(default_factory=list)
    """Those that were wanted, in the order in which SQS gave them."""
    left_hidden: int = 0
    """How many could not be given back; they come back after `hidden_for` seconds."""
    hidden_for: int = 0


def peek(
    sqs: Any,
    queue: Queue,
    *,
    limit: int = 10,
    match: Match | None = None,
    stop: threading.Event | None = None,
    on_progress: Callable[[Peeked], None] = lambda _: None,
) -> Peeked:
    """Up to `limit` messages, those that match if `match` is given, each once. Afterwards they are visible again.

    A look raises a message's receive count, as every receive does: on a queue with a redrive policy that spends a try. Raises
    what boto3 raises.
    """
    with Scan(sqs, queue, stop) as scan:
        found = Peeked(queue.name, scan.depth.total, hidden_for=scan.hidden_for)
        for batch in scan.batches():
            found.messages += [message for message in batch if match is None or match(message)]
            found.looked_at = scan.looked_at
            on_progress(found)
            if len(found.messages) >= limit:
                break
        del found.messages[limit:]
    found.left_hidden = scan.left_hidden
    return found


def matcher(expression: str) -> Match:
    """Whether a JMESPath expression holds for a message's body as JSON; a body that is no JSON, or that it cannot judge, does
    not match.

    Raises UsageError for an expression that is none.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        said = " ".join(str(error).split())
        raise UsageError(f"--match is no JMESPath expression: {said}. One is: --match \"customer_id == 'c-1'\"") from error

    def matches(message: Message) -> bool:
        try:
            found = compiled.search(json.loads(message.body))
        except (ValueError, RecursionError, JMESPathError):
            return False
        return found is not None and found is not False and found not in ("", [], {})

    return matches
