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
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from handlers.worker.redaction import redacted

_LEVELS = {"WARNING": "WARN", "CRITICAL": "FATAL"}
"""Lambda's names of levels. What it does not know it takes for INFO, and drops where `logs.level` is above that; so it does
with a line whose time is not as RFC 3339 has it (Lambda developer guide, log-level filtering, read on 2026-11-24).
"""


def _as_json(line: dict[str, Any]) -> str:
    if (level := line.get("level")) in _LEVELS:
        line["level"] = _LEVELS[level]
    return redacted(json.dumps(line, default=str, separators=(",", ":"), ensure_ascii=False))


class Current(logging.Filter):
    """Puts the record that is being worked into every line; it costs nothing where no line is written."""

    def __init__(self) -> None:
        super().__init__()
        self.record: SQSRecord | None = None
        self.notes: dict[str, Any] = {}

    def begin(self, record: SQSRecord) -> None:
        """The record that lines are about from now on."""
        self.record, self.notes = record, {}

    def end(self) -> None:
        """Lines are about no record any more."""
        self.record = None

    def filter(self, line: logging.LogRecord) -> bool:
        """Lets every line through."""
        if self.record is not None:
            raw = self.record.raw_event
            vars(line).update(self.notes)
            line.message_id = raw["messageId"]
            line.receive_count = receive_count(self.record)
            line.queue = str(raw.get("eventSourceARN", "")).rpartition(":")[2]
        return True


def receive_count(record: SQSRecord) -> int:
    """How often the message has been received, this time included; 1 where the event does not say."""
    try:
        return max(1, int(record.raw_event["attributes"]["ApproximateReceiveCount"]))
    except (KeyError, TypeError, ValueError):
        return 1


def _take_in_the_others() -> None:
    """The SDK says at DEBUG what is in its requests and answers, secrets included, before anybody could mask them."""
    for name in ("boto3", "botocore", "urllib3", "aws_xray_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if "LAMBDA_TASK_ROOT" in os.environ:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logger.registered_formatter)
            handler.addFilter(current)


logger = Logger(json_serializer=_as_json, serialize_stacktrace=False, use_rfc3339=True, utc=True)
"""`logger.info("text", key=value)`. Its `service` is the worker's name."""
current = Current()
logger.registered_handler.addFilter(current)


is_written: Callable[[int], bool] = logger.isEnabledFor  # type: ignore[attr-defined]
"""Whether lines of a level are written at all: cheaper than a line that is not."""


_TAKEN = frozenset({*vars(logging.makeLogRecord({})), "asctime", "message", "message_id", "queue", "receive_count", "service"})


def note(**keys: Any) -> None:
    """Say what the message is about, such as `note(order_id="o-1")`: it is in every line until the message's work ends.

    Raises ValueError for a key that every line has already.
    """
    if taken := sorted(_TAKEN & keys.keys()):
        raise ValueError(f"every line of the log has {', '.join(taken)} already. Choose another name")
    current.notes.update(keys)


_take_in_the_others()
