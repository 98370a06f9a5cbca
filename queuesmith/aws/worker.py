"""A deployed worker: its queue, its DLQ, its event source mapping and its function. Each is read when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import is_access_denied
from queuesmith.aws.connection import Connection
from queuesmith.aws.queues import DeployedQueue, dead_letter_target, find_queue, read_attributes, region_of
from queuesmith.common.errors import NotFoundError, UsageError
from queuesmith.common.queue_names import FIFO, is_fifo

if TYPE_CHECKING:
    from queuesmith.settings.loading import Environment


LATEST = "$LATEST"
"""The version that stands for the function's latest code."""


@dataclass(frozen=True)
class WorkerNames:
    """What is known about a worker without calling AWS. Queues are names, URLs or ARNs; a function is a name or an ARN."""

    worker: str
    """Its key in `config/`, or the name that the user gave."""
    environment: str | None = None
    queue: str | None = None
    """None: the queue that the function's event source mapping reads."""
    dead_letter_queue: str | None = None
    """None: the queue in the redrive policy."""
    function: str | None = None
    """None: the function that an event source mapping of the queue invokes."""
    alias: str | None = None
    """The alias that the event source mapping invokes, according to the settings."""
    configuration: Environment | None = None
    """The environment's settings, if the command runs in the project."""
    note: str = ""
    """A hint for errors about missing resources."""


