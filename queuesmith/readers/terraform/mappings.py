"""Reads the event source mappings of a Terraform file into the rules' model, and finds those that poll queues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.resource_index import MAPPING, QUEUE, ExternalResource, ResourceIndex, lambda_arns
from queuesmith.readers.terraform.values import count, flag, number, text, with_default
from queuesmith.rules import Dialect, EventSourceMapping, MaybeUnknown, Pollers, Unknown, defaults

_STREAMS = (
    "aws_dynamodb_table", "aws_kinesis_stream", "aws_kinesis_stream_consumer", "aws_docdb_cluster", "aws_msk_cluster",
    "aws_msk_serverless_cluster", "aws_mq_broker",
)  # fmt: skip
STREAMS = (*_STREAMS, *(f"data.{kind}" for kind in _STREAMS))
"""The types other than queues that Lambda polls."""
_STREAM_ATTRIBUTES = ("starting_position", "queues", "topics")
"""Attributes for streams and brokers only."""


def mappings_with_queues(index: ResourceIndex) -> Iterator[tuple[Resource, MaybeUnknown[Resource | ExternalResource]]]:
    """Yield every mapping that polls or could poll a queue, with the queue. Mappings of streams and brokers are omitted."""
    mappings = index.document.of_type(MAPPING)
    unknown_instances = Counter(
        (mapping.module, mapping.name)
        for mapping in mappings
        if isinstance(text(mapping, "event_source_arn"), Unknown) and not _polls_other_source(mapping)
    )
    for mapping in mappings:
        queue = _queue_of(mapping, index, is_only_unknown=unknown_instances[mapping.module, mapping.name] == 1)
        if queue is not None:
            yield mapping, queue


def _queue_of(
    mapping: Resource, index: ResourceIndex, *, is_only_unknown: bool
) -> MaybeUnknown[Resource | ExternalResource | None]:
    """Return the queue of a mapping, or None if it polls something else.

    `is_only_unknown`: whether this is the only instance whose queue is not known. If so, the queue that its `for_each` leads
    to is its own, even if the `for_each` also has a local. Among several instances, the local could have added one with
    another queue.
    """
    value = text(mapping, "event_source_arn")
    if isinstance(value, str):
        queue = index.find_by_value(QUEUE, value, mapping, mapping.targets("event_source_arn"))
        return None if isinstance(queue, ExternalResource) and ":sqs:" not in queue.value else queue
    if value is None:  # self-managed Kafka has no ARN
        return None
    targets = mapping.targets("event_source_arn")
    queues = targets.of(QUEUE)
    if targets.of(*STREAMS) and (_polls_other_source(mapping) or (not queues and targets.is_complete)):
        return None
    if len(queues) != 1 or not targets.is_complete or (targets.through_local and not is_only_unknown):
        return value
    return queues[0]


def _polls_other_source(mapping: Resource) -> bool:
    """Whether an attribute shows that it polls a stream or broker. One resource can have instances of both kinds."""
    return any(mapping.value(attribute) not in (None, "", []) for attribute in _STREAM_ATTRIBUTES)


def is_enabled(mapping: Resource) -> bool:
    """Whether the mapping polls. An unknown value counts as enabled."""
    return flag(mapping, "enabled") is not False


def maximum_concurrency(mapping: Resource) -> MaybeUnknown[int | None]:
    """Return the maximum number of concurrent invocations by a mapping, or None if it is not set."""
    return number(mapping, "scaling_config", 0, "maximum_concurrency", unset=(0,))


def mapping(resource: Resource, index: ResourceIndex, waits: MaybeUnknown[bool | None]) -> EventSourceMapping:
    """Return a mapping of the file. `waits`: whether its creation waits for the role's policy."""
    enabled = flag(resource, "enabled")
    return EventSourceMapping(
        address=resource.address,
        dialect=Dialect.TERRAFORM,
        batch_size=with_default(number(resource, "batch_size"), defaults.BATCH_SIZE),
        batching_window=with_default(number(resource, "maximum_batching_window_in_seconds"), defaults.BATCHING_WINDOW),
        maximum_concurrency=maximum_concurrency(resource),
        pollers=_pollers(resource),
        filters=_filters(resource),
        response_types=_response_types(resource),
        stream_options={
            option: _stream_option(resource, option) for option in defaults.STREAM_OPTIONS if resource.is_set(option)
        },
        enabled=True if enabled is None else enabled,
        arns=lambda_arns(resource, "event-source-mapping", None),
        qualifier=index.find_qualifier(resource),
        waits_for_policy=waits,
    )


def _stream_option(resource: Resource, option: str) -> MaybeUnknown[object]:
    value = resource.value(option)
    return bool(value) if option == "destination_config" and not isinstance(value, Unknown) else value


def _pollers(resource: Resource) -> MaybeUnknown[Pollers | None]:
    amount = count(resource, "provisioned_poller_config")
    if isinstance(amount, Unknown) or not amount:
        return amount if isinstance(amount, Unknown) else None
    minimum, maximum = (
        number(resource, "provisioned_poller_config", 0, name, unset=(0,)) for name in ("minimum_pollers", "maximum_pollers")
    )
    return None if minimum is None and maximum is None else Pollers(minimum=minimum, maximum=maximum)


def _filters(resource: Resource) -> MaybeUnknown[tuple[MaybeUnknown[str], ...]]:
    amount = count(resource, "filter_criteria", 0, "filter")
    if isinstance(amount, Unknown):
        return amount
    patterns: list[MaybeUnknown[str]] = []
    for index in range(amount):
        pattern = text(resource, "filter_criteria", 0, "filter", index, "pattern")
        patterns.append(resource.unknown_at(("filter_criteria", "filter", index, "pattern")) if pattern is None else pattern)
    return tuple(patterns)


def _response_types(resource: Resource) -> MaybeUnknown[tuple[str, ...]]:
    amount = count(resource, "function_response_types")
    if isinstance(amount, Unknown):
        return amount
    types = [text(resource, "function_response_types", index) for index in range(amount)]
    unknown = next((each for each in types if isinstance(each, Unknown)), None)
    return unknown or tuple(each for each in types if isinstance(each, str))
