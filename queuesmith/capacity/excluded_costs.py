"""What a worker can cost in addition to the items of `costs`: it is named once, so that a total does not look complete."""

from __future__ import annotations

from collections.abc import Iterator

from queuesmith.capacity.workload import Workload
from queuesmith.rules import LogGroup, Pipeline, Role, Unknown, defaults

_OWN_SERVICES = frozenset({"sqs", "logs", "xray", "kms", "ec2", "*"})
"""Services whose actions the role needs for the pipeline itself."""
_ALWAYS = (
    "producers (schedules, topics, rules, buckets)",
    "custom metrics",
    "data transfer and VPC endpoints",
    "what belongs to the environment and not to the worker (dashboard, KMS keys, alarm notifications)",
)


def not_included(pipeline: Pipeline, workload: Workload) -> list[str]:
    """Return what the cost of a pipeline does not include, as short texts."""
    return [*_queue(pipeline), *_function(pipeline), *_logs(pipeline), _calls(pipeline, workload), *_ALWAYS]


def _queue(pipeline: Pipeline) -> Iterator[str]:
    queue = pipeline.queue
    if queue.fair is None and queue.fifo is not True:
        yield "the surcharge of a fair queue, if messages have group IDs (--try queue.fair=true)"
    if isinstance(queue.kms_key, Unknown):
        yield "KMS requests of the queue, if it has a KMS key"
    if isinstance(pipeline.alarms, Unknown):
        yield "alarms, which are unknown"


def _function(pipeline: Pipeline) -> Iterator[str]:
    function = pipeline.function
    storage = function.ephemeral_storage
    if not isinstance(storage, Unknown) and storage > defaults.EPHEMERAL_STORAGE:
        yield f"ephemeral storage above {defaults.EPHEMERAL_STORAGE} MB"
    options = {
        "SnapStart": function.snap_start,
        "Lambda Managed Instances": function.managed_instances,
        "durable executions": function.durable_timeout,
        "file systems": function.file_systems,
    }
    yield from (name for name, value in options.items() if value and not isinstance(value, Unknown))


def _logs(pipeline: Pipeline) -> Iterator[str]:
    group = pipeline.log_group
    if not isinstance(group, LogGroup) or isinstance(group.retention, Unknown):
        yield "log storage, because the retention is unknown"
    elif not group.retention:
        yield "log storage, because log lines never expire"


def _calls(pipeline: Pipeline, workload: Workload) -> str:
    """The handler's requests to other services: those that its role allows."""
    text = "the handler's other requests" if workload.table_writes else "the handler's requests"
    if not isinstance(pipeline.role, Role):
        return f"{text} to AWS services"
    actions = [action for each in pipeline.role.statements if each.allows for action in each.actions]
    services = sorted({action.partition(":")[0].lower() for action in actions} - _OWN_SERVICES)
    hint = " (--writes adds DynamoDB writes)" if "dynamodb" in services and not workload.table_writes else ""
    return f"{text} to {', '.join(services) or 'AWS services'}{hint}"
