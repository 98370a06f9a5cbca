"""Combinations of a worker's settings that AWS does not support, regardless of their values.

A conflict is the key path of the setting to change, below the worker, and the rest of a sentence that begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from queuesmith.common.queue_names import is_fifo
from queuesmith.rules.limits import EVENT_RULE_NAME_LENGTH
from queuesmith.rules.resource_names import length_complaint
from queuesmith.rules.wording import quote
from queuesmith.settings.alarms import AlarmSettings, is_on
from queuesmith.settings.failures import CIRCUIT_BREAKER, SEND_TO_DLQ_IMMEDIATELY, FailureSettings
from queuesmith.settings.field_types import is_token
from queuesmith.settings.function import FunctionSettings, LogSettings
from queuesmith.settings.producers import ProducerSettings, RuleProducer, ScheduleProducer
from queuesmith.settings.queue import DeadLetterQueueSettings, ExistingQueueSettings, QueueSettings
from queuesmith.settings.workload import WorkloadSettings

Conflicts: TypeAlias = Iterator[tuple[str, str]]


def existing_queue_conflicts(queue: QueueSettings, dlq: DeadLetterQueueSettings, producers: ProducerSettings) -> Conflicts:
    """Yield the settings that cannot be combined with an existing queue."""
    for key, is_set in (("queue", queue != QueueSettings()), ("dead_letter_queue", dlq != DeadLetterQueueSettings())):
        if is_set:
            yield key, "cannot be combined with existing_queue. Remove one of the two"
    if producers.schedules:
        yield "producers.schedules", "cannot be combined with existing_queue. Create the schedules with the queue"
    for kind in ("topics", "rules", "buckets", "organizations", "principals"):
        if getattr(producers, kind):
            yield (
                f"producers.{kind}",
                "would change the policy of existing_queue. Remove this key, and ask the queue's owner to allow these senders",
            )


def topic_conflicts(producers: ProducerSettings, *, fifo: bool) -> Conflicts:
    """Yield conflicts of types: a standard topic delivers to standard queues only, and a topic's DLQ must have its type."""
    for key, topic in producers.topics.items():
        path = f"producers.topics.{key}"
        if is_token(topic.arn):
            continue
        if fifo and not is_fifo(topic.arn):
            yield (
                f"{path}.arn",
                "is a standard topic, which cannot send to a FIFO queue. Use a FIFO topic, or remove queue.fifo",
            )
        if topic.undelivered_to_dlq and not fifo and is_fifo(topic.arn):
            yield (
                f"{path}.undelivered_to_dlq",
                "needs a FIFO DLQ, because the topic is FIFO. Remove this key, or set queue.fifo to true",
            )


def rule_conflicts(rule: RuleProducer, path: str, name: str, queue: QueueSettings, *, fifo: bool) -> Conflicts:
    """Yield the conflicts in an EventBridge rule with this name, and with the queue that it sends to."""
    if not is_token(name) and (complaint := length_complaint(name, EVENT_RULE_NAME_LENGTH)) is not None:
        yield path, f"gives a rule the name {quote(name)}, which {complaint}. Choose a shorter key"
    yield from fifo_conflicts(rule, path, queue, fifo=fifo)
    if rule.schedule is not None and rule.event_bus != "default" and not is_token(rule.event_bus):
        yield f"{path}.event_bus", "is not the default event bus, but a schedule runs only on that one. Remove event_bus"


def fifo_conflicts(producer: RuleProducer | ScheduleProducer, path: str, queue: QueueSettings, *, fifo: bool) -> Conflicts:
    """Yield the conflicts of a producer of EventBridge with the type of the queue."""
    if fifo and producer.message_group is None:
        yield f"{path}.message_group", "is missing, but a FIFO queue requires a message group id. Set it"
    if fifo and not queue.content_based_deduplication:
        yield path, "sends no deduplication id, but a FIFO queue requires one. Set queue.content_based_deduplication to true"
    if not fifo and not queue.fair and producer.message_group is not None:
        text = "is only for FIFO queues and fair queues. Remove this key, or set queue.fifo or queue.fair to true"
        yield f"{path}.message_group", text
    if fifo and producer.undelivered_to_dlq:
        yield (
            f"{path}.undelivered_to_dlq",
            "needs a standard DLQ, because EventBridge cannot send to a FIFO DLQ. Remove this key, or queue.fifo",
        )


