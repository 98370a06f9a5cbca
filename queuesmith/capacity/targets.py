"""The user's targets for a prediction, for example `age<300s`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from queuesmith.capacity.figures import Figures
from queuesmith.capacity.units import parse_quantity
from queuesmith.common.errors import UsageError

_TARGET = re.compile(r"\s*([a-z0-9_]+)\s*(<=|<)\s*(.+)")
_FIGURES: dict[str, tuple[str, Callable[[Figures], float | None]]] = {
    "age": ("s", lambda figures: figures.metric_age),
    "backlog": ("", lambda figures: figures.backlog),
    "drain": ("s", lambda figures: figures.drain),
    "p50": ("s", lambda figures: figures.p50),
    "p95": ("s", lambda figures: figures.p95),
    "p99": ("s", lambda figures: figures.p99),
    "dlq": ("", lambda figures: figures.dead),
    "throttles": ("", lambda figures: figures.throttles),
    "expired": ("", lambda figures: figures.expired),
}
NAMES = tuple(_FIGURES)
"""The figures that a target can limit."""


@dataclass(frozen=True)
class Target:
    """An upper limit of one figure."""

    text: str
    """As the user wrote it."""
    figure: str
    limit: float
    is_strict: bool

    def is_met(self, figures: Figures) -> bool:
        """Whether the figures meet it. A figure that does not exist, such as a drain that never ends, does not."""
        value = _FIGURES[self.figure][1](figures)
        return value is not None and (value < self.limit if self.is_strict else value <= self.limit)


def parse_target(text: str) -> Target:
    """Parse `age<300s`, `dlq<=0`, `drain<10m` or `backlog<1e6`. Raises UsageError for other texts."""
    match = _TARGET.fullmatch(text)
    if not match or match[1] not in _FIGURES:
        raise UsageError(
            f'--want is "{text}", but must be FIGURE<LIMIT, for example age<300s. FIGURE is one of: {", ".join(NAMES)}'
        )
    unit, _ = _FIGURES[match[1]]
    limit = parse_quantity(match[3], "--want", seconds=unit == "s", allow_zero=True, shown=text)
    return Target(text.strip(), match[1], limit, match[2] == "<")


def all_met(targets: Sequence[Target], figures: Figures) -> bool:
    """Whether the figures meet every target."""
    return all(target.is_met(figures) for target in targets)
