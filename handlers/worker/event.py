"""The event that Lambda hands over."""

from __future__ import annotations

from typing import Any

from handlers.worker.outcomes import EventError


def records_of(event: object) -> list[dict[str, Any]]:
    """The records of a batch of SQS messages.

    Raises EventError where it is something else, or where a record has no id by which it could be returned: then the whole
    invocation fails and every message comes back.
    """
    if not isinstance(event, dict) or not isinstance(event.get("Records"), list):
        had = f"an object with {', '.join(map(str, event)) or 'nothing'}" if isinstance(event, dict) else type(event).__name__
        raise EventError(f"the event is no batch of SQS messages: it has no list of Records, but is {had}")
    records: list[dict[str, Any]] = event["Records"]
    if not records:
        raise EventError("the event has no records. Lambda calls a function with one SQS message at least")
    if not all(map(_is_message, records)):
        position = next(position for position, record in enumerate(records) if not _is_message(record))
        raise EventError(_complaint(position, records[position]))
    return records


def _is_message(record: Any) -> bool:
    try:
        return record["eventSource"] == "aws:sqs" and bool(record["messageId"]) and isinstance(record["body"], str)
    except (KeyError, TypeError):
        return False


def _complaint(position: int, record: Any) -> str:
    if isinstance(record, dict) and record.get("eventSource") == "aws:sqs":
        return f"record {position} has no {'body' if record.get('messageId') else 'messageId'}"
    other = isinstance(record, dict) and (record.get("eventSource") or record.get("EventSource"))
    what = f"from {other}" if other else "of no known source"
    return f"record {position} is no SQS message, but {what}. Only a queue can be this function's source"


def is_fifo(records: list[dict[str, Any]]) -> bool:
    """Whether they come from a FIFO queue, which its ARN says. A batch is of one queue."""
    return str(records[0].get("eventSourceARN", "")).endswith(".fifo")
