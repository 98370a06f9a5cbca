"""Combinations of a worker's settings that AWS does not support, regardless of their values.

A conflict is the key path of the setting to change, below the worker, and the rest of a sentence that begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from queuesmith.common.queue_names import is_fifo
from queuesmith.rules.limits import EVENT_RULE_NAME_LENGTH
from queuesmith.rules.resource_names import wrong_length
from queuesmith.rules.wording import shown
from queuesmith.settings.failures import SEND_TO_DLQ_IMMEDIATELY
from queuesmith.settings.field_types import is_token
from queuesmith.settings.function import FunctionSettings
from queuesmith.settings.producers import ProducerSettings, RuleProducer
from queuesmith.settings.queue import DeadLetterQueueSettings, ExistingQueueSettings, QueueSettings

Conflicts: TypeAlias = Iterator[tuple[str, str]]


def existing_queue_conflicts(queue: QueueSettings, dlq: DeadLetterQueueSettings, producers: ProducerSettings) -> Conflicts:
    """Yield the settings that cannot be combined with an existing queue."""
    for key, given in (("queue", queue != QueueSettings()), ("dead_letter_queue", dlq != DeadLetterQueueSettings())):
        if given:
            yield key, "is given beside existing_queue, which is there already. Give one of the two"
    for kind in ("topics", "rules", "buckets", "principals"):
        if getattr(producers, kind):
            yield (
                f"producers.{kind}",
                "would change the policy of existing_queue, which is its owner's. Let the owner allow them",
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
                "is a standard topic's, which cannot send to a FIFO queue. Name a FIFO topic, or take queue.fifo out",
            )
        if topic.undelivered_to_dlq and not fifo and is_fifo(topic.arn):
            yield (
                f"{path}.undelivered_to_dlq",
                "needs a FIFO DLQ, as the topic is a FIFO one. Take it out, or set queue.fifo to true",
            )


def rule_conflicts(rule: RuleProducer, path: str, name: str, queue: QueueSettings, *, fifo: bool) -> Conflicts:
    """Yield the conflicts in an EventBridge rule with this name, and with the queue that it sends to."""
    if not is_token(name) and (complaint := wrong_length(name, EVENT_RULE_NAME_LENGTH)) is not None:
        yield path, f"gives a rule the name {shown(name)}, which {complaint}. Give it a shorter key"
    if fifo and rule.message_group is None:
        yield f"{path}.message_group", "is missing: a FIFO queue takes no message without a group. Name one"
    if fifo and not queue.content_based_deduplication:
        yield path, "sends no deduplication id, which a FIFO queue wants. Set queue.content_based_deduplication to true"
    if not fifo and rule.message_group is not None:
        yield f"{path}.message_group", "is for FIFO queues alone. Take it out, or set queue.fifo to true"
    if fifo and rule.undelivered_to_dlq:
        yield (
            f"{path}.undelivered_to_dlq",
            "needs a standard DLQ, which is all that EventBridge takes for one, and a FIFO queue's is FIFO. Take it out, or "
            "queue.fifo",
        )
    if rule.schedule is not None and rule.event_bus != "default" and not is_token(rule.event_bus):
        yield f"{path}.event_bus", "is not the default one, but a schedule runs on that alone. Take event_bus out"


def image_conflicts(function: FunctionSettings) -> Conflicts:
    """Yield the settings that a function with a container image cannot have."""
    if function.artifact.image is None:
        return
    if function.code_signing is not None:
        yield (
            "function.code_signing",
            "is for zips, and function.artifact is an image. Take function.code_signing out",
        )
    if function.layers:
        yield "function.layers", "are for zips, and function.artifact is an image. Put what they hold into the image"


def dead_letter_conflicts(existing_queue: ExistingQueueSettings | None, *, partial_batch_responses: bool) -> Conflicts:
    """Yield the missing requirements for a handler that sends single messages to the DLQ."""
    if existing_queue is not None and existing_queue.dead_letter_queue_arn is None:
        yield (
            SEND_TO_DLQ_IMMEDIATELY,
            "needs a DLQ, and existing_queue names none. Set existing_queue.dead_letter_queue_arn, or take it out",
        )
    if not partial_batch_responses:
        yield (
            SEND_TO_DLQ_IMMEDIATELY,
            "deletes single messages, which source.partial_batch_responses = false does not: each try of the batch would send "
            "a copy more. Take one of the two out",
        )
