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

from queuesmith_worker.formatting import RESERVED_KEYS, Formatter, Lane, current_lane

_formatter = Formatter()
logger = Logger(logger_formatter=_formatter)
"""The worker's logger: `logger.info("mail sent", recipient_count=2)`. Its `service` is the worker's name. Your own loggers mask
secrets only if they are children of this logger (`Logger(child=True)`) or from `logging.getLogger`.
"""
is_logged: Callable[[int], bool] = logger.isEnabledFor  # type: ignore[attr-defined]
"""Whether lines of a level are written. This check is cheaper than a call that writes nothing."""


def note(**keys: Any) -> None:
    """Add keys to every log line of the message in progress. The next message's lines do not have them.

    Parameters
    ----------
    keys
        The keys and their values.

    Raises
    ------
    ValueError
        If log lines already have one of the keys.

    Example
    -------
        note(order_id=order.order_id)

    """
    if reserved := sorted(RESERVED_KEYS & keys.keys()):
        raise ValueError(f"log lines already have {', '.join(reserved)}. Choose another name")
    lane = current_lane.get()
    if lane is not None:
        lane.notes.update(keys)


def log_safely(write: Callable[..., None], text: str, **keys: Any) -> None:
    """Write one of the worker's own lines.

    If that raises (a filter of the application can raise), the line is lost, but the message does not fail because of it.
    """
    try:
        write(text, stacklevel=3, **keys)  # so that `location` is the caller of this function
    except Exception as error:
        with suppress(Exception):
            sys.stderr.write(f"log line not written ({type(error).__name__}): {text}\n")


@contextmanager
def log_context(lane: Lane) -> Iterator[None]:
    """While this context is active, every line of this thread and its coroutines contains the lane's record in progress."""
    token = current_lane.set(lane)
    try:
        yield
    finally:
        current_lane.reset(token)


def _limit_sdk_logging() -> None:
    """At DEBUG, the SDK logs its requests and responses, including secrets, before they can be masked."""
    for name in ("boto3", "botocore", "urllib3", "aws_xray_sdk"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _format_root_handlers() -> None:
    """Give our format to the handler that Lambda puts on the root logger. It writes what is logged without our logger."""
    if "LAMBDA_TASK_ROOT" in os.environ:
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_formatter)


_limit_sdk_logging()
_format_root_handlers()
