"""The worker's log: JSON lines that say which message they are about, and never what a secret is.

Lines of other libraries get the same form: in Lambda they would go past the masking otherwise.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker.event import receive_count
from queuesmith_worker.formatting import TAKEN, Formatter

logger = Logger(logger_formatter=Formatter())
"""`logger.info("text", key=value)`. Its `service` is the worker's name. A logger of your own that is not made from this one
or from `logging` masks nothing.
"""
is_written: Callable[[int], bool] = logger.isEnabledFor  # type: ignore[attr-defined]
"""Whether lines of a level are written at all: cheaper than a line that is not."""


def note(**keys: Any) -> None:
    """Say what the message is about, such as `note(order_id="o-1")`: it is in every line until the message's work ends.

    Raises ValueError for a key that the worker's lines have already.
    """
    if taken := sorted(TAKEN & keys.keys()):
        raise ValueError(f"every line of the log has {', '.join(taken)} already. Choose another name")
    current.notes.update(keys)


def say(write: Callable[..., None], text: str, **keys: Any) -> None:
    """Write one of the worker's own lines. If that raises, as somebody's filter can, the line is lost: a message does not fail
    because of it.
    """
    try:
        write(text, stacklevel=3, **keys)  # where it is said, and not here
    except Exception as error:
        with suppress(Exception):
            sys.stderr.write(f"a line of the log was not written, {type(error).__name__}: {text}\n")


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


current = Current()


def _keep_the_sdk_quiet() -> None:
    """It says at DEBUG what is in its requests and answers, secrets included, before anybody could mask them."""
    for name in ("boto3", "botocore", "urllib3", "aws_xray_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _write_others_alike() -> None:
    """What is logged without our logger goes to the handler that Lambda has put on the root logger: it gets our form."""
    if "LAMBDA_TASK_ROOT" in os.environ:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(logger.registered_formatter)
            handler.addFilter(current)


logger.registered_handler.addFilter(current)
_keep_the_sdk_quiet()
_write_others_alike()
