"""Reads a deployed worker from AWS into the rules' model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from queuesmith.aws.queues import DeployedQueue, dead_letter_target, find_queue
from queuesmith.aws.worker import DeployedWorker, function_name, log_group_name, qualifier_of
from queuesmith.common.errors import NotFoundError
from queuesmith.readers.deployed.alarms import alarms_of
from queuesmith.readers.deployed.functions import function_of, function_policy, log_group_of, reserved_concurrency
from queuesmith.readers.deployed.kms_keys import key_of
from queuesmith.readers.deployed.mappings import consumers, mapping_of, maximum_concurrency, own_mapping, polls
from queuesmith.readers.deployed.part_identity import Identities
from queuesmith.readers.deployed.queues import queue_attributes, queue_of
from queuesmith.readers.deployed.roles import role_name, role_of
from queuesmith.readers.deployed.unknown_responses import call_or_unknown, if_known
from queuesmith.rules import Alarm, Function, KmsKey, LogGroup, MaybeUnknown, Pipeline, Queue, Role, Unknown, defaults
from queuesmith.rules.part import part_with_unknown_fields

T = TypeVar("T")


def deployed_pipeline(worker: DeployedWorker, today: date, expected: Pipeline | None = None) -> Pipeline:
    """Return the deployed worker. Values that the caller is not allowed to read are unknown.

    `expected` is the worker as its settings describe it. If it is given, messages use the keys of the settings.

    Raises NotFoundError if the queue, mapping or function does not exist, UsageError if it is not clear which one is meant, and
    boto3's errors, except for denied access.
    """
    return _DeployedParts(worker, expected).pipeline(today)


class _DeployedParts:
    """Requests each part from AWS once. Properties are AWS's responses, and methods convert them into parts of the model."""

    def __init__(self, worker: DeployedWorker, expected: Pipeline | None) -> None:
        self._worker, self._client = worker, worker.connection.client
        self._identities = Identities(expected)
        self._expected_queue = None if expected is None else expected.queue
        self._expected_function = None if expected is None else expected.function

    def pipeline(self, today: date) -> Pipeline:
        """Return the pipeline with all parts."""
        queue, dead_letter_queue, function = self._queue(), self._dead_letter_queue(), self._function()
        is_its_own = isinstance(dead_letter_queue, Queue) and dead_letter_queue.arns == queue.arns
        description = if_known(self._function_configuration, lambda configuration: configuration.get("Description"))
        return Pipeline(
            name=self._worker.name,
            queue=queue,
            dead_letter_queue=queue if is_its_own else dead_letter_queue,
            function=function,
            mapping=mapping_of(self._mapping_configuration, self._identities.of("mapping", self._mapping_name)),
            role=self._role(),
            log_group=self._log_group(),
            kms_key=self._key(queue),
            environment=self._worker.names.environment,
            texts={(function.address, "description"): description} if isinstance(description, str) and description else {},
            today=today,
            deployed=True,
            alarms=self._alarms(dead_letter_queue),
        )

    @cached_property
    def _deployed_queue(self) -> MaybeUnknown[DeployedQueue]:
        return self._required("queue", lambda: self._worker.queue)

    @cached_property
    def _attributes(self) -> MaybeUnknown[dict[str, str]]:
        return if_known(self._deployed_queue, lambda queue: queue_attributes(self._worker.sqs, queue))

    @cached_property
    def _mapping_configuration(self) -> MaybeUnknown[dict[str, Any]]:
        return self._required("mapping", lambda: own_mapping(self._worker))

    @property
    def _mapping_name(self) -> str:
        return "mapping" if isinstance(self._mapping_configuration, Unknown) else str(self._mapping_configuration["UUID"])

    @cached_property
    def _mappings_of_queue(self) -> list[dict[str, Any]]:
        """Return every mapping of the queue. Empty if the caller is not allowed to list them: the mapping is unknown then."""
        mappings = if_known(self._deployed_queue, lambda _: call_or_unknown("the mappings", lambda: self._worker.mappings))
        return [] if mappings is None or isinstance(mappings, Unknown) else mappings

    @cached_property
    def _function_name(self) -> MaybeUnknown[str]:
        name = self._worker.names.function
        if name is not None:
            return function_name(name)
        return if_known(self._mapping_configuration, lambda mapping: function_name(mapping["FunctionArn"]))

    @cached_property
    def _qualifier(self) -> MaybeUnknown[str | None]:
        """Return the alias or version that the mapping calls. If the mapping cannot be read, it is taken from the settings."""
        qualifier, mapping = qualifier_of(self._worker.names.function or ""), self._mapping_configuration
        if qualifier is not None:
            return qualifier
        if isinstance(mapping, Unknown):
            return mapping if self._worker.names.configuration is None else self._worker.names.alias
        return qualifier_of(mapping["FunctionArn"])

    @cached_property
    def _function_configuration(self) -> MaybeUnknown[dict[str, Any]]:
        return if_known(
            self._function_name, lambda name: if_known(self._qualifier, lambda version: self._version(name, version))
        )

    def _version(self, name: str, qualifier: str | None) -> MaybeUnknown[dict[str, Any]]:
        qualified_name = f"{name}:{qualifier}" if qualifier else name
        return self._required(f"function {qualified_name}", lambda: self._worker.function_configuration(qualifier))

    def _required(self, what: str, request: Callable[[], T]) -> MaybeUnknown[T]:
        """Return the response about a resource that must exist. Unknown if the caller lacks the permission.

        Raises NotFoundError if the resource does not exist.
        """
        response = call_or_unknown(f"the {what}", request)
        if response is None:
            raise NotFoundError(f"There is no {what} in {self._worker.sqs.meta.region_name}{self._worker.names.note}")
        return response

    def _queue(self) -> Queue:
        queue = self._deployed_queue
        if isinstance(queue, Unknown):
            identity = self._identities.of("queue", self._worker.names.queue or self._worker.name)
            return part_with_unknown_fields(Queue, queue, **identity)
        identity = self._identities.of("queue", queue.name)
        return queue_of(queue, self._attributes, identity, self._expected_queue, self._consumers())

    def _consumers(self) -> tuple[str, ...]:
        own = self._mapping_configuration
        if isinstance(own, Unknown):
            return ()
        return consumers(self._mappings_of_queue, own, self._identities.of("mapping", self._mapping_name)["address"])

    def _dead_letter_queue(self) -> MaybeUnknown[Queue | None]:
        """Return the DLQ that the redrive policy names, or else the one in the settings or the command line."""
        attributes, sqs = self._attributes, self._worker.sqs
        if isinstance(attributes, Unknown):
            return attributes
        name = dead_letter_target(attributes) or self._worker.names.dead_letter_queue
        if name is None:
            return None
        try:
            queue = call_or_unknown("the dead-letter queue", lambda: find_queue(sqs, name))
        except NotFoundError:
            return None
        if queue is None or isinstance(queue, Unknown):
            return queue
        return queue_of(queue, queue_attributes(sqs, queue), self._identities.of("dead_letter_queue", queue.name), None)

    def _function(self) -> Function:
        name, expected = self._function_name, self._expected_function
        if isinstance(name, Unknown):
            return function_of(name, name, self._identities.of("function", f"the function of {self._worker.name}"), expected)
        configuration, identity = self._function_configuration, self._identities.of("function", name)
        callers = self._callers(name)
        reserved = if_known(configuration, lambda _: reserved_concurrency(self._client("lambda"), name))
        policy = if_known(
            self._qualifier,
            lambda version: if_known(configuration, lambda _: function_policy(self._client("lambda"), name, version)),
        )
        if isinstance(callers, Unknown):
            return function_of(configuration, reserved, identity, expected, policy=policy)
        return function_of(
            configuration,
            reserved,
            identity,
            expected,
            policy=policy,
            concurrencies=tuple(maximum_concurrency(each) for each in callers if polls(each)),
            source_arns=tuple(dict.fromkeys(each.get("EventSourceArn", "") for each in callers)),
        )

    def _callers(self, name: str) -> MaybeUnknown[list[dict[str, Any]]]:
        """Return every mapping that calls the function. Lambda lists mappings to an alias only by alias, or by their queue."""
        names = [name, *([f"{name}:{self._qualifier}"] if isinstance(self._qualifier, str) else [])]
        mappings = call_or_unknown(
            "the function's mappings",
            lambda: [each for called in names for each in self._worker.list_mappings(FunctionName=called)],
        )
        if isinstance(mappings, Unknown):
            return mappings
        ours = [each for each in self._mappings_of_queue if function_name(each.get("FunctionArn", "")) == name]
        return list({each["UUID"]: each for each in [*(mappings or ()), *ours]}.values())

    def _role(self) -> MaybeUnknown[Role]:
        arn = if_known(self._function_configuration, lambda configuration: str(configuration["Role"]))
        return if_known(arn, lambda role: role_of(self._client("iam"), role, self._identities.of("role", role_name(role))))

    def _log_group(self) -> MaybeUnknown[LogGroup | None]:
        name = if_known(
            self._function_configuration, lambda configuration: log_group_name(configuration, self._worker.function_name)
        )
        return if_known(name, lambda known: log_group_of(self._client("logs"), known, self._identities.of("log_group", known)))

    def _key(self, queue: Queue) -> MaybeUnknown[KmsKey | None]:
        kms_key = queue.kms_key
        if kms_key is None or isinstance(kms_key, Unknown):
            return kms_key
        if kms_key.endswith(defaults.AWS_MANAGED_KEY):
            return None
        return key_of(self._client("kms"), kms_key, self._identities.of("key", kms_key))

    def _alarms(self, dead_letter_queue: MaybeUnknown[Queue | None]) -> MaybeUnknown[tuple[Alarm, ...]]:
        """Return the alarms on the parts."""
        queue, function = self._deployed_queue, self._function_name
        if isinstance(queue, Unknown):
            return queue
        if isinstance(function, Unknown):
            return function
        parts = {("AWS/SQS", queue.name): "queue", ("AWS/Lambda", function): "function"}
        if isinstance(dead_letter_queue, Queue) and isinstance(dead_letter_queue.name, str):
            parts.setdefault(("AWS/SQS", dead_letter_queue.name), "dead_letter_queue")
        found = call_or_unknown(
            "the alarms",
            lambda: alarms_of(self._worker, parts, lambda alarm: self._identities.of_alarm(alarm, worker=function)),
        )
        return found or ()
