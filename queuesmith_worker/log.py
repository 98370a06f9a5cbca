"""The worker's log: JSON lines that say which message they are about, and never what a secret is.

Lines of other libraries get the same form: in Lambda they would go past the masking otherwise.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aws_lambda_powertools import Logger

from queuesmith_worker.formatting import TAKEN, Formatter, LoggedBatch

_formatter = Formatter()
logger = Logger(logger_formatter=_formatter)
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
    if _formatter.batch is not None:
        _formatter.batch.notes.update(keys)


def say(write: Callable[..., None], text: str, **keys: Any) -> None:
    """Write one of the worker's own lines. If that raises, as somebody's filter can, the line is lost: a message does not fail
    because of it.
    """
    try:
        write(text, stacklevel=3, **keys)  # where it is said, and not here
    except Exception as error:
        with suppress(Exception):
            sys.stderr.write(f"a line of the log was not written, {type(error).__name__}: {text}\n")


@contextmanager
def lines_about(batch: LoggedBatch) -> Iterator[None]:
    """Within it, every line is about the batch's record."""
    _formatter.batch = batch
    try:
        yield
    finally:
        _formatter.batch = None


def _keep_the_sdk_quiet() -> None:
    """It says at DEBUG what is in its requests and answers, secrets included, before anybody could mask them."""
    for name in ("boto3", "botocore", "urllib3", "aws_xray_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _write_others_alike() -> None:
    """What is logged without our logger goes to the handler that Lambda has put on the root logger: it gets our form."""
    if "LAMBDA_TASK_ROOT" in os.environ:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_formatter)


_keep_the_sdk_quiet()
_write_others_alike()
