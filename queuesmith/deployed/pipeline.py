"""A deployed worker as the rules' model, from the answers of AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from queuesmith.aws.queues import Queue as Found
from queuesmith.aws.queues import find_queue, redrive_target
from queuesmith.aws.worker import Worker, function_name
from queuesmith.deployed.addresses import Addresses
from queuesmith.deployed.alarms import alarms
from queuesmith.deployed.asking import asked, unread
from queuesmith.deployed.functions import function, log_group, reserved_concurrency
from queuesmith.deployed.keys import key
from queuesmith.deployed.mappings import consumers, mapping, maximum_concurrency, own_mapping, polls
from queuesmith.deployed.queues import queue, read_queue
from queuesmith.deployed.roles import role, role_name
from queuesmith.errors import NotFoundError
from queuesmith.rules import Function, Key, Known, LogGroup, Pipeline, Queue, Role, Unknown, defaults

T = TypeVar("T")


def pipeline(worker: Worker, today: date, wanted: Pipeline | None = None) -> Pipeline:
    """The worker as it is deployed. `wanted` is it as its settings have it, whose keys the messages then use.

    What the caller may not read is unknown. Raises NotFoundError where its queue, mapping or function is not there, UsageError
    where it is not known which is meant, and what boto3 raises but for refusals.
    """
    return _Reading(worker, wanted).pipeline(today)


class _Reading:
    """Asks for each part once."""

    def __init__(self, worker: Worker, wanted: Pipeline | None) -> None:
        self._worker, self._wanted = worker, wanted
        self._addresses = Addresses(wanted)
        self._client = worker.connection.client

    def pipeline(self, today: date) -> Pipeline:
        """All parts, put together."""
        own, dlq = self._queue(), self._dead_letter_queue()
        made = self._function()
        description = "" if isinstance(self._configuration, Unknown) else self._configuration.get("Description")
        return Pipeline(
            name=self._worker.name,
            queue=own,
            dead_letter_queue=own if isinstance(dlq, Queue) and dlq.arns == own.arns else dlq,
            function=made,
            mapping=mapping(self._mapping, self._called("mapping", self._uuid)),
            role=self._role(),
            log_group=self._log_group(),
            key=self._key(own),
            environment=self._worker.names.environment,
            texts={(made.address, "description"): description} if description else {},
            today=today,
            deployed=True,
            **self._alarms(dlq),
        )

    def _called(self, part: str, own: str) -> dict[str, Any]:
        return self._addresses.of(part, own)

    def _there(self, what: str, ask: Callable[[], T]) -> Known[T]:
        """The answer about something that must be there; unknown where the caller may not ask. Raises NotFoundError."""
        found = asked(f"the {what}", ask)
        if found is None:
            raise NotFoundError(f"There is no {what} in {self._worker.sqs.meta.region_name}{self._worker.names.note}")
        return found

    @cached_property
    def _found(self) -> Known[Found]:
        return self._there("queue", lambda: self._worker.queue)

    @cached_property
    def _attributes(self) -> Known[dict[str, str]]:
        found = self._found
        return found if isinstance(found, Unknown) else read_queue(self._worker.sqs, found)

    @cached_property
    def _mapping(self) -> Known[dict[str, Any]]:
        return self._there("mapping", lambda: own_mapping(self._worker))

    @cached_property
    def _of_queue(self) -> list[dict[str, Any]]:
        """Every mapping of the queue; none where the caller may not list them, which the own one then says."""
        found = None if isinstance(self._found, Unknown) else asked("the mappings", lambda: self._worker.mappings)
        return [] if found is None or isinstance(found, Unknown) else found

    @property
    def _uuid(self) -> str:
        return "mapping" if isinstance(self._mapping, Unknown) else str(self._mapping["UUID"])

    @cached_property
    def _function_name(self) -> Known[str]:
        named, own = self._worker.names.function, self._mapping
        if named is not None:
            return function_name(named)
        return own if isinstance(own, Unknown) else function_name(own["FunctionArn"])

    @cached_property
    def _configuration(self) -> Known[dict[str, Any]]:
        name = self._function_name
        return name if isinstance(name, Unknown) else self._there(f"function {name}", lambda: self._worker.function)

    def _queue(self) -> Queue:
        found, own = self._found, self._mapping
        if isinstance(found, Unknown):
            return unread(Queue, self._called("queue", self._worker.names.queue or self._worker.name), found)
        address = self._called("mapping", self._uuid)["address"]
        polling = () if isinstance(own, Unknown) else consumers(self._of_queue, own, address)
        wanted = None if self._wanted is None else self._wanted.queue
        return queue(found, self._attributes, self._called("queue", found.name), wanted, polling)

    def _dead_letter_queue(self) -> Known[Queue | None]:
        """The queue that the redrive policy names; without one, that of the settings or the command line."""
        read, sqs = self._attributes, self._worker.sqs
        if isinstance(read, Unknown):
            return read
        name = redrive_target(read) or self._worker.names.dead_letter_queue
        if name is None:
            return None
        try:
            found = asked("the dead-letter queue", lambda: find_queue(sqs, name))
        except NotFoundError:
            return None
        if found is None or isinstance(found, Unknown):
            return found
        return queue(found, read_queue(sqs, found), self._called("dead_letter_queue", found.name), None)

    def _function(self) -> Function:
        name, lambda_ = self._function_name, self._client("lambda")
        called = self._called("function", name if isinstance(name, str) else f"the function of {self._worker.name}")
        wanted = None if self._wanted is None else self._wanted.function
        if isinstance(name, Unknown):
            return function(name, name, called, wanted)
        callers = self._callers(name)
        configuration = self._configuration
        reserved = configuration if isinstance(configuration, Unknown) else reserved_concurrency(lambda_, name)
        if isinstance(callers, Unknown):
            return function(configuration, reserved, called, wanted)
        return function(
            configuration,
            reserved,
            called,
            wanted,
            concurrencies=tuple(maximum_concurrency(each) for each in callers if polls(each)),
            source_arns=tuple(dict.fromkeys(each.get("EventSourceArn", "") for each in callers)),
        )

    def _callers(self, name: str) -> Known[list[dict[str, Any]]]:
        """Every mapping that calls the function: Lambda lists those of an alias under the alias alone, but the queue's all."""
        found = asked("the function's mappings", lambda: self._worker.list_mappings(FunctionName=name))
        if isinstance(found, Unknown):
            return found
        ours = [each for each in self._of_queue if function_name(each.get("FunctionArn", "")) == name]
        return list({each["UUID"]: each for each in [*(found or ()), *ours]}.values())

    def _role(self) -> Known[Role]:
        configuration = self._configuration
        if isinstance(configuration, Unknown):
            return configuration
        name = role_name(configuration["Role"])
        return role(self._client("iam"), name, self._called("role", name))

    def _log_group(self) -> Known[LogGroup | None]:
        if isinstance(self._configuration, Unknown):
            return self._configuration
        name = self._worker.log_group
        return log_group(self._client("logs"), name, self._called("log_group", name))

    def _key(self, own: Queue) -> Known[Key | None]:
        kms_key = own.kms_key
        if kms_key is None or isinstance(kms_key, Unknown):
            return kms_key
        if kms_key.endswith(defaults.AWS_MANAGED_KEY):
            return None
        return key(self._client("kms"), kms_key, self._called("key", kms_key))

    def _alarms(self, dlq: Known[Queue | None]) -> dict[str, Any]:
        """The alarms on the parts, or why they are not known."""
        found, name = self._found, self._function_name
        if isinstance(found, Unknown) or isinstance(name, Unknown):
            return {"no_alarms": found if isinstance(found, Unknown) else name}
        parts = {("AWS/SQS", found.name): "queue", ("AWS/Lambda", name): "function"}
        if isinstance(dlq, Queue) and isinstance(dlq.name, str):
            parts.setdefault(("AWS/SQS", dlq.name), "dead_letter_queue")
        there = asked(
            "the alarms", lambda: alarms(self._worker, parts, lambda alarm: self._addresses.of_alarm(alarm, worker=name))
        )
        return {"no_alarms": there} if isinstance(there, Unknown) else {"alarms": there or ()}
