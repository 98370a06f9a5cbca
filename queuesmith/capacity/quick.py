"""A run of seconds as one of a fraction of a second, for synth and `check`: the fast engine with long steps."""

from __future__ import annotations

from functools import lru_cache

from queuesmith.capacity.constants import DEFAULT_PROFILE, PROFILES
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Run
from queuesmith.capacity.slots import run_slots
from queuesmith.capacity.workload import Workload

_STEPS = (1, 2, 5, 10, 20, 30, 60)
"""Seconds of a step. Each divides the periods of alarms."""
_MOST_STEPS = 4_400
"""A simulation of this many steps takes about 0.1 s. With steps of 60 s, it is enough for the longest peak."""


@lru_cache(maxsize=64)
def quick_run(parameters: Parameters, workload: Workload, end: str = "likely") -> Run:
    """Return what a workload of at most three days does, with the constants at an end: `likely`, `best` or `worst`.

    The result is remembered, because synth needs it for the thresholds of the alarms and for the check.
    """
    step = next(each for each in _STEPS if workload.until <= each * _MOST_STEPS)
    return run_slots(parameters, workload, PROFILES[DEFAULT_PROFILE].assume(end), float(step))
