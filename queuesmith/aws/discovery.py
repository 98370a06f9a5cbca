"""Finds workers by the names that a user gives: in a project by `config/`, otherwise by tags, otherwise by resource names.

No state file is read. Names follow from the settings, and every resource of the stack has the tags `environment` and `worker`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from queuesmith.aws.connection import Connection
from queuesmith.aws.queues import region_of
from queuesmith.aws.worker import DeployedWorker, WorkerNames, function_name
from queuesmith.common.errors import NotFoundError, UsageError
from queuesmith.common.queue_names import FIFO
from queuesmith.settings.project import CONFIGURATION, is_project, load_configuration

if TYPE_CHECKING:
    from queuesmith.settings import WorkerSettings
    from queuesmith.settings.loading import Environment

_TYPES = ("sqs:queue", "lambda:function")


@dataclass(frozen=True)
class Selection:
    """What the user named: an environment and optionally one of its workers, or a queue or function directly."""

    environment: str | None = None
    worker: str | None = None
    queue: str | None = None
    dead_letter_queue: str | None = None
    function: str | None = None
    connection: Connection = field(default_factory=Connection)

    @property
    def is_direct(self) -> bool:
        """Whether a queue or a function is named instead of an environment."""
        return bool(self.queue or self.function or self.dead_letter_queue)


def find_workers(selection: Selection) -> list[DeployedWorker]:
    """Find the selected workers, sorted by name. If no worker is named, all workers of the environment are returned.

    Raises UsageError if nothing is named or the names contradict each other, and NotFoundError if a worker does not exist.
    """
    if selection.is_direct:
        return [_direct(selection)]
    if selection.environment is None:
        raise UsageError("Specify an environment, for example dev, or a queue: --queue NAME")
    configured = _configured(selection.environment)
    if configured is not None:
        return _from_settings(selection, configured)
    return _from_aws(selection)


def find_worker(selection: Selection) -> DeployedWorker:
    """Find the one selected worker. Raises UsageError if the environment has several."""
    workers = find_workers(selection)
    if len(workers) > 1:
        names = ", ".join(worker.name for worker in workers)
        raise UsageError(f"{selection.environment} has several workers: {names}. Specify one: {selection.environment} WORKER")
    return workers[0]


def _direct(selection: Selection) -> DeployedWorker:
    if selection.environment is not None:
        raise UsageError("Specify either an environment, or --queue, --dlq and --function")
    queue, function, dlq = selection.queue, selection.function, selection.dead_letter_queue
    worker = (queue or function or dlq or "").rsplit("/", 1)[-1]
    name = function_name(worker) if worker == function else worker.rsplit(":", 1)[-1]
    connection = selection.connection
    regions = sorted(filter(None, {connection.region, *(region_of(each) for each in (queue, function, dlq) if each)}))
    if len(regions) > 1:
        raise UsageError(f"The options contain several regions: {', '.join(regions)}. Specify one")
    if regions:
        connection = connection.in_region(regions[0])
    return DeployedWorker(WorkerNames(name, queue=queue, dead_letter_queue=dlq, function=function), connection)


def _configured(name: str) -> Environment | None:
    """The environment in `config/`; None if this is not a project or the environment's settings are invalid.

    Raises UsageError if the project has no such environment.
    """
    if not is_project():
        return None
    configuration = load_configuration([name])
    if not (CONFIGURATION / f"{name}.toml").is_file():
        raise UsageError("\n".join(configuration.problems))
    return configuration.environments.get(name)  # an error in the settings does not prevent access to the queue


def _from_settings(selection: Selection, environment: Environment) -> list[DeployedWorker]:
    settings = environment.settings
    if selection.worker is not None and selection.worker not in settings.workers:
        workers = ", ".join(settings.workers)
        raise UsageError(f'{settings.environment} has no worker "{selection.worker}". Its workers are: {workers}')
    connection = selection.connection.in_region(settings.region)
    accounts = ", ".join(settings.allowed_account_ids)
    owner = f" The settings name account {accounts}" if accounts else ""
    note = f". Is {settings.environment} deployed in this account and Region?{owner}"
    return [
        DeployedWorker(_names(settings.environment, key, worker, environment, note), connection)
        for key, worker in sorted(settings.workers.items())
        if selection.worker in (None, key)
    ]


def _names(environment: str, key: str, worker: WorkerSettings, configuration: Environment, note: str) -> WorkerNames:
    existing = worker.existing_queue
    return WorkerNames(
        key,
        environment,
        queue=existing.arn if existing else worker.queue_name,
        dead_letter_queue=existing.dead_letter_queue_arn if existing else worker.dead_letter_name,
        function=worker.name,
        alias=worker.function.alias,
        configuration=configuration,
        note=note,
    )


def _from_aws(selection: Selection) -> list[DeployedWorker]:
    """Find workers by their tags. If the caller is not allowed to read tags, find the worker by its name."""
    from botocore.exceptions import ClientError

    from queuesmith.aws.boto_errors import is_access_denied, is_unknown_action

    environment, connection = str(selection.environment), selection.connection
    workers: dict[str, WorkerNames] = {}
    try:
        workers = _by_tags(selection)
    except ClientError as error:
        if selection.worker is None or not (is_access_denied(error) or is_unknown_action(error)):
            raise
    if not workers and selection.worker is not None:
        name = f"{environment}-{selection.worker}"
        workers = {selection.worker: WorkerNames(selection.worker, environment, queue=name, function=name)}
    if not workers:
        region = connection.client("sqs").meta.region_name
        raise NotFoundError(
            f"No resource in {region} has the tag environment={environment}. Specify another environment or region, or the "
            "queue: --queue NAME"
        )
    return [DeployedWorker(names, connection) for _, names in sorted(workers.items())]


def _by_tags(selection: Selection) -> dict[str, WorkerNames]:
    """The workers among the tagged resources. Raises UsageError if two have the same tags. Other errors are boto3's."""
    parts: dict[str, list[str]] = {}
    for arn, tags in _tagged(selection):
        parts.setdefault(tags.get("worker", ""), []).append(arn)
    parts.pop("", None)
    return {worker: _of_arns(worker, selection.environment, arns) for worker, arns in parts.items()}


