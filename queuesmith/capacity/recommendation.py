"""Finds settings that meet the user's targets: `recommend`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from queuesmith.capacity.changes import new_errors, with_changes
from queuesmith.capacity.constants import DEFAULT_PROFILE, PROFILES, Assumptions
from queuesmith.capacity.figures import Figures, figures_of
from queuesmith.capacity.parameters import Parameters, parameters_of
from queuesmith.capacity.prediction import fast_engine, simulate
from queuesmith.capacity.targets import Target, all_met
from queuesmith.capacity.workload import Workload
from queuesmith.rules import Pipeline, limits

_BATCHES = (10, 50, 100, 500)
_COARSE, _FINE = 1_200, 86_400
"""Steps of a run while a value is searched, and to confirm it."""
_CONFIRMATIONS = 20
"""How many values above the one that was found are tried, if it is not confirmed."""
_POLLERS = 1_000
"""The most pollers that are tried in provisioned mode."""
_TIMEOUT_SHARE = 0.8
"""A batch of average messages must not take more than this share of the function timeout."""


@dataclass(frozen=True)
class Recommendation:
    """Settings that meet the targets, with the figures that they give."""

    changes: dict[str, int]
    """The new values, by the keys of the settings. Empty: the settings meet the targets already."""
    figures: Figures


def recommend(
    pipeline: Pipeline,
    workload: Workload,
    targets: Sequence[Target],
    *,
    profile: str = DEFAULT_PROFILE,
    region: str | None = "us-east-1",
) -> list[Recommendation]:
    """Return settings that meet every target and pass the rule book. The first one changes least.

    The alternatives are the lowest maximum concurrency, the lowest one with a larger batch, and the fewest pollers in
    provisioned mode. Empty: none of them meets the targets.

    Parameters
    ----------
    pipeline
        The pipeline with its current settings.
    workload
        What is sent, and how long it takes.
    targets
        From `parse_target`.
    profile
        A name in `PROFILES`.
    region
        The region, for the throughput of FIFO queues. None: unknown.

    """
    search = _Search(pipeline, workload, targets, PROFILES[profile].in_region(region).assume())
    if (now := search.try_out({})) is not None:
        return [now]
    found: list[Recommendation] = []
    for kind in search.kinds():
        better = search.lowest(*kind)
        if better is not None and all(better.changes.keys() != each.changes.keys() for each in found):
            found.append(better)
    return found


class _Search:
    def __init__(self, pipeline: Pipeline, workload: Workload, targets: Sequence[Target], assumed: Assumptions) -> None:
        self._pipeline, self._workload, self._targets, self._assumed = pipeline, workload, targets, assumed
        self._parameters = parameters_of(pipeline)
        self._engine = fast_engine(self._parameters, workload)

    def kinds(self) -> Iterator[tuple[str, Mapping[str, int], int, int]]:
        """Yield the key to bisect, other changes, and the key's range."""
        low = max(
            limits.MAXIMUM_CONCURRENCY.low, min(self._parameters.maximum_concurrency or 2, limits.MAXIMUM_CONCURRENCY.high)
        )
        yield "source.maximum_concurrency", {}, low, limits.MAXIMUM_CONCURRENCY.high
        if self._parameters.is_fifo:
            return
        for size in _BATCHES:
            if size > self._parameters.batch_size and self._fits(size):
                window = (
                    {}
                    if size <= limits.LARGEST_BATCH_WITHOUT_WINDOW or self._parameters.window
                    else {"source.batching_window": 1}
                )
                yield "source.maximum_concurrency", {"source.batch_size": size, **window}, 2, limits.MAXIMUM_CONCURRENCY.high
                break
        yield "source.pollers.maximum", {"source.pollers.minimum": 2}, 2, _POLLERS

    def lowest(self, key: str, others: Mapping[str, int], low: int, high: int) -> Recommendation | None:
        """Return the lowest value of a key that meets the targets."""
        highest = high
        if self.try_out({**others, key: high}, _COARSE) is None:
            return None
        while low < high:
            middle = (low + high) // 2
            if self.try_out({**others, key: middle}, _COARSE) is None:
                low = middle + 1
            else:
                high = middle
        values = range(low, min(low + _CONFIRMATIONS, highest) + 1)
        confirmed = (self.try_out({**others, key: value}, _FINE) for value in values)
        return next((each for each in confirmed if each is not None), None)

    def try_out(self, changes: Mapping[str, int], steps: int = _FINE) -> Recommendation | None:
        """Return the changes if they meet the targets and break no rule. Reserved concurrency grows with the concurrency."""
        complete = {**changes, **self._reserved(changes)}
        changed = with_changes(self._pipeline, complete)
        parameters = parameters_of(changed)
        run = simulate(parameters, self._workload, self._assumed, self._engine, steps)
        figures = figures_of(run, parameters, self._workload, self._assumed)
        if not all_met(self._targets, figures) or (changes and new_errors(self._pipeline, changed)):
            return None
        return Recommendation(complete, figures)

    def _reserved(self, changes: Mapping[str, int]) -> dict[str, int]:
        reserved = self._parameters.reserved_concurrency
        wanted = changes.get("source.maximum_concurrency", changes.get("source.pollers.maximum", 0) * 10)
        return {"function.reserved_concurrency": wanted} if reserved is not None and wanted > reserved else {}

    def _fits(self, size: int) -> bool:
        parameters: Parameters = self._parameters
        rounds = size / parameters.message_concurrency
        return rounds * self._workload.service.mean <= parameters.timeout * _TIMEOUT_SHARE
