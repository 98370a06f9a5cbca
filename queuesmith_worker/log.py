"""The worker's log: JSON lines that name their message and have the values of secrets masked.

Lines of other libraries get the same format. Otherwise, in Lambda, secrets in them would not be masked.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aws_lambda_powertools import Logger

from queuesmith_worker.formatting import TAKEN, Formatter, LoggedInvocation

_formatter = Formatter()
logger = Logger(logger_formatter=_formatter)
"""Use it as in `logger.info("text", key=value)`. Its `service` is the worker's name. Your own loggers mask secrets only if they
come from this one or from `logging`.
"""
is_written: Callable[[int], bool] = logger.isEnabledFor  # type: ignore[attr-defined]
"""Whether lines of a level are written. This check is cheaper than a call that writes nothing."""


def note(**keys: Any) -> None:
    """Add keys to every log line of the message in progress, for example `note(order_id="o-1")`.

    Raises ValueError for a key that the worker's own lines use.
    """
    if taken := sorted(TAKEN & keys.keys()):
        raise ValueError(f"log lines already have the key {', '.join(taken)}. Choose another name")
    if _formatter.invocation is not None:
        _formatter.invocation.notes.update(keys)


def say(write: Callable[..., None], text: str, **keys: Any) -> None:
    """Write one of the worker's own lines.

    If that raises (a filter of the application can raise), the line is lost, but the message does not fail because of it.
    """
    try:
        write(text, stacklevel=3, **keys)  # so that `location` is the caller of this function
    except Exception as error:
        with suppress(Exception):
            sys.stderr.write(f"log line not written ({type(error).__name__}): {text}\n")


@contextmanager
def lines_about(invocation: LoggedInvocation) -> Iterator[None]:
    """While this context is active, every line contains the invocation's record in progress."""
    _formatter.invocation = invocation
    try:
        yield
    finally:
        _formatter.invocation = None


def _keep_the_sdk_quiet() -> None:
    """At DEBUG, the SDK logs its requests and responses, including secrets, before they can be masked."""
    for name in ("boto3", "botocore", "urllib3", "aws_xray_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _write_others_alike() -> None:
    """Give our format to the handler that Lambda puts on the root logger. It writes what is logged without our logger."""
    if "LAMBDA_TASK_ROOT" in os.environ:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_formatter)


_keep_the_sdk_quiet()
_write_others_alike()
