"""Reads deployed event source mappings into the rules' model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queuesmith.aws.worker import DeployedWorker, function_name, qualifier_of
from queuesmith.common.errors import UsageError
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.rules import EventSourceMapping, MaybeUnknown, Pollers, Unknown, defaults
from queuesmith.rules.part import part_with_unknown_fields

_ENABLED, _DISABLED = frozenset({"Enabled", "Enabling"}), frozenset({"Disabled", "Disabling", "Deleting"})


def own_mapping(worker: DeployedWorker) -> dict[str, Any]:
    """Return the worker's mapping. If there are several between its queue and its function, prefer one that polls.

    Raises NotFoundError if there is none, UsageError if several functions are possible, and boto3's errors.
    """
    try:
        return worker.mapping
    except UsageError:
        if worker.names.function is None or worker.names.queue is None:
            raise
        ours = [each for each in worker.mappings if function_name(each["FunctionArn"]) == worker.function_name]
        return min(ours, key=lambda each: (not polls(each), str(each["UUID"])))


def polls(mapping: Mapping[str, Any]) -> bool:
    """Whether a mapping polls its queue, according to its state."""
    return mapping.get("State") not in _DISABLED


def consumers(mappings: list[dict[str, Any]], own: Mapping[str, Any], address: str) -> tuple[str, ...]:
    """Return the names in messages of the mappings that poll a queue, with the worker's own first."""
    others = [each for each in mappings if each["UUID"] != own["UUID"] and polls(each)]
    named = sorted(f"the mapping {each['UUID']} of {function_name(each.get('FunctionArn', ''))}" for each in others)
    return (*([address] if polls(own) else []), *named)


def maximum_concurrency(mapping: Mapping[str, Any]) -> int | None:
    """Return the maximum number of concurrent invocations by a mapping, or None if it is not set."""
    limit: int | None = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
    return limit


def mapping_of(mapping: MaybeUnknown[Mapping[str, Any]], identity: PartIdentity) -> EventSourceMapping:
    """Return a mapping. Its dependencies at creation are not read, because it exists already."""
    if isinstance(mapping, Unknown):
        return part_with_unknown_fields(EventSourceMapping, mapping, **identity, waits_for_policy=None)
    state = mapping.get("State")
    return EventSourceMapping(
        **identity,
        batch_size=mapping.get("BatchSize", defaults.BATCH_SIZE),
        batching_window=mapping.get("MaximumBatchingWindowInSeconds", defaults.BATCHING_WINDOW),
        maximum_concurrency=maximum_concurrency(mapping),
        pollers=_pollers(mapping),
        filters=_filters(mapping),
        response_types=tuple(mapping.get("FunctionResponseTypes") or ()),
        arns=(mapping["EventSourceMappingArn"],) if "EventSourceMappingArn" in mapping else (),
        qualifier=qualifier_of(mapping.get("FunctionArn", "")),
        enabled=state in _ENABLED
        if state in _ENABLED | _DISABLED
        else Unknown(f"whether the mapping polls (its state is {state})"),
    )


def _pollers(mapping: Mapping[str, Any]) -> Pollers | None:
    pollers = mapping.get("ProvisionedPollerConfig")
    return Pollers(minimum=pollers.get("MinimumPollers"), maximum=pollers.get("MaximumPollers")) if pollers else None


def _filters(mapping: Mapping[str, Any]) -> MaybeUnknown[tuple[MaybeUnknown[str], ...]]:
    """Return the filters. Lambda omits filters that are encrypted with a key that the caller is not allowed to use."""
    if "FilterCriteriaError" in mapping:
        return Unknown(f"the filters of the mapping ({mapping['FilterCriteriaError'].get('ErrorCode')})")
    filters = (mapping.get("FilterCriteria") or {}).get("Filters") or ()
    return tuple(each.get("Pattern", "") for each in filters)
