"""Hides messages that come back for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from handlers.worker.backoff import delay
from handlers.worker.log import logger, receive_count

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from handlers.worker.settings import Settings


class Visibility:
    """The backoff of one invocation's failures; without a queue URL in the settings there is none."""

    def __init__(self, settings: Settings, sqs: Callable[[], SQSClient]) -> None:
        self._settings, self._sqs = settings, sqs
        self._refused = False
        self._groups: dict[str, int] = {}

    def back_off(self, record: SQSRecord) -> int | None:
        """Hide a message that failed, and return for how many seconds; None: as long as the queue does it."""
        settings = self._settings
        seconds = delay(receive_count(record), settings.backoff_base, settings.backoff_cap)
        if not self._hide(record, seconds):
            return None
        if (group := _group(record)) is not None:
            self._groups[group] = seconds
        return seconds

    def follow(self, record: SQSRecord) -> bool:
        """Hide a message as long as the one before it in its group that failed: SQS hands out nothing of a group of which
        one is still hidden.
        """
        seconds = self._groups.get(_group(record) or "")
        return seconds is not None and self._hide(record, seconds)

    def _hide(self, record: SQSRecord, seconds: int) -> bool:
        """Once refused, it is not tried again in this invocation: each try would cost the time of others."""
        url = self._settings.queue_url
        if url is None or self._refused:
            return False
        try:
            self._sqs().change_message_visibility(
                QueueUrl=url, ReceiptHandle=record.raw_event["receiptHandle"], VisibilityTimeout=seconds
            )
        except Exception as error:
            self._refused = True
            logger.error("visibility not changed", reason=f"{type(error).__name__}: {error}")
            return False
        return True


def _group(record: SQSRecord) -> str | None:
    group: str | None = (record.raw_event.get("attributes") or {}).get("MessageGroupId")
    return group
