"""How soon SQS hands out again the messages that come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker.backoff import delay
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.error_text import reason_of
from queuesmith_worker.event import group_of, receive_count
from queuesmith_worker.log import logger, say
from queuesmith_worker.settings import Settings
from queuesmith_worker.sqs import Sqs

_OF_ONE_MESSAGE = frozenset({"InvalidParameterValue", "MessageNotInflight", "ReceiptHandleIsInvalid"})
"""Why SQS refuses to hide one message, while it hides others (ChangeMessageVisibility)."""


class Visibility:
    """The backoff of one invocation's failures; without a queue URL in the settings there is none.

    `remaining` is in seconds of `clock`: a change of visibility is not worth a timeout, which fails the whole batch.
    """

    def __init__(self, settings: Settings, sqs: Sqs, clock: Callable[[], float], now: float, remaining: float) -> None:
        self._settings, self._sqs, self._clock = settings, sqs, clock
        self._deadline = Deadline.of(now, remaining, None)
        self._deadline.add(0)  # the first call has to have time, too
        self._over = False
        self._groups: dict[str, int] = {}

    def back_off(self, record: SQSRecord) -> int | None:
        """Hide a message that failed, and return for how many seconds; None: as long as the queue does it.

        On its last receive it is not hidden at all: no try follows for which to wait, and the sooner SQS would receive it
        again, the sooner it moves it to the DLQ and, on FIFO, hands out its group. A message that was received more often
        than the queue is said to allow shows that this is not true (any more), and is hidden like the others.
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
        """Hide a message as long as the one before it in its group that failed: SQS hands out nothing of a group of which
        one is still hidden.
        """
        seconds = self._groups.get(group_of(record) or "")
        return seconds is not None and self._hide(record, seconds)

    def _hide(self, record: SQSRecord, seconds: int) -> bool:
        """Once refused for what is not this message's, or too late, it is not tried again in this invocation: each try would
        cost the time of others.
        """
        url = self._settings.worker_queue_url
        if url is None or self._over:
            return False
        begin = self._clock()
        if begin > self._deadline.latest:
            self._over = True
            say(logger.warning, "visibility not changed", reason="too little time is left")
            return False
        try:
            handle = record.raw_event["receiptHandle"]
            self._sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)
        except Exception as error:
            self._over = _code(error) not in _OF_ONE_MESSAGE
            say(logger.error, "visibility not changed", reason=reason_of(error))
            return False
        finally:
            self._deadline.add(self._clock() - begin)
        return True


def _code(error: Exception) -> str:
    response: Any = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", "")).rpartition(".")[2]
