"""Sets how soon SQS delivers failed messages again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker.backoff import delay
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.error_text import reason_of
from queuesmith_worker.event import group_of, receive_count
from queuesmith_worker.log import logger, say
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.sqs import Sqs

_OF_ONE_MESSAGE = frozenset({"InvalidParameterValue", "MessageNotInflight", "ReceiptHandleIsInvalid"})
"""Errors of ChangeMessageVisibility that concern one message, so that requests for other messages can succeed."""


class Visibility:
    """The backoff of the failed messages of one invocation. Without a queue URL in the settings, it does nothing.

    It makes no request if too little time is left, because a timeout would fail the whole batch.

    Parameters
    ----------
    clock
        Returns seconds from a monotonic clock.
    now
        The current time of that clock.
    remaining
        Seconds until the invocation times out.

    """

    def __init__(self, settings: HandlerSettings, sqs: Sqs, clock: Callable[[], float], now: float, remaining: float) -> None:
        self._settings, self._sqs, self._clock = settings, sqs, clock
        self._deadline = Deadline.of(now, remaining, None)
        self._deadline.add(0)  # so that the first request needs enough time too
        self._over = False
        self._groups: dict[str, int] = {}

    def back_off(self, record: SQSRecord) -> int | None:
        """Make a failed message invisible, and return for how many seconds. None: the queue's visibility timeout applies, or
        it was the last receive attempt.

        On the last receive attempt the message becomes visible immediately, because no further attempt follows. SQS can then
        move it to the DLQ, and on a FIFO queue deliver the rest of its message group, when the queue is next polled. If a
        message has been received more often than `worker_max_receive_count`, that setting is wrong or out of date, and the
        message is delayed like the others.
        """
        settings = self._settings
        if receive_count(record) == settings.worker_max_receive_count:
            self._hide(record, 0)
            return None
        seconds = delay(receive_count(record), settings.worker_backoff_base, settings.worker_backoff_cap)
        if not self._hide(record, seconds):
            return None
        if (group := group_of(record)) is not None:
            self._groups[group] = seconds
        return seconds

    def follow(self, record: SQSRecord) -> bool:
        """Make a message invisible for as long as the failed one before it in its message group, and return whether it was.

        SQS delivers no message of a group while another one of the group is invisible.
        """
        seconds = self._groups.get(group_of(record) or "")
        return seconds is not None and self._hide(record, seconds)

    def _hide(self, record: SQSRecord, seconds: int) -> bool:
        """Set the visibility timeout in seconds, and return whether it was set.

        After an error that does not concern only this message, or if too little time is left, this invocation makes no
        further requests, because each would use time that other messages need.
        """
        url = self._settings.worker_queue_url
        if url is None or self._over:
            return False
        begin = self._clock()
        if begin > self._deadline.latest:
            self._over = True
            say(logger.warning, "visibility timeout not changed", reason="too little time is left")
            return False
        try:
            handle = record.raw_event["receiptHandle"]
            self._sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)
        except Exception as error:
            self._over = _code(error) not in _OF_ONE_MESSAGE
            say(logger.error, "visibility timeout not changed", reason=reason_of(error))
            return False
        finally:
            self._deadline.add(self._clock() - begin)
        return True


def _code(error: Exception) -> str:
    response: Any = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", "")).rpartition(".")[2]
