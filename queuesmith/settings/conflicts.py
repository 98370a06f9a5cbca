"""What does not fit together in one worker's settings, whatever the numbers are: AWS has no such thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queuesmith.common.queue_names import is_fifo
from queuesmith.rules.limits import EVENT_RULE_NAME_LENGTH
from queuesmith.rules.names import wrong_length
from queuesmith.rules.wording import shown
from queuesmith.settings.field_types import is_token
from queuesmith.settings.queue import DeadLetterQueueSettings, QueueSettings

if TYPE_CHECKING:
    from queuesmith.settings.producers import RuleProducer
    from queuesmith.settings.worker import WorkerSettings


@dataclass(frozen=True)
class Conflict:
    """Two settings of which a worker can have only one."""

    path: str
    """The key path of the one to change, below the worker."""
    text: str
    """A sentence that begins with that path."""


def worker_conflicts(worker: WorkerSettings) -> Iterator[Conflict]:
    """All that does not fit together."""
    yield from _existing_queue_conflicts(worker)
    yield from _producer_conflicts(worker)
    yield from _image_conflicts(worker)
    yield from _failure_conflicts(worker)


def _existing_queue_conflicts(worker: WorkerSettings) -> Iterator[Conflict]:
    if worker.existing_queue is None:
        return
    made = (
        ("queue", worker.queue != QueueSettings()),
        ("dead_letter_queue", worker.dead_letter_queue != DeadLetterQueueSettings()),
    )
    for key, given in made:
        if given:
            text = f"{key} is given beside existing_queue, which is there already. Give one of the two"
            yield Conflict(key, text)
    producers = worker.producers
    for key in ("topics", "rules", "buckets", "principals"):
        if getattr(producers, key):
            path = f"producers.{key}"
            text = f"{path} would change the policy of existing_queue, which is its owner's. Let the owner allow them"
            yield Conflict(path, text)


def _producer_conflicts(worker: WorkerSettings) -> Iterator[Conflict]:
    if worker.fifo and worker.producers.buckets:
        text = "producers.buckets: S3 cannot send to a FIFO queue. Take it out, or queue.fifo"
        yield Conflict("producers.buckets", text)
    for key, topic in worker.producers.topics.items():
        if worker.fifo and not is_token(topic.arn) and not is_fifo(topic.arn):
            path = f"producers.topics.{key}"
            text = f"{path}.arn is a standard topic's, which cannot send to a FIFO queue"
            yield Conflict(path, f"{text}. Name a FIFO topic, or take queue.fifo out")
        if topic.dead_letter_undelivered and not worker.fifo and not is_token(topic.arn) and is_fifo(topic.arn):
            path = f"producers.topics.{key}"
            text = f"{path}.dead_letter_undelivered needs a FIFO DLQ, as the topic is a FIFO one"
            yield Conflict(path, f"{text}. Take it out, or set queue.fifo to true")
    for key, rule in worker.producers.rules.items():
        path = f"producers.rules.{key}"
        for complaint in _rule_complaints(worker, rule, f"{worker.name}-{key}"):
            yield Conflict(path, f"{path}{complaint}")


def _rule_complaints(worker: WorkerSettings, rule: RuleProducer, name: str) -> Iterator[str]:
    if not is_token(name) and (complaint := wrong_length(name, EVENT_RULE_NAME_LENGTH)) is not None:
        yield f" gives a rule the name {shown(name)}, which {complaint}. Give it a shorter key"
    if worker.fifo and rule.message_group is None:
        yield ".message_group is missing: a FIFO queue takes no message without a group. Name one"
    if worker.fifo and not worker.queue.content_based_deduplication:
        yield " sends no deduplication id, which a FIFO queue wants. Set queue.content_based_deduplication to true"
    if not worker.fifo and rule.message_group is not None:
        yield ".message_group is for FIFO queues alone. Take it out, or set queue.fifo to true"
    if worker.fifo and rule.dead_letter_undelivered:
        yield (
            ".dead_letter_undelivered needs a standard DLQ, which is all that EventBridge takes for one, and a FIFO queue's is "
            "FIFO. Take it out, or queue.fifo"
        )
    if rule.schedule is not None and rule.event_bus != "default" and not is_token(rule.event_bus):
        yield ".event_bus is not the default one, but a schedule runs on that alone. Take event_bus out"


def _image_conflicts(worker: WorkerSettings) -> Iterator[Conflict]:
    function = worker.function
    if function.artifact.image is None:
        return
    if function.code_signing is not None:
        text = "function.code_signing is for zips, and function.artifact is an image. Take function.code_signing out"
        yield Conflict("function.code_signing", text)
    if function.layers:
        text = "function.layers are for zips, and function.artifact is an image. Put what they hold into the image"
        yield Conflict("function.layers", text)


def _failure_conflicts(worker: WorkerSettings) -> Iterator[Conflict]:
    if not worker.failures.dead_letter_at_once:
        return
    path = "failures.dead_letter_at_once"
    existing = worker.existing_queue
    if existing is not None and existing.dead_letter_queue_arn is None:
        text = f"{path} needs a DLQ, and existing_queue names none. Set existing_queue.dead_letter_queue_arn, or take it out"
        yield Conflict(path, text)
    if not worker.source.partial_batch_responses:
        text = (
            f"{path} deletes single messages, which source.partial_batch_responses = false does not: each try of the batch "
            "would send a copy more. Take one of the two out"
        )
        yield Conflict(path, text)
