"""How a record ended, and the line that the log has about it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from queuesmith_worker.log import logger
from queuesmith_worker.outcomes import (
    DUPLICATE,
    FAILED,
    HELD_BACK,
    NON_RETRYABLE,
    OUT_OF_TIME,
    PAUSED,
    PROCESSED,
    RETRY_LATER,
    UNFINISHED,
    Outcome,
)

LOG_LINES: dict[Outcome, tuple[int, Callable[..., None], str]] = {
    PROCESSED: (logging.INFO, logger.info, "message processed"),
    DUPLICATE: (logging.INFO, logger.info, "message already done"),
    NON_RETRYABLE: (logging.WARNING, logger.warning, "message sent to the DLQ"),
    FAILED: (logging.WARNING, logger.warning, "message failed"),
    PAUSED: (logging.WARNING, logger.warning, "message is paused"),
    RETRY_LATER: (logging.INFO, logger.info, "message is retried later"),
}
"""The log line of a record, by its outcome: level, logging function and text."""


RETRY_AFTER: Final = "retry_after"
"""The key of a result whose message returns to the queue with a delay that the worker has set, in seconds."""


class RecordResult(NamedTuple):
    """How one record ended."""

    outcome: Outcome
    details: Mapping[str, Any] = {}
    """Keys of its log line."""


PROCESSED_RESULT: Final = RecordResult(PROCESSED)
PAUSED_RESULT: Final = RecordResult(PAUSED)
OUT_OF_TIME_RESULT: Final = RecordResult(OUT_OF_TIME)
HELD_BACK_RESULT: Final = RecordResult(HELD_BACK)
UNFINISHED_RESULT: Final = RecordResult(UNFINISHED)
