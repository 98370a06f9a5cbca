"""The cases of the rules about circuit breakers: QL231, QL232."""

from __future__ import annotations

from typing import Any

from queuesmith.rules import RedrivePolicy
from tests.unit.rules.cases import Cases, Change, function, queue, together
from tests.unit.rules.pipelines import UNKNOWN, UNSET


def breaker(base: Any, cap: Any, outage: Any) -> tuple[Change, ...]:
    """A function whose handler pauses while a circuit breaker is open."""
    return function(pause_base=base, pause_cap=cap, outage=outage)


CIRCUITS = {
    "QL231": Cases(
        fine=(
            *breaker(1, 1, 1),
            *breaker(3_600, 3_600, 1_209_600),
            *breaker(60, 900, 3_600),
            *function(pause_base=UNSET, pause_cap=UNSET, outage=UNSET),
        ),
        hard=(
            *breaker(0, 900, 1),
            *breaker(901, 900, 1),
            *breaker(1, 0, 1),
            *breaker(1, 3_601, 1),
            *breaker(1, 1, 0),
            *breaker(1, 1, 1_209_601),
        ),
        unknown=(*breaker(UNKNOWN, 900, 1), *breaker(60, UNKNOWN, 1), *breaker(60, 900, UNKNOWN)),
    ),
    "QL232": Cases(
        fine=(
            *together(breaker(60, 900, 3_600), queue(redrive_policy=RedrivePolicy(12))),
            *together(breaker(60, 900, 3_600), queue(redrive_policy=UNSET)),
            *together(breaker(60, 3_601, 3_600), queue(redrive_policy=RedrivePolicy(1))),
            *function(pause_base=UNSET, pause_cap=UNSET, outage=UNSET),
        ),
        error=(
            *together(breaker(60, 900, 3_600), queue(redrive_policy=RedrivePolicy(11))),
            *together(breaker(60, 900, 3_601), queue(redrive_policy=RedrivePolicy(12))),
        ),
        unknown=(
            *breaker(60, 900, UNKNOWN),
            *breaker(60, UNKNOWN, 600),
            *breaker(UNKNOWN, 900, 600),
            *together(breaker(60, 900, 600), queue(redrive_policy=UNKNOWN)),
            *together(breaker(60, 900, 600), queue(redrive_policy=RedrivePolicy(UNKNOWN))),
        ),
    ),
}
