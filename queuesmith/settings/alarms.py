"""The settings of a worker's alarms. `false` disables an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from queuesmith.rules import limits
from queuesmith.rules.wording import amount, quote
from queuesmith.settings.base import Settings
from queuesmith.settings.expected_times import LONG_PERIOD, SHORT_PERIOD, Day, alarm_periods, longest_expected_time
from queuesmith.settings.field_types import (
    DayHours,
    MessagesThreshold,
    PercentThreshold,
    SecondsThreshold,
    Threshold,
    is_token,
)


class AlarmSettings(Settings):
    """The thresholds of the worker's alarms. `false` disables an alarm. A threshold without a default is derived from the
    worker's other settings. With a `workload`, `oldest_message_age`, `backlog` and `time_to_drain` are derived so that the
    workload does not cause these alarms, if the queue's retention allows it. Limits: QL301–QL308.
    """

    dead_letter_depth: MessagesThreshold = 1
    """Messages in the DLQ."""
    dead_letter_expiry: SecondsThreshold | None = None
    """How long the oldest message has been in the DLQ, in seconds. Default: 80 % of the difference between the retention
    periods of the DLQ and the queue. On FIFO queues: 80 % of the DLQ's retention period."""
    oldest_message_age: SecondsThreshold | None = None
    """How long the oldest message has waited, in seconds. With `queue.fair`, only messages of quiet groups count. Default:
    three times the longer of the visibility timeout and the backoff cap, but at least 300 seconds and at most 80 % of the
    retention period. The default does not include the pauses of a circuit breaker, so the alarm fires during an outage. If it
    must fire only for longer delays, set more than 1.25 × `failures.circuit_breaker.cap`."""
    queue_wait: SecondsThreshold | None = None
    """How long messages wait in the queue before they are first processed (p99), in seconds. The metric comes from handlers
    that are built on `queuesmith_worker`. A threshold also adds the metric to the dashboard. Default: no such alarm."""
    expiry: SecondsThreshold | None = None
    """Age of the oldest message at which it counts as about to expire, in seconds. Default: 80 % of the queue's retention
    period."""
    backlog: MessagesThreshold | None = None
    """Waiting messages. With `queue.fair`, only messages of quiet groups count. Default: the number that the worker can
    process in 15 minutes if every batch takes the whole timeout."""
    time_to_drain: SecondsThreshold | None = None
    """How long the queue needs to become empty at the current rate of deletions, in seconds. Default: one hour, but at most
    half of the retention period."""
    in_flight: PercentThreshold = 80
    """Messages in flight, in percent of the 120,000 that a queue can have. The alarm fires if the percentage stays too high for
    five minutes. At that limit, SQS returns no more messages to Lambda, and no error."""
    noisy_groups: Threshold | None = None
    """Noisy message groups: tenants that use more than their share of the worker. Needs `queue.fair`. Default: 1 with
    `queue.fair`."""
    no_messages: SecondsThreshold | None = None
    """Time without a new message, in seconds, for example because a producer has stopped. It must be a multiple of 300 up to
    one day, or of 3,600 up to seven days. The messages of the worker's own schedules count, too. Default: no such alarm,
    because only you know how often messages must arrive."""
    expected_hours: DayHours | None = None
    """For `no_messages`: the hours in which messages are expected, in UTC. At other times, the alarm does not fire if no
    message arrives. A range can include midnight: `"22:00-06:00"`. Default: at any time."""
    expected_days: tuple[Day, ...] = ()
    """For `no_messages`: the days on which messages are expected, in UTC. Default: every day."""
    errors: Threshold = 1
    """Failed invocations in five minutes. Messages that the handler reports as failed do not count: see `failed_messages`."""
    error_rate: PercentThreshold = 10
    """Failed invocations in five minutes, in percent."""
    failed_messages: MessagesThreshold | None = None
    """Messages whose processing failed in five minutes, including single messages of a batch, which `errors` does not count.
    Each retry that fails counts. Needs `source.metrics`, which costs extra. Default: no such alarm, because some retries are
    normal: the DLQ's alarms report messages that fail permanently."""
    throttles: Threshold = 1
    """Throttled invocations in five minutes."""
    duration: PercentThreshold = 80
    """The 99th percentile of the duration (p99), in percent of the function timeout."""
    memory: PercentThreshold | None = None
    """The largest memory that an invocation used, in percent of the function's memory. A metric filter reads it from Lambda's
    report of each invocation in the log, so `logs.system_level` must not be WARN, and the log class must be STANDARD. Default:
    no such alarm, because its custom metric costs extra. `errors` reports functions that ran out of memory."""
    concurrency: PercentThreshold = 90
    """Concurrent invocations, in percent of the reserved or the maximum concurrency, whichever is lower. If neither is set,
    there is no such alarm."""

    @model_validator(mode="after")
    def _silence_can_be_noticed(self) -> Self:
        self.refuse(self._problems_of_no_messages())
        return self

    def _problems_of_no_messages(self) -> Iterator[tuple[str, str]]:
        after, hours = self.no_messages, self.expected_hours
        start, _, end = (hours or "").partition("-")
        if hours is not None and start == end:
            yield "expected_hours", f"is {quote(hours)}, which is no time. Set another end, or remove this key"
        elif after is None:
            for key in ("expected_hours", "expected_days"):
                if getattr(self, key):
                    yield key, "is only for the alarm no_messages, which is not set. Set alarms.no_messages, or remove this key"
        elif after is not False and not is_token(after):
            yield from self._problems_of_time(after)

    def _problems_of_time(self, after: int) -> Iterator[tuple[str, str]]:
        if alarm_periods(after) is None:
            yield (
                "no_messages",
                f"is {amount(after, 's')}, but must be a multiple of {SHORT_PERIOD} up to "
                f"{amount(limits.SHORT_ALARM_SPAN)}, or of {amount(LONG_PERIOD)} up to {amount(limits.ALARM_SPAN)}",
            )
        elif after > (longest := longest_expected_time(self.expected_hours, self.expected_days)):
            yield (
                "no_messages",
                f"is {amount(after, 's')}, but messages are never expected for longer than {amount(longest, 's')} without a "
                "break: the alarm would never go off. Lower it, or change expected_hours or expected_days",
            )


def is_on(threshold: int | None) -> bool:
    """Whether the settings have a threshold for an alarm that has no default."""
    return threshold is not None and threshold is not False
