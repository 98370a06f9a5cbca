"""The backoff of failed messages: a random delay that grows with each receive attempt."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING, Any

from queuesmith_worker.deadline import Deadline
from queuesmith_worker.event import Record, message_group, receive_count
from queuesmith_worker.log import log_safely, logger
from queuesmith_worker.outcomes import describe_error
from queuesmith_worker.settings import HandlerSettings

if TYPE_CHECKING:
    from queuesmith_worker.clients import Sqs

MAX_DOUBLINGS = 16
"""2¹⁶ s is longer than the maximum visibility timeout of SQS (12 hours)."""
LONGEST_WAIT = 41_400
"""Seconds: the longest visibility timeout that the worker sets. SQS allows 12 hours from the receive, and Lambda received the
message up to half an hour ago: the batching window (5 minutes) and this invocation.
"""
_SINGLE_MESSAGE_ERRORS = frozenset({"InvalidParameterValue", "MessageNotInflight", "ReceiptHandleIsInvalid"})
"""Errors of ChangeMessageVisibility that concern one message, so that requests for other messages can succeed."""


def delay(receives: int, base: int, cap: int, pick: Callable[[int, int], int] = random.randint) -> int:
    """Return a random delay in seconds (full jitter), so that messages that failed together are not retried together.

    Parameters
    ----------
    receives
        How often the message has been received, including this time: at least 1.
    base
        Seconds: the upper bound after the first receive attempt. It doubles with each further attempt.
    cap
        Seconds: the largest upper bound.
    pick
        Returns a random integer between two bounds, both included.

    """
    return pick(0, min(cap, base * 2 ** min(receives - 1, MAX_DOUBLINGS)))


class Backoff:
    """The backoff of the failed messages of one invocation: it sets their visibility timeouts.

    It makes no request if too little time is left, because a timeout would fail the whole batch.

    Parameters
    ----------
    settings
        The worker's settings. Without the URL of the queue there is no backoff.
    sqs
        Sends the requests. None: no backoff.
    clock
        Returns seconds from a monotonic clock.
    now
        The current time of that clock.
    remaining
        Seconds until the invocation times out.

    """

    def __init__(
        self, settings: HandlerSettings, sqs: Sqs | None, clock: Callable[[], float], now: float, remaining: float
    ) -> None:
        self._settings, self._sqs, self._clock = settings, sqs, clock
        self._deadline = Deadline(now, remaining)
        self._deadline.add(0)  # applies the minimum remaining time to the first request too
        self._is_stopped = False
        self._group_delays: dict[str, int] = {}

    def delay_retry(self, record: Record, wanted: float | None = None) -> int | None:
        """Make a failed message invisible, and return for how many seconds.

        `wanted` is the number of seconds. Default: a random delay, whose upper bound grows with each receive attempt.

        Returns None if the queue's visibility timeout applies, or if this was the last receive attempt.

        On the last receive attempt the message becomes visible immediately, because no further attempt follows. SQS can then
        move it to the DLQ, and on a FIFO queue deliver the rest of its message group, when the queue is next polled. If a
        message has been received more often than `worker_max_receive_count`, that setting is wrong or out of date, and the
        message is delayed like the others.
        """
        settings = self._settings
        receives = receive_count(record)
        if receives == settings.worker_max_receive_count:
            self._set_timeout(record, 0)
            return None
        if wanted is None:
            seconds = delay(receives, settings.worker_backoff_base, settings.worker_backoff_cap)
        else:
            seconds = ceil(min(wanted, LONGEST_WAIT))
        if not self._set_timeout(record, seconds):
            return None
        if (group := message_group(record)) is not None:
            self._group_delays[group] = seconds
        return seconds

    def delay_with_group(self, record: Record) -> int | None:
        """Make a message invisible for as long as the failed one before it in its message group.

        Returns for how many seconds, or None if the queue's visibility timeout applies.

        SQS delivers no message of a group while another one of the group is invisible.
        """
        seconds = self._group_delays.get(message_group(record) or "")
        return seconds if seconds is not None and self._set_timeout(record, seconds) else None

    def _set_timeout(self, record: Record, seconds: int) -> bool:
        """Set the visibility timeout in seconds, and return whether it was set.

        After an error that does not concern only this message, or if too little time is left, this invocation makes no
        further requests, because each would use time that other messages need.
        """
        url = self._settings.worker_queue_url
        if url is None or self._sqs is None or self._is_stopped:
            return False
        begin = self._clock()
        if begin > self._deadline.latest:
            self._is_stopped = True
            log_safely(logger.warning, "visibility timeout not changed", reason="too little time is left")
            return False
        try:
            handle = record["receiptHandle"]
            self._sqs.call("change_message_visibility", QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)
        except Exception as error:
            self._is_stopped = _error_code(error) not in _SINGLE_MESSAGE_ERRORS
            log_safely(logger.error, "visibility timeout not changed", reason=describe_error(error))
            return False
        finally:
            self._deadline.add(self._clock() - begin)
        return True


def _error_code(error: Exception) -> str:
    response: Any = getattr(error, "response", None) or {}  # it is None if there was no response
    return str(response.get("Error", {}).get("Code", "")).rpartition(".")[2]
