"""How a line of the log is written: as JSON, with secrets masked, whatever is in it."""

from __future__ import annotations

import json
import logging
from typing import Any, Protocol

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker.event import receive_count
from queuesmith_worker.redaction import is_anything_hidden, masked

_LEVELS = {"WARNING": "WARN", "CRITICAL": "FATAL"}
"""Lambda's names of levels. What it does not know it takes for INFO, and drops where `logs.level` is above that; so it does
with a line whose time is not as RFC 3339 has it (Lambda developer guide, log-level filtering, read on 2026-11-24).
"""
_ABOUT_THE_LINE = frozenset(
    {
        "cold_start",
        "duration_ms",
        "function_arn",
        "function_memory_size",
        "function_name",
        "function_request_id",
        "level",
        "message_id",
        "queue",
        "receive_count",
        "service",
        "timestamp",
        "xray_trace_id",
    }
)
"""What a line says about itself: no secret stands there, and nothing in it is masked."""
_OF_OUTCOMES = frozenset(
    {"copy_id", "exception", "exception_name", "held_back", "location", "out_of_time", "reason", "reason_kept", "retry_after"}
)
"""What the worker's lines say of how a record ended."""
TAKEN = frozenset({*vars(logging.makeLogRecord({})), "asctime", "message", *_ABOUT_THE_LINE, *_OF_OUTCOMES})
"""Keys that nobody else may give a line."""


def _as_json(line: dict[str, Any]) -> str:
    if (level := line.get("level")) in _LEVELS:
        line["level"] = _LEVELS[level]
    if not is_anything_hidden():
        try:
            return _dumps(line)
        except (TypeError, ValueError):
            pass  # keys that are no texts
    return _dumps({**masked(line), **{key: line[key] for key in _ABOUT_THE_LINE & line.keys()}})


def _dumps(line: dict[str, Any]) -> str:
    text = json.dumps(line, default=str, separators=(",", ":"), ensure_ascii=False)
    # half a surrogate pair, which somebody's data may hold, is no UTF-8: the line would be lost. JSON has an escape for it
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class LoggedBatch(Protocol):
    """What lines are about."""

    record: SQSRecord | None
    """The one in progress."""
    notes: dict[str, Any]
    """What `note` was given about it."""


class Formatter(LambdaPowertoolsFormatter):
    """Writes every line: one that cannot be put together would be printed raw by `logging`, or fail the message. While a batch
    is processed, each line says which record it is about; that costs nothing if no line is written.
    """

    batch: LoggedBatch | None = None

    def __init__(self) -> None:
        super().__init__(json_serializer=_as_json, serialize_stacktrace=False, use_rfc3339=True, utc=True)  # type: ignore[arg-type]

    def format(self, record: logging.LogRecord) -> str:
        """The line, or as much of it as there is with why."""
        if self.batch is not None and self.batch.record is not None:
            raw = self.batch.record.raw_event
            about = {"message_id": raw["messageId"], "receive_count": receive_count(self.batch.record)}
            vars(record).update(self.batch.notes, **about, queue=str(raw.get("eventSourceARN", "")).rpartition(":")[2])
        try:
            return super().format(record)
        except Exception as error:
            line = {
                "level": record.levelname,
                "location": f"{record.funcName}:{record.lineno}",
                "message": masked(record.msg),
                "timestamp": self.formatTime(record),
                "not_written": type(error).__name__,
            }
            return self.serialize(line | {key: vars(record)[key] for key in _ABOUT_THE_LINE & vars(record).keys()})