def _tagged(selection: Selection) -> Iterator[tuple[str, dict[str, str]]]:
    filters: list[dict[str, Any]] = [{"Key": "environment", "Values": [selection.environment]}]
    if selection.worker is not None:
        filters.append({"Key": "worker", "Values": [selection.worker]})
    pages = selection.connection.client("resourcegroupstaggingapi").get_paginator("get_resources")
    for page in pages.paginate(TagFilters=filters, ResourceTypeFilters=list(_TYPES)):
        for resource in page["ResourceTagMappingList"]:
            yield resource["ResourceARN"], {tag["Key"]: tag["Value"] for tag in resource["Tags"]}


def _of_arns(worker: str, environment: str | None, arns: list[str]) -> WorkerNames:
    """The names of a worker from the resources with its tags. The DLQ's name ends in -dlq; existing queues have no tags.

    The DLQ is read from the queue's redrive policy later. Raises UsageError if two resources of a type have the same tags.
    """
    functions = sorted(arn for arn in arns if ":lambda:" in arn)
    queues = sorted(arn for arn in arns if ":sqs:" in arn)
    live = [arn for arn in queues if not arn.removesuffix(FIFO).endswith("-dlq")]
    for several in (functions, live):
        if len(several) > 1:
            tags = f"environment={environment} and worker={worker}"
            raise UsageError(
                f"Several resources have the tags {tags}: {', '.join(several)}. Specify one: --queue or --function"
            )
    return WorkerNames(
        worker,
        environment,
        queue=live[0] if live else None,
        function=function_name(functions[0]) if functions else None,
    )
