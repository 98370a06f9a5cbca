"""Reads the event that Lambda passes to the function, and the attributes of its records."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from queuesmith_worker.outcomes import EventError

Record: TypeAlias = dict[str, Any]
"""One message of an event, as Lambda sends it."""
MAX_SHOWN_KEYS = 10
"""The number of an event's keys that the error shows if the event is not from SQS."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def records_of(event: object) -> list[Record]:
    """Return the records of a batch of SQS messages.

    Raises EventError if the event is something else, or if a record has no message id and so cannot be reported as failed. The
    whole invocation then fails, and every message returns to the queue.
    """
    if not isinstance(event, dict) or not isinstance(event.get("Records"), list):
        kind = _keys(event) if isinstance(event, dict) else f"of the type {type(event).__name__}"
        raise EventError(f"the event is not a batch of SQS messages: it has no list of Records. It is {kind}")
    records: list[Record] = event["Records"]
    if not records:
        raise EventError("the event has no records. Lambda invokes a function with at least one SQS message")
    for position, record in enumerate(records):
        if not _is_ordinary(record) and (problem := _problem(record)) is not None:
            raise EventError(f"record {position} {problem}")
    return records


def _keys(event: dict[Any, Any]) -> str:
    """Describe an object by its first keys. A key that does not look like a name can be data, and is shown as `*`."""
    keys = ", ".join(key if _NAME.fullmatch(key) else "*" for key in map(str, list(event)[:MAX_SHOWN_KEYS]))
    return f"an object with the keys {keys}" if keys else "an empty object"


def _is_ordinary(record: Any) -> bool:
    """Whether a record has no problem, for most records: a quick check, because it is done for each one."""
    try:
        return bool(
            record["eventSource"] == "aws:sqs"
            and type(record["messageId"]) is type(record["body"]) is str
            and record["messageId"]
            and "MessageGroupId" not in record["attributes"].keys()  # noqa: SIM118 - it must be a dictionary
        )
    except (AttributeError, KeyError, TypeError):
        return False


def _problem(record: Any) -> str | None:
    """Why a record is not an SQS message. None if it is one."""
    if not isinstance(record, dict) or record.get("eventSource") != "aws:sqs":
        other = isinstance(record, dict) and (record.get("eventSource") or record.get("EventSource"))
        problem = f"its eventSource is {other}" if other else "it has no eventSource"
        return f"is not an SQS message: {problem}. Only an SQS queue can invoke this function"
    if not (isinstance(record.get("messageId"), str) and record["messageId"]):
        return "has no messageId"
    if not isinstance(record.get("body"), str):
        return "has no body"
    attributes = record.get("attributes", {})
    if not isinstance(attributes, dict) or not isinstance(attributes.get("MessageGroupId", ""), str):
        return "has attributes that are not those of an SQS message"
    return None


def is_fifo(records: list[Record]) -> bool:
    """Whether the records come from a FIFO queue, according to its ARN. All records of a batch come from one queue."""
    return str(records[0].get("eventSourceARN", "")).endswith(".fifo")


def by_receive_count_descending(records: list[Record]) -> list[Record]:
    """Sort the records by receive count, highest first, and keep the order of equal ones.

    If the time runs out before the end of the batch, the remaining records are those with the most receive attempts left.
    """
    try:
        if {record["attributes"]["ApproximateReceiveCount"] for record in records} == {"1"}:
            return records
    except (KeyError, TypeError):
        pass
    return sorted(records, key=receive_count, reverse=True)


def receive_count(record: Record) -> int:
    """Return how often the message has been received, including this time, or 1 if the record does not have the count."""
    try:
        return max(1, int(record["attributes"]["ApproximateReceiveCount"]))
    except (KeyError, TypeError, ValueError):
        return 1


def message_group(record: Record) -> str | None:
    """Return the id of the record's message group, or None if it has none."""
    group: str | None = (record.get("attributes") or {}).get("MessageGroupId")
    return group


def queue_name(record: Record) -> str:
    """Return the name of the record's queue."""
    return str(record.get("eventSourceARN", "")).rpartition(":")[2]
