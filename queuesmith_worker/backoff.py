"""Delays failed messages: the backoff of single messages, and the pause of a batch while a circuit breaker is open."""

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
MAX_ENTRIES = 10
"""Messages in one request (API reference, ChangeMessageVisibilityBatch)."""
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


def pause(receives: int, base: int, cap: int, pick: Callable[[int, int], int] = random.randint) -> int:
    """Return how long a message waits while a circuit breaker is open, in seconds.

    The lower bound doubles with each receive attempt, from `base` up to `cap`, so a message needs few attempts to outlast a
    long outage. A random time of up to a quarter of the pause is added, so that the messages of a batch do not return together.
    """
    shortest = min(cap, base * 2 ** min(receives - 1, MAX_DOUBLINGS))
    return pick(shortest, shortest + shortest // 4)


class Backoff:
    """Sets the visibility timeouts of the messages of one invocation that return to the queue.

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

    def pause(self, receives: int) -> int:
        """Return how long a message waits while a circuit breaker is open, in seconds."""
        return pause(receives, self._settings.worker_pause_base, self._settings.worker_pause_cap)

    def pause_all(self, records: list[Record]) -> list[int | None]:
        """Make messages invisible while a circuit breaker is open, with one request for ten of them.

        Returns for how many seconds each one is invisible. None: it was its last receive attempt, so it becomes visible for
        its move to the DLQ, or the queue's visibility timeout applies.
        """
        limit = self._settings.worker_max_receive_count
        counts = [receive_count(record) for record in records]
        delays = [0 if receives == limit else self.pause(receives) for receives in counts]
        results: list[int | None] = []
        for first in range(0, len(records), MAX_ENTRIES):
            batch, seconds = records[first : first + MAX_ENTRIES], delays[first : first + MAX_ENTRIES]
            entries = [
                {"Id": str(index), "ReceiptHandle": record.get("receiptHandle"), "VisibilityTimeout": delay}
                for index, (record, delay) in enumerate(zip(batch, seconds, strict=True))
            ]
            response = self._request("change_message_visibility_batch", Entries=entries)
            changed = {each["Id"] for each in (response or {}).get("Successful", ())}
            results += [delay or None if str(index) in changed else None for index, delay in enumerate(seconds)]
        return results

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
        """Set the visibility timeout in seconds, and return whether it was set."""
        handle = record.get("receiptHandle")
        return self._request("change_message_visibility", ReceiptHandle=handle, VisibilityTimeout=seconds) is not None

    def _request(self, operation: str, **request: Any) -> Any:
        """Send a request about messages of the queue, and return the response, or None if there is none.

        After an error that does not concern only this message, or if too little time is left, this invocation makes no
        further requests, because each would use time that other messages need.
        """
        url = self._settings.worker_queue_url
        if url is None or self._sqs is None or self._is_stopped:
            return None
        begin = self._clock()
        if begin > self._deadline.latest:
            self._is_stopped = True
            log_safely(logger.warning, "visibility timeout not changed", reason="too little time is left")
            return None
        try:
            return self._sqs.call(operation, QueueUrl=url, **request)
        except Exception as error:
            self._is_stopped = _error_code(error) not in _SINGLE_MESSAGE_ERRORS
            log_safely(logger.error, "visibility timeout not changed", reason=describe_error(error))
            return None
        finally:
            self._deadline.add(self._clock() - begin)


def _error_code(error: Exception) -> str:
    response: Any = getattr(error, "response", None) or {}  # it is None if there was no response
    return str(response.get("Error", {}).get("Code", "")).rpartition(".")[2]
