"""Formats log lines as JSON and masks secrets. It never raises because of a line's content."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from queuesmith_worker.event import Record, message_group, queue_name, receive_count
from queuesmith_worker.redaction import has_secrets, mask

_LEVELS = {"WARNING": "WARN", "CRITICAL": "FATAL"}
"""Lambda's names of log levels. Lambda treats an unknown level as INFO, and drops the line if `logs.level` is above INFO. It
does the same with a line whose time is not in the format of RFC 3339 (Lambda developer guide, log-level filtering, read on
2026-11-24).
"""
_LINE_KEYS = frozenset({
    "cold_start", "duration_ms", "function_arn", "function_memory_size", "function_name", "function_request_id", "level",
    "message_group_id", "message_id", "queue", "queue_wait_ms", "receive_count", "service", "timestamp", "xray_trace_id",
})  # fmt: skip
"""Keys that describe the line itself. They never contain secrets, and are not masked."""
_OUTCOME_KEYS = frozenset({
    "copy_id", "exception", "exception_name", "held_back", "location", "out_of_time", "reason", "reason_in_copy", "retry_after",
})  # fmt: skip
"""Keys of the worker's own lines that describe how a record ended."""
RESERVED_KEYS = frozenset({*vars(logging.makeLogRecord({})), "asctime", "message", *_LINE_KEYS, *_OUTCOME_KEYS})
"""Keys that `note` refuses, because the worker or `logging` uses them."""


def _serialized(line: dict[str, Any]) -> str:
    if (level := line.get("level")) in _LEVELS:
        line["level"] = _LEVELS[level]
    if not has_secrets():
        try:
            return _dumps(line)
        except (TypeError, ValueError):
            pass  # keys that are not strings
    return _dumps({**mask(line), **{key: line[key] for key in _LINE_KEYS & line.keys()}})


def _dumps(line: dict[str, Any]) -> str:
    text = json.dumps(line, default=str, separators=(",", ":"), ensure_ascii=False)
    # data can contain half a surrogate pair, which is not valid UTF-8, so the line would be lost. JSON can escape it
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class Lane:
    """A thread's place in an invocation: it processes one record after the other.

    Parameters
    ----------
    now
        The current time, in seconds of the worker's clock.

    """

    __slots__ = ("notes", "now", "record")

    def __init__(self, now: float) -> None:
        self.record: Record | None = None
        """The record in progress."""
        self.notes: dict[str, Any] = {}
        """The keys that `note` added for this record."""
        self.now = now
        """When the record before it ended. Each record begins when the one before it ends."""


current_lane: ContextVar[Lane | None] = ContextVar("current_lane", default=None)
"""The lane of this thread or coroutine. None outside of a batch."""


class Formatter(LambdaPowertoolsFormatter):
    """Formats every line, because `logging` would print a line that it cannot format unmasked, or the message would fail.

    While a batch is processed, each line contains the record in progress. These keys are added only when a line is written.
    """

    def __init__(self) -> None:
        super().__init__(json_serializer=_serialized, serialize_stacktrace=False, use_rfc3339=True, utc=True)  # type: ignore[arg-type]

    def format(self, record: logging.LogRecord) -> str:
        """The line as JSON. If it cannot be formatted, a shorter line with the type of the error (`formatting_error`)."""
        lane = current_lane.get()
        if lane is not None and (message := lane.record) is not None:
            about = {"message_id": message["messageId"], "receive_count": receive_count(message), "queue": queue_name(message)}
            if (group := message_group(message)) is not None:
                about["message_group_id"] = group
            vars(record).update(lane.notes, **about)
        try:
            return super().format(record)
        except Exception as error:
            line = {
                "level": record.levelname,
                "location": f"{record.funcName}:{record.lineno}",
                "message": mask(record.msg),
                "timestamp": self.formatTime(record),
                "formatting_error": type(error).__name__,
            }
            return self.serialize(line | {key: vars(record)[key] for key in _LINE_KEYS & vars(record).keys()})