def image_conflicts(function: FunctionSettings) -> Conflicts:
    """Yield the settings that a function with a container image cannot have."""
    if function.artifact.image is None:
        return
    if function.code_signing is not None:
        yield (
            "function.code_signing",
            "is only for zip files, but function.artifact is an image. Remove function.code_signing",
        )
    if function.layers:
        yield (
            "function.layers",
            "are only for zip files, but function.artifact is an image. Add their content to the image",
        )


def snap_start_conflicts(function: FunctionSettings) -> Conflicts:
    """Yield the missing version, because Lambda takes snapshots of published versions only."""
    if function.snap_start and function.alias is None:
        yield "function.snap_start", "applies to published versions only. Set function.alias, or remove this key"


def circuit_breaker_conflicts(failures: FailureSettings) -> Conflicts:
    """Yield the missing requirements of a circuit breaker: the pauses need the URL and the permission of the backoff."""
    if failures.circuit_breaker is not None and failures.backoff is None:
        yield CIRCUIT_BREAKER, "needs failures.backoff, which lets the handler delay messages. Set failures.backoff = {}"


def dead_letter_conflicts(existing_queue: ExistingQueueSettings | None, *, partial_batch_responses: bool) -> Conflicts:
    """Yield the missing requirements for a handler that sends single messages to the DLQ."""
    if existing_queue is not None and existing_queue.dead_letter_queue_arn is None:
        yield (
            SEND_TO_DLQ_IMMEDIATELY,
            "needs a DLQ, but existing_queue has none. Set existing_queue.dead_letter_queue_arn, or remove this key",
        )
    if not partial_batch_responses:
        yield (
            SEND_TO_DLQ_IMMEDIATELY,
            "removes single messages from a batch, which is impossible with source.partial_batch_responses = false: each "
            "retry of the batch would send another copy. Remove one of the two",
        )


def fairness_conflicts(table: str, alarms: AlarmSettings, *, fair: bool, fifo: bool) -> Conflicts:
    """Yield a fair queue that is a FIFO queue, and an alarm that only a fair queue has. `table` is the queue's table."""
    if fair and fifo:
        yield f"{table}.fair", "is only for standard queues: a FIFO queue orders each message group anyway. Remove this key"
    if not fair and is_on(alarms.noisy_groups):
        yield "alarms.noisy_groups", f"needs a fair queue. Set {table}.fair to true, or remove this key"


def alarm_conflicts(alarms: AlarmSettings, logs: LogSettings, *, mapping_metrics: bool) -> Conflicts:
    """Yield the alarms whose metrics are not published, or are lost, with the other settings."""
    if is_on(alarms.failed_messages) and not mapping_metrics:
        yield "alarms.failed_messages", "needs the mapping's metrics. Set source.metrics to true, or remove this key"
    if is_on(alarms.memory):
        if logs.system_level == "WARN":
            yield (
                "logs.system_level",
                "is WARN, but alarms.memory needs the reports at INFO. Set INFO, or remove that alarm",
            )
        if logs.group_class != "STANDARD":
            text = "has no metric filters, but alarms.memory needs one. Set STANDARD, or remove that alarm"
            yield "logs.group_class", f"is {logs.group_class}, which {text}"


def workload_conflicts(workload: WorkloadSettings, seconds: float | None, *, fifo: bool) -> Conflicts:
    """Yield contradictions in a workload. `seconds`: the expected time for a message, which a prediction needs."""
    if seconds is None:
        yield "source.expected_seconds_per_record", "is missing, but a workload requires it. Set it, or remove workload"
    if workload.peak is not None and workload.peak.rate <= workload.rate:
        yield (
            "workload.peak.rate",
            f"must be higher than workload.rate, {workload.rate:g}. Increase it, or remove workload.peak",
        )
    if workload.peak is None and workload.rate == 0:
        yield "workload.rate", "is 0, and there is no peak. Increase it, or remove workload"
    if workload.groups is not None and not fifo:
        yield "workload.groups", "is for FIFO queues. Remove it, or set queue.fifo to true"