class DeployedWorker:
    """One deployed worker. Properties raise NotFoundError for missing resources. Other errors are boto3's."""

    def __init__(self, names: WorkerNames, connection: Connection) -> None:
        self.names, self.connection = names, connection

    @property
    def name(self) -> str:
        """Its key in `config/`, or the name of its queue or function."""
        return self.names.worker

    @property
    def has_settings(self) -> bool:
        """Whether the project's settings describe the worker. Otherwise it was found by its tags or by names."""
        return self.names.configuration is not None

    @property
    def sqs(self) -> Any:
        """The SQS client."""
        return self.connection.client("sqs")

    @cached_property
    def queue(self) -> DeployedQueue:
        """The queue that the worker consumes."""
        if not (self.names.queue or self.names.function):
            raise UsageError(f"The queue of {self.name} is unknown. Specify it: --queue NAME")
        name = self.names.queue or str(self.mapping["EventSourceArn"])
        is_whole = "://" in name or is_fifo(name) or self.has_settings
        return self._find(name, *([] if is_whole else [f"{name}{FIFO}"]))

    @cached_property
    def dead_letter_queue(self) -> DeployedQueue:
        """The DLQ: the one that was named, or the one in the redrive policy."""
        if self.names.dead_letter_queue:
            return self._find(self.names.dead_letter_queue)
        target = dead_letter_target(read_attributes(self.sqs, self.queue, ["RedrivePolicy"]))
        if target is None:
            raise NotFoundError(f"{self.queue.name} has no redrive policy, so it has no DLQ. Specify one: --dlq NAME")
        return self._find(target)

    @cached_property
    def mappings(self) -> list[dict[str, Any]]:
        """All event source mappings of the queue, including those of other functions."""
        return self.list_mappings(EventSourceArn=self.queue.arn)

    @cached_property
    def mapping(self) -> dict[str, Any]:
        """The event source mapping between the queue and the function."""
        if self.names.queue is None and self.names.function is not None:
            function = self.names.function
            mappings = [each for each in self.list_mappings(FunctionName=function) if ":sqs:" in each.get("EventSourceArn", "")]
            subject, suffix = f'The function "{function}"', ""
        else:
            mappings = [each for each in self.mappings if self._invokes_own_function(each)]
            subject, suffix = self.queue.name, f" to {self.names.function}" if self.names.function else ""
        if len(mappings) == 1:
            return mappings[0]
        if not mappings:
            raise NotFoundError(f"{subject} has no event source mapping{suffix}{self.names.note}")
        others = ", ".join(sorted(f"{each.get('EventSourceArn')} {each.get('FunctionArn')}" for each in mappings))
        raise UsageError(f"{subject} has several event source mappings{suffix}: {others}. Specify one: --queue and --function")

    @cached_property
    def function_name(self) -> str:
        """The function's name without version or alias."""
        return function_name(self.names.function or str(self.mapping["FunctionArn"]))

    @cached_property
    def qualifier(self) -> str | None:
        """The alias or version that the event source mapping invokes; None: the function's latest code.

        If the mapping is missing or not readable: the one in the function's name, or in the settings.
        """
        named = qualifier_of(self.names.function or "")
        if named is not None:
            return named
        try:
            return qualifier_of(str(self.mapping["FunctionArn"]))
        except (NotFoundError, UsageError):
            return self.names.alias
        except ClientError as error:
            if not is_access_denied(error):
                raise
            return self.names.alias

    @cached_property
    def function(self) -> dict[str, Any]:
        """The function's configuration for the alias or version that the event source mapping invokes."""
        return self.function_configuration(self.qualifier)

    def function_configuration(self, qualifier: str | None) -> dict[str, Any]:
        """The function's configuration for an alias or version; None: for its latest code."""
        version = {"Qualifier": qualifier} if qualifier else {}
        functions = self.connection.client("lambda")
        configuration: dict[str, Any] = functions.get_function_configuration(FunctionName=self.function_name, **version)
        return configuration

    @property
    def log_group(self) -> str:
        """The name of the function's log group."""
        return log_group_name(self.function, self.function_name)

    def list_mappings(self, **arguments: str) -> list[dict[str, Any]]:
        """The event source mappings of an `EventSourceArn` or a `FunctionName`."""
        pages = self.connection.client("lambda").get_paginator("list_event_source_mappings").paginate(**arguments)
        return [mapping for page in pages for mapping in page.get("EventSourceMappings", [])]

    def find_destination(self, name: str) -> tuple[DeployedQueue, Any]:
        """Another queue, and the client for it: None if the worker's client reaches it, another if it is in another region.

        Raises NotFoundError if it does not exist. Other errors are boto3's.
        """
        region = region_of(name)
        if region in (None, self.sqs.meta.region_name):
            return find_queue(self.sqs, name), None
        client = replace(self.connection, region=region, _clients={}).client("sqs")
        return find_queue(client, name), client

    def setting(self, key: str) -> str:
        """A settings key with its file in `config/`, if the command runs in the project; otherwise only the key."""
        if not self.has_settings:
            return key
        return f"workers.{self.name}.{key} in config/{self.names.environment}.toml"

    def _invokes_own_function(self, mapping: dict[str, Any]) -> bool:
        if self.names.function is None:
            return True
        return function_name(mapping.get("FunctionArn", "")) == function_name(self.names.function)

    def _find(self, *names: str) -> DeployedQueue:
        try:
            return find_queue(self.sqs, *names)
        except NotFoundError as error:
            raise NotFoundError(f"{error}{self.names.note}") from error


def log_group_name(configuration: Mapping[str, Any], function: str) -> str:
    """The name of the log group in a function's configuration."""
    return str(configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}")


def qualifier_of(name_or_arn: str) -> str | None:
    """`live` in `arn:aws:lambda:eu-central-1:111111111111:function:orders:live`; None if no alias or version is named."""
    fields = name_or_arn.split(":")
    position = 7 if fields[0] == "arn" else 3 if len(fields) > 2 else 1
    qualifier = fields[position] if len(fields) > position else LATEST
    return None if qualifier == LATEST else qualifier


def function_name(name_or_arn: str) -> str:
    """`orders` in `arn:aws:lambda:eu-central-1:111111111111:function:orders:live`."""
    fields = name_or_arn.split(":")
    if len(fields) > 6 and fields[0] == "arn":
        return fields[6]
    return fields[2] if len(fields) > 2 else fields[0]
