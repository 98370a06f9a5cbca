"""A deployed worker: its queue, its DLQ, its mapping and its function, each asked for when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from queuesmith.aws.connection import Connection
from queuesmith.aws.queues import Queue, attributes, find_queue, redrive_target
from queuesmith.aws.refusals import is_denied
from queuesmith.common.errors import NotFoundError, UsageError
from queuesmith.common.queue_names import FIFO, is_fifo

if TYPE_CHECKING:
    from queuesmith.settings.loading import Environment


LATEST = "$LATEST"
"""The version that is the function's latest code, without a number."""


@dataclass(frozen=True)
class Names:
    """What is known of a worker before AWS is asked. Queues are names, URLs or ARNs, a function its name or ARN."""

    worker: str
    """What a person calls it."""
    environment: str | None = None
    queue: str | None = None
    """None: the one that the function's mapping reads."""
    dead_letter_queue: str | None = None
    """None: the one that the queue's redrive policy names."""
    function: str | None = None
    """None: the one that a mapping of the queue calls."""
    alias: str | None = None
    """The alias that the settings have the mapping call."""
    configuration: Environment | None = None
    """The environment's settings, where this is run in the project."""
    note: str = ""
    """What to say where something is not there."""


class Worker:
    """One worker as it is deployed. Properties raise NotFoundError for what is not there, and what boto3 raises."""

    def __init__(self, names: Names, connection: Connection) -> None:
        self.names, self.connection = names, connection

    @property
    def name(self) -> str:
        """What a person calls it: its key in `config/`, or its queue or function."""
        return self.names.worker

    @property
    def sqs(self) -> Any:
        """The SQS client."""
        return self.connection.client("sqs")

    @cached_property
    def queue(self) -> Queue:
        """The queue that it works off."""
        if not (self.names.queue or self.names.function):
            raise UsageError(f"Which queue {self.name} belongs to is not known. Name it: --queue")
        name = self.names.queue or str(self.mapping["EventSourceArn"])
        is_whole = "://" in name or is_fifo(name) or self.names.configuration is not None
        return self._found(name, *([] if is_whole else [f"{name}{FIFO}"]))

    @cached_property
    def dead_letter_queue(self) -> Queue:
        """The queue that keeps what keeps failing: the one named, or that of the redrive policy."""
        if self.names.dead_letter_queue:
            return self._found(self.names.dead_letter_queue)
        target = redrive_target(attributes(self.sqs, self.queue, ["RedrivePolicy"]))
        if target is None:
            raise NotFoundError(f"{self.queue.name} has no redrive policy, so it has no DLQ. Name one: --dlq")
        return self._found(target)

    @cached_property
    def mappings(self) -> list[dict[str, Any]]:
        """Every event source mapping of its queue, those of other functions included."""
        return self.list_mappings(EventSourceArn=self.queue.arn)

    @cached_property
    def mapping(self) -> dict[str, Any]:
        """The mapping between its queue and its function."""
        if self.names.queue is None and self.names.function is not None:
            function = self.names.function
            found = [each for each in self.list_mappings(FunctionName=function) if ":sqs:" in each.get("EventSourceArn", "")]
            what = f"The function {function} reads {'several queues' if found else 'no queue'}"
        else:
            found = [each for each in self.mappings if self._calls_ours(each)]
            what = (
                f"No event source mapping reads {self.queue.name}" if not found else f"Several mappings read {self.queue.name}"
            )
            if self.names.function:
                what = f"{what} for {self.names.function}"
        if len(found) == 1:
            return found[0]
        if not found:
            raise NotFoundError(f"{what}{self.names.note}")
        others = ", ".join(sorted(each.get("EventSourceArn", "") + " " + each.get("FunctionArn", "") for each in found))
        raise UsageError(f"{what}: {others}. Name both: --queue and --function")

    @cached_property
    def function_name(self) -> str:
        """The name of its function, without version or alias."""
        return function_name(self.names.function or str(self.mapping["FunctionArn"]))

    @cached_property
    def qualifier(self) -> str | None:
        """The alias or version of its function that the mapping calls; None: the function's latest code.

        If the mapping is not there or cannot be read: that of the function as it was named, or of the settings.
        """
        named = qualifier_of(self.names.function or "")
        if named is not None:
            return named
        try:
            return qualifier_of(str(self.mapping["FunctionArn"]))
        except (NotFoundError, UsageError):
            return self.names.alias
        except ClientError as error:
            if not is_denied(error):
                raise
            return self.names.alias

    @cached_property
    def function(self) -> dict[str, Any]:
        """The configuration of the function, as the mapping calls it."""
        return self.function_called(self.qualifier)

    def function_called(self, qualifier: str | None) -> dict[str, Any]:
        """The configuration of an alias or version of its function; None: of its latest code."""
        version = {"Qualifier": qualifier} if qualifier else {}
        functions = self.connection.client("lambda")
        found: dict[str, Any] = functions.get_function_configuration(FunctionName=self.function_name, **version)
        return found

    @property
    def log_group(self) -> str:
        """The name of the log group that the function writes to."""
        return log_group_name(self.function, self.function_name)

    def list_mappings(self, **arguments: str) -> list[dict[str, Any]]:
        """The event source mappings of an `EventSourceArn` or a `FunctionName`."""
        pages = self.connection.client("lambda").get_paginator("list_event_source_mappings").paginate(**arguments)
        return [mapping for page in pages for mapping in page.get("EventSourceMappings", [])]

    def setting(self, key: str) -> str:
        """The key of a setting with its file in `config/`, where this is run in the project; else the key alone."""
        if self.names.configuration is None:
            return key
        return f"workers.{self.name}.{key} in config/{self.names.environment}.toml"

    def _calls_ours(self, mapping: dict[str, Any]) -> bool:
        if self.names.function is None:
            return True
        return function_name(mapping.get("FunctionArn", "")) == function_name(self.names.function)

    def _found(self, *names: str) -> Queue:
        try:
            return find_queue(self.sqs, *names)
        except NotFoundError as error:
            raise NotFoundError(f"{error}{self.names.note}") from error


def log_group_name(configuration: Mapping[str, Any], function: str) -> str:
    """The name of the log group in a function's configuration."""
    return str(configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}")


def qualifier_of(name_or_arn: str) -> str | None:
    """`live` of `arn:aws:lambda:eu-central-1:111111111111:function:orders:live`; None if no alias or version is named."""
    fields = name_or_arn.split(":")
    position = 7 if fields[0] == "arn" else 3 if len(fields) > 2 else 1
    found = fields[position] if len(fields) > position else LATEST
    return None if found == LATEST else found


def function_name(name_or_arn: str) -> str:
    """`orders` of `arn:aws:lambda:eu-central-1:111111111111:function:orders:live`."""
    fields = name_or_arn.split(":")
    if len(fields) > 6 and fields[0] == "arn":
        return fields[6]
    return fields[2] if len(fields) > 2 else fields[0]
