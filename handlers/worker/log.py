"""The worker's log: JSON lines that say which message they are about, and never what a secret is.

Lines of other libraries get the same form: in Lambda they would go past the masking otherwise.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from handlers.worker.event import receive_count
from handlers.worker.redaction import is_anything_hidden, masked

_LEVELS = {"WARNING": "WARN", "CRITICAL": "FATAL"}
"""Lambda's names of levels. What it does not know it takes for INFO, and drops where `logs.level` is above that; so it does
with a line whose time is not as RFC 3339 has it (Lambda developer guide, log-level filtering, read on 2026-11-24).
"""
_OURS = frozenset(
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
_SAID = frozenset(
    {"copy_id", "exception", "exception_name", "held_back", "location", "out_of_time", "reason", "reason_kept", "retry_after"}
)
"""What the worker's own lines say."""
_TAKEN = frozenset({*vars(logging.makeLogRecord({})), "asctime", "message", *_OURS, *_SAID})


def _as_json(line: dict[str, Any]) -> str:
    if (level := line.get("level")) in _LEVELS:
        line["level"] = _LEVELS[level]
    if not is_anything_hidden():
        try:
            return _dumps(line)
        except (TypeError, ValueError):
            pass  # keys that are no texts
    return _dumps({**masked(line), **{key: line[key] for key in _OURS & line.keys()}})


def _dumps(line: dict[str, Any]) -> str:
    text = json.dumps(line, default=str, separators=(",", ":"), ensure_ascii=False)
    # half a surrogate pair, which somebody's data may hold, is no UTF-8: the line would be lost. JSON has an escape for it
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


class Formatter(LambdaPowertoolsFormatter):
    """Writes every line: one that cannot be put together would be printed raw by `logging`, or fail the message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or as much of it as there is with why."""
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
            return self.serialize(line | {key: vars(record)[key] for key in _OURS & vars(record).keys()})


class Current(logging.Filter):
    """Puts the record that is being worked into every line; it costs nothing where no line is written."""

    def __init__(self) -> None:
        super().__init__()
        self.record: SQSRecord | None = None
        """The one that lines are about, set by the worker."""
        self.notes: dict[str, Any] = {}

    def end(self) -> None:
        """Lines are about no record any more."""
        self.record = None
        if self.notes:
            self.notes = {}

    def filter(self, line: logging.LogRecord) -> bool:
        """Lets every line through."""
        if self.record is not None:
            raw = self.record.raw_event
            vars(line).update(self.notes)
            line.message_id = raw["messageId"]
            line.receive_count = receive_count(self.record)
            line.queue = str(raw.get("eventSourceARN", "")).rpartition(":")[2]
        return True


def _take_in_the_others() -> None:
    """The SDK says at DEBUG what is in its requests and answers, secrets included, before anybody could mask them."""
    for name in ("boto3", "botocore", "urllib3", "aws_xray_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if "LAMBDA_TASK_ROOT" in os.environ:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logger.registered_formatter)
            handler.addFilter(current)


_formatter = Formatter(json_serializer=_as_json, serialize_stacktrace=False, use_rfc3339=True, utc=True)  # type: ignore[arg-type]
logger = Logger(logger_formatter=_formatter)
"""`logger.info("text", key=value)`. Its `service` is the worker's name. A logger of your own that is not made from this one
or from `logging` masks nothing.
"""
current = Current()
logger.registered_handler.addFilter(current)


is_written: Callable[[int], bool] = logger.isEnabledFor  # type: ignore[attr-defined]
"""Whether lines of a level are written at all: cheaper than a line that is not."""


def note(**keys: Any) -> None:
    """Say what the message is about, such as `note(order_id="o-1")`: it is in every line until the message's work ends.

    Raises ValueError for a key that the worker's lines have already.
    """
    if taken := sorted(_TAKEN & keys.keys()):
        raise ValueError(f"every line of the log has {', '.join(taken)} already. Choose another name")
    current.notes.update(keys)


_take_in_the_others()
