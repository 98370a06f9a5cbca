"""Reads deployed event source mappings into the rules' model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queuesmith.aws.worker import DeployedWorker, function_name
from queuesmith.common.errors import UsageError
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.rules import EventSourceMapping, MaybeUnknown, Pollers, Unknown, defaults
from queuesmith.rules.part import part_with_unknown_fields

_ON, _OFF = frozenset({"Enabled", "Enabling"}), frozenset({"Disabled", "Disabling", "Deleting"})


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


def polls(found: Mapping[str, Any]) -> bool:
    """Whether a mapping polls its queue, according to its state."""
    return found.get("State") not in _OFF


def consumers(found: list[dict[str, Any]], own: Mapping[str, Any], address: str) -> tuple[str, ...]:
    """Return the names in messages of the mappings that poll a queue, with the worker's own first."""
    others = [each for each in found if each["UUID"] != own["UUID"] and polls(each)]
    named = sorted(f"the mapping {each['UUID']} of {function_name(each.get('FunctionArn', ''))}" for each in others)
    return (*([address] if polls(own) else []), *named)


def maximum_concurrency(found: Mapping[str, Any]) -> int | None:
    """Return the maximum number of concurrent invocations by a mapping, or None if it is not set."""
    most: int | None = found.get("ScalingConfig", {}).get("MaximumConcurrency")
    return most


def mapping_of(found: MaybeUnknown[Mapping[str, Any]], identity: PartIdentity) -> EventSourceMapping:
    """Return a mapping. Its dependencies at creation are not read, because it exists already."""
    if isinstance(found, Unknown):
        return part_with_unknown_fields(EventSourceMapping, found, **identity, waits_for_policy=None)
    state = found.get("State")
    return EventSourceMapping(
        **identity,
        batch_size=found.get("BatchSize", defaults.BATCH_SIZE),
        batching_window=found.get("MaximumBatchingWindowInSeconds", defaults.BATCHING_WINDOW),
        maximum_concurrency=maximum_concurrency(found),
        pollers=_pollers(found),
        filters=_filters(found),
        response_types=tuple(found.get("FunctionResponseTypes") or ()),
        enabled=state in _ON if state in _ON | _OFF else Unknown(f"whether the mapping polls: its state is {state}"),
    )


def _pollers(found: Mapping[str, Any]) -> Pollers | None:
    given = found.get("ProvisionedPollerConfig")
    return Pollers(minimum=given.get("MinimumPollers"), maximum=given.get("MaximumPollers")) if given else None


def _filters(found: Mapping[str, Any]) -> MaybeUnknown[tuple[MaybeUnknown[str], ...]]:
    """Return the filters. Lambda omits filters that are encrypted with a key that the caller is not allowed to use."""
    if "FilterCriteriaError" in found:
        return Unknown(f"the filters of the mapping: {found['FilterCriteriaError'].get('ErrorCode')}")
    given = (found.get("FilterCriteria") or {}).get("Filters") or ()
    return tuple(each.get("Pattern", "") for each in given)
