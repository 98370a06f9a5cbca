"""Every queue-to-Lambda pipeline of a Terraform file, as the rules see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from queuesmith.rules import Dialect, Function, Known, Mapping, Pipeline, Pollers, Unknown
from queuesmith.rules.source_rules import STREAM_OPTIONS
from queuesmith.terraform import functions
from queuesmith.terraform.alarms import Alarms
from queuesmith.terraform.document import Document, Resource
from queuesmith.terraform.joining import MAPPING, QUEUE, ROLE, Elsewhere, Found, Join, arns_of
from queuesmith.terraform.queues import Queues
from queuesmith.terraform.reading import count, flag, number, raw, text, with_default
from queuesmith.terraform.roles import Roles

ENVIRONMENT_TAGS = ("environment", "env", "stage")


@dataclass
class Reading:
    """What a file holds."""

    pipelines: list[Pipeline] = field(default_factory=list)
    not_followed: list[tuple[str, str]] = field(default_factory=list)
    """Addresses that may be part of a pipeline, and why they could not be joined."""


@dataclass(frozen=True)
class _Pair:
    """A mapping with what it joins."""

    mapping: Resource
    queue: Resource | Elsewhere
    function: Found


def read(document: Document, today: date, folder: Path | None = None) -> Reading:
    """The pipelines of a file. `folder` is where local zips are looked for, if anywhere."""
    return _Reader(document, today, folder).read()


class _Reader:
    def __init__(self, document: Document, today: date, folder: Path | None) -> None:
        self._document, self._today, self._folder = document, today, folder
        self._join = Join(document)
        self._queues, self._roles, self._alarms = Queues(self._join), Roles(self._join), Alarms(self._join)

    def read(self) -> Reading:
        """Join every mapping, then make the parts, which know of all mappings."""
        reading = Reading()
        reading.not_followed += [(name, "its resources are not in this file") for name in self._document.opaque]
        pairs: list[_Pair] = []
        for mapping in self._document.of_type(MAPPING):
            queue = self._source(mapping)
            if isinstance(queue, Unknown):
                reading.not_followed.append((mapping.address, f"{queue.what} cannot be followed to a queue or stream"))
            elif queue is not None:
                pairs.append(_Pair(mapping, queue, self._join.function(mapping)))
        reading.pipelines = [self._pipeline(pair, pairs) for pair in pairs]
        return reading

    def _source(self, mapping: Resource) -> Known[Resource | Elsewhere | None]:
        """The queue of a mapping; None where it reads something else."""
        found = self._join.find(QUEUE, mapping, "event_source_arn")
        if isinstance(found, Elsewhere):
            return found if ":sqs:" in found.value else None
        targets = mapping.targets("event_source_arn")
        if isinstance(found, Unknown) and targets.complete and targets.found and not targets.of(QUEUE):
            return None
        return found

    def _pipeline(self, pair: _Pair, pairs: list[_Pair]) -> Pipeline:
        same_queue = [p for p in pairs if _same(p.queue, pair.queue)]
        consumers = tuple(p.mapping.address for p in same_queue if flag(p.mapping, "enabled") is not False)
        found = pair.function
        role = self._join.find(ROLE, found, "role") if isinstance(found, Resource) else found
        function = self._function(pair, found, [p for p in pairs if _same(p.function, found)])
        dlq = self._queues.dead_letter_queue(pair.queue)
        outside = Unknown(f"{function.address}, which is outside the file")
        return Pipeline(
            name=pair.mapping.address,
            queue=self._queues.queue(pair.queue, consumers),
            dead_letter_queue=dlq,
            function=function,
            mapping=_mapping(pair.mapping, self._waits(pair.mapping, role)),
            role=self._roles.role(role) if isinstance(role, Resource) else Unknown(f"the role of {function.address}"),
            log_group=functions.log_group(found, self._join) if isinstance(found, Resource) else outside,
            key=self._queues.key(pair.queue),
            alarms=self._alarms.on(self._watched(pair, dlq)),
            environment=self._environment(pair),
            texts=self._texts(pair),
            today=self._today,
        )

    def _function(self, pair: _Pair, found: Found, sharing: list[_Pair]) -> Function:
        if not isinstance(found, Resource):
            name = f"the function of {pair.mapping.address}"
            return functions.elsewhere(found if isinstance(found, Elsewhere) else Elsewhere(name))
        enabled = [p.mapping for p in sharing if flag(p.mapping, "enabled") is not False]
        return functions.function(
            found,
            self._folder,
            concurrencies=tuple(_concurrency(mapping) for mapping in enabled),
            source_arns=tuple(arn for p in sharing for arn in arns_of("sqs", p.queue)),
        )

    def _waits(self, mapping: Resource, role: Found) -> Known[bool | None]:
        return self._roles.is_waited_for(mapping, role, self._document) if isinstance(role, Resource) else None

    def _watched(self, pair: _Pair, dlq: object) -> dict[str, Resource | Elsewhere]:
        parts: dict[str, Resource | Elsewhere] = {"queue": pair.queue}
        address = getattr(dlq, "address", None)
        if address is not None:
            parts["dead_letter_queue"] = self._document.resources.get(address, Elsewhere(address))
        if isinstance(pair.function, Resource | Elsewhere):
            parts["function"] = pair.function
        return parts

    def _tags(self, resource: Resource) -> dict[str, Known[str]]:
        every = functions.texts(resource, resource.value("tags_all"), "tags_all")
        if every:
            return every
        default: dict[str, Known[str]] = {
            name: str(value) for name, value in self._document.tags.items() if "${" not in str(value)
        }
        return {**default, **functions.texts(resource, resource.value("tags"), "tags")}

    def _environment(self, pair: _Pair) -> Known[str | None]:
        for resource in (pair.function, pair.queue, pair.mapping):
            if isinstance(resource, Resource):
                tags = {name.lower(): value for name, value in self._tags(resource).items()}
                for name in ENVIRONMENT_TAGS:
                    if name in tags:
                        return tags[name]
        return None

    def _texts(self, pair: _Pair) -> dict[tuple[str, str], Known[str]]:
        found: dict[tuple[str, str], Known[str]] = {}
        for resource in (pair.queue, pair.function):
            if isinstance(resource, Resource):
                found |= {(resource.address, f"tags.{name}"): value for name, value in self._tags(resource).items()}
        if isinstance(pair.function, Resource) and isinstance(description := text(pair.function, "description"), str):
            found[pair.function.address, "description"] = description
        return found


def _same(one: Found, other: Found) -> bool:
    return one is other if isinstance(one, Resource) else isinstance(one, Elsewhere) and one == other


def _concurrency(mapping: Resource) -> Known[int | None]:
    return number(mapping, "scaling_config", 0, "maximum_concurrency", unset=(0,))


def _mapping(mapping: Resource, waits: Known[bool | None]) -> Mapping:
    enabled = flag(mapping, "enabled")
    return Mapping(
        address=mapping.address,
        dialect=Dialect.TERRAFORM,
        batch_size=with_default(number(mapping, "batch_size"), 10),
        batching_window=with_default(number(mapping, "maximum_batching_window_in_seconds"), 0),
        maximum_concurrency=_concurrency(mapping),
        pollers=_pollers(mapping),
        filters=_filters(mapping),
        response_types=_response_types(mapping),
        stream_options={
            option: mapping.value(option) if option != "destination_config" else bool(mapping.value(option))
            for option in STREAM_OPTIONS
            if mapping.is_set(option)
        },
        enabled=True if enabled is None else enabled,
        waits_for_policy=waits,
    )


def _pollers(mapping: Resource) -> Known[Pollers | None]:
    amount = count(mapping, "provisioned_poller_config")
    if isinstance(amount, Unknown) or not amount:
        return amount if isinstance(amount, Unknown) else None
    path = ("provisioned_poller_config", 0)
    minimum, maximum = (
        number(mapping, *path, "minimum_pollers", unset=(0,)),
        number(mapping, *path, "maximum_pollers", unset=(0,)),
    )
    return None if minimum is None and maximum is None else Pollers(minimum=minimum, maximum=maximum)


def _filters(mapping: Resource) -> Known[tuple[Known[str], ...]]:
    amount = count(mapping, "filter_criteria", 0, "filter")
    if isinstance(amount, Unknown):
        return amount
    found: list[Known[str]] = []
    for index in range(amount):
        pattern = raw(mapping, "filter_criteria", 0, "filter", index, "pattern")
        known = isinstance(pattern, str) and "${" not in pattern
        found.append(pattern if known else mapping.unknown_at(("filter_criteria", "filter", index, "pattern")))
    return tuple(found)


def _response_types(mapping: Resource) -> Known[tuple[str, ...]]:
    value = mapping.value("function_response_types")
    if isinstance(value, Unknown):
        return value
    return tuple(map(str, value)) if isinstance(value, list) else ()
