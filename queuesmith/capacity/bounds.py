"""The largest rate that a pipeline can sustain, and what limits it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from queuesmith.capacity.constants import Assumptions
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.workload import Workload

_UNLIMITED = 10**9
"""A reserved concurrency that limits nothing."""


@dataclass(frozen=True)
class Bound:
    """One limit, as a rate."""

    name: str
    """What limits the rate, with its value."""
    rate: float
    """Messages a second."""


def bounds(parameters: Parameters, workload: Workload, assumed: Assumptions) -> list[Bound]:
    """Return every limit of the pipeline, lowest rate first. The first one is the largest sustainable rate."""
    size = parameters.batch_limit(workload.message_bytes, assumed) * assumed.batch_fill
    seconds = _batch_seconds(parameters, workload, assumed, size)
    each = size / seconds
    pollers = parameters.poller_limit(assumed)
    found = [
        Bound(f"{_poller_name(parameters)} {pollers:,.0f}", pollers * each),
        Bound(
            f"{_function_name(parameters)} {parameters.function_limit(assumed):,.0f}",
            parameters.function_limit(assumed) * each,
        ),
        Bound(f"{assumed.in_flight:,.0f} messages in flight", assumed.in_flight / seconds),
    ]
    if parameters.pollers:
        count, limit = pollers / assumed.pollers_concurrency, assumed.poller_bytes_per_second / max(workload.message_bytes, 1)
        polled = assumed.polls_per_second * min(assumed.messages_per_receive, size)
        found.append(Bound(f"{count:,.0f} event pollers", count * min(limit, polled)))
    if parameters.is_fifo:
        found += _fifo_bounds(parameters, workload, assumed, size)
    return sorted(found, key=lambda bound: bound.rate)


def maximum_rate(parameters: Parameters, workload: Workload, assumed: Assumptions) -> float:
    """Return the largest sustainable rate in messages a second."""
    return bounds(parameters, workload, assumed)[0].rate


def with_highest_concurrency(parameters: Parameters) -> Parameters:
    """Return the parameters without maximum and reserved concurrency, in an account whose quota does not matter."""
    return replace(parameters, maximum_concurrency=None, reserved_concurrency=_UNLIMITED)


def queues_needed(rate: float, parameters: Parameters, workload: Workload, assumed: Assumptions) -> int:
    """Return how many queues with this pipeline a sustained rate (messages a second) needs."""
    return max(math.ceil(rate / maximum_rate(parameters, workload, assumed) - 1e-9), 1)


def _batch_seconds(parameters: Parameters, workload: Workload, assumed: Assumptions, size: float) -> float:
    lanes = parameters.message_concurrency
    service = workload.service.mean
    rounds = max(size / lanes, 1.0)
    return assumed.batch_overhead + min(rounds * service, parameters.timeout)


def _poller_name(parameters: Parameters) -> str:
    if parameters.pollers:
        return "concurrency of the event pollers"
    return "maximum concurrency" if parameters.maximum_concurrency else "concurrency of one mapping"


def _function_name(parameters: Parameters) -> str:
    return "reserved concurrency" if parameters.reserved_concurrency is not None else "the account's concurrency"


def _fifo_bounds(parameters: Parameters, workload: Workload, assumed: Assumptions, size: float) -> list[Bound]:
    calls = assumed.fifo_high_throughput_calls if parameters.high_throughput else assumed.fifo_calls
    found = [Bound(f"FIFO queue with {calls:,.0f} calls/s", calls * min(size, assumed.messages_per_receive))]
    shares = workload.group_shares()
    if shares:
        alone = size / _batch_seconds(parameters, workload, assumed, size)
        found.append(Bound(f"the largest message group, which has {shares[0]:.1%} of the messages", alone / shares[0]))
    return found
