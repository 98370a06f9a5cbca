import re

from queuesmith.rules.authoring import Pipeline, Problems, Queue, Rule, for_both_queues, known, limits
from queuesmith.rules.resource_names import length_complaint, name_problem

_NAME = re.compile(r"[A-Za-z0-9_-]+")

RULE = Rule(
    "QL011",
    "the queue must have a name that SQS accepts",
    limit=f"{limits.QUEUE_NAME_LENGTH}: A–Z, a–z, 0–9, _ and -, and .fifo at the end of the name of a FIFO queue",
    reason="SQS rejects other names. The suffix must match the queue's type.",
    remedy="Choose another name.",
    documentation=limits.CREATE_QUEUE,
    enforced_by_aws=True,
)


def check(pipeline: Pipeline) -> Problems:
    yield from for_both_queues(lambda queue: _check_name(queue, pipeline))(pipeline)


def _check_name(queue: Queue, pipeline: Pipeline) -> Problems:
    name, fifo = known(queue.name), known(queue.fifo)
    if name is not None and (complaint := _name_complaint(name, fifo=fifo)):
        yield name_problem(pipeline, queue, name, complaint, limits.QUEUE_NAME_LENGTH)


def _name_complaint(name: str, *, fifo: bool) -> str | None:
    base = name.removesuffix(".fifo")
    if (complaint := length_complaint(name, limits.QUEUE_NAME_LENGTH)) is not None:
        return complaint
    if fifo and base == name:
        return "does not end in .fifo, although the queue is a FIFO queue"
    if not fifo and base != name:
        return "ends in .fifo, although the queue is a standard queue"
    if not base:
        return "has nothing before .fifo"
    if not _NAME.fullmatch(base):
        return "has characters other than letters, digits, hyphens and underscores"
    return None
