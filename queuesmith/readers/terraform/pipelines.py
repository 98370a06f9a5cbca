"""Reads every queue-to-Lambda pipeline of a Terraform file into the rules' model."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from queuesmith.readers.terraform.alarms import AlarmReader
from queuesmith.readers.terraform.document import Document, Resource
from queuesmith.readers.terraform.functions import FunctionReader, LogGroupReader, external_function, texts
from queuesmith.readers.terraform.kms_keys import KmsKeyReader
from queuesmith.readers.terraform.mappings import is_enabled, mapping, mappings_with_queues, maximum_concurrency
from queuesmith.readers.terraform.queues import QueueReader
from queuesmith.readers.terraform.resource_index import ROLE, ExternalResource, LookupResult, ResourceIndex, sqs_arns
from queuesmith.readers.terraform.roles import RoleReader
from queuesmith.readers.terraform.senders import pipes_that_poll
from queuesmith.readers.terraform.values import text
from queuesmith.rules import Function, MaybeUnknown, Pipeline, Unknown

_ENVIRONMENT_TAGS = ("environment", "env", "stage")


@dataclass(frozen=True)
class FilePipelines:
    """The pipelines of a file, and the resources that could not be assigned to one."""

    pipelines: list[Pipeline]
    unresolved: list[tuple[str, str]]
    """Addresses that may be part of a pipeline, and the reason why they could not be joined."""


@dataclass(frozen=True)
class _Pair:
    """A mapping with its queue and function."""

    mapping: Resource
    queue: Resource | ExternalResource
    function: LookupResult


def pipelines_in(document: Document, today: date, folder: Path | None = None) -> FilePipelines:
    """Return the pipelines of a file. `folder` is the folder with local zips. None: zips are not read."""
    index = ResourceIndex(document)
    unresolved = document.unread_modules
    pairs: list[_Pair] = []
    unresolved_functions: list[LookupResult] = []
    for resource, queue in mappings_with_queues(index):
        if isinstance(queue, Unknown):
            unresolved.append((resource.address, f"{queue.what} cannot be resolved to a queue or stream"))
            unresolved_functions.append(index.find_function(resource))
        else:
            pairs.append(_Pair(resource, queue, index.find_function(resource)))
    parts = _FileParts(index, pairs, unresolved_functions, today, folder)
    return FilePipelines([parts.pipeline(pair) for pair in pairs], unresolved)


class _FileParts:
    """Creates the parts of pipelines. Queues and functions need all mappings of the file."""

    def __init__(
        self, index: ResourceIndex, pairs: list[_Pair], unresolved: list[LookupResult], today: date, folder: Path | None
    ) -> None:
        """`unresolved` are the functions of mappings whose queue is not known."""
        self._index, self._document, self._today = index, index.document, today
        consumers: dict[str, list[str]] = defaultdict(list)
        self._callers: dict[str, list[_Pair]] = defaultdict(list)
        for pair in pairs:
            if is_enabled(pair.mapping):
                consumers[_identity(pair.queue)].append(pair.mapping.address)
            if isinstance(pair.function, Resource):
                self._callers[pair.function.address].append(pair)
            elif isinstance(pair.function, Unknown):
                unresolved.append(pair.function)
        for pipe, queue in pipes_that_poll(index):
            consumers[_identity(queue)].append(pipe.address)
        self._unresolved = {each.address for each in unresolved if isinstance(each, Resource)}
        self._all_known = not any(isinstance(each, Unknown) for each in unresolved)
        self._queues = QueueReader(index, {queue: tuple(those) for queue, those in consumers.items()})
        self._keys, self._roles = KmsKeyReader(index), RoleReader(index)
        self._functions, self._log_groups, self._alarms = (
            FunctionReader(index, folder),
            LogGroupReader(index),
            AlarmReader(index),
        )
        self._read_functions: dict[str, Function] = {}

    def pipeline(self, pair: _Pair) -> Pipeline:
        """Return the pipeline of a mapping."""
        function = self._function(pair)
        role: LookupResult = Unknown(f"the role of {function.address}")
        log_group = Unknown(f"the log group of {function.address}")
        if isinstance(pair.function, Resource):
            role = self._index.find(ROLE, pair.function, "role")
        dlq = self._queues.dead_letter_queue(pair.queue)
        waits: MaybeUnknown[bool | None] = None
        if isinstance(role, Resource):
            waits = self._roles.mapping_depends_on_policy(pair.mapping, role, sqs_arns(pair.queue))
        return Pipeline(
            name=pair.mapping.address,
            queue=self._queues.queue(pair.queue),
            dead_letter_queue=self._queues.queue(dlq) if isinstance(dlq, Resource | ExternalResource) else dlq,
            function=function,
            mapping=mapping(pair.mapping, self._index, waits),
            role=self._roles.role(role) if isinstance(role, Resource) else Unknown(f"the role of {function.address}"),
            log_group=self._log_groups.of(pair.function) if isinstance(pair.function, Resource) else log_group,
            kms_key=self._keys.of(pair.queue),
            alarms=self._alarms.alarms_on(_watched_parts(pair, dlq)),
            environment=self._environment(pair),
            texts=self._texts(pair),
            today=self._today,
        )

    def _function(self, pair: _Pair) -> Function:
        function = pair.function
        if not isinstance(function, Resource):
            name = function.value if isinstance(function, ExternalResource) else f"the function of {pair.mapping.address}"
            return external_function(name)
        if function.address not in self._read_functions:
            callers = self._callers[function.address]
            all_known = self._all_known and function.address not in self._unresolved
            self._read_functions[function.address] = self._functions.function(
                function,
                concurrencies=tuple(maximum_concurrency(each.mapping) for each in callers if is_enabled(each.mapping)),
                source_arns=tuple(arn for each in callers for arn in sqs_arns(each.queue)) if all_known else None,
            )
        return self._read_functions[function.address]

    def _tags(self, resource: Resource) -> dict[str, MaybeUnknown[str]]:
        every = texts(resource, resource.value("tags_all"), "tags_all")
        if every:
            return every
        default: dict[str, MaybeUnknown[str]] = {
            name: value for name, value in self._document.tags.items() if isinstance(value, str) and "${" not in value
        }
        return {**default, **texts(resource, resource.value("tags"), "tags")}

    def _environment(self, pair: _Pair) -> MaybeUnknown[str | None]:
        for resource in (pair.function, pair.queue, pair.mapping):
            if isinstance(resource, Resource):
                tags = {name.lower(): value for name, value in self._tags(resource).items()}
                for name in _ENVIRONMENT_TAGS:
                    if name in tags:
                        return tags[name]
        return None

    def _texts(self, pair: _Pair) -> dict[tuple[str, str], MaybeUnknown[str]]:
        texts_by_place: dict[tuple[str, str], MaybeUnknown[str]] = {}
        for resource in (pair.queue, pair.function):
            if isinstance(resource, Resource):
                texts_by_place |= {(resource.address, f"tags.{name}"): value for name, value in self._tags(resource).items()}
        if isinstance(pair.function, Resource) and isinstance(description := text(pair.function, "description"), str):
            texts_by_place[pair.function.address, "description"] = description
        return texts_by_place


def _identity(resource: Resource | ExternalResource) -> str:
    return resource.address if isinstance(resource, Resource) else resource.value


def _watched_parts(pair: _Pair, dlq: LookupResult) -> dict[str, Resource | ExternalResource]:
    """Return the resources that alarms can watch, by their role in the pipeline."""
    parts: dict[str, LookupResult] = {"queue": pair.queue, "dead_letter_queue": dlq, "function": pair.function}
    return {role: part for role, part in parts.items() if isinstance(part, Resource | ExternalResource)}
