"""The rules' model of a gradual deployment: the steps in which a new version gets its invocations, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from queuesmith.rules.part import Part
from queuesmith.rules.unknown import MaybeUnknown

Strategy = Literal["canary", "linear", "all_at_once"]


@dataclass(frozen=True)
class RollbackAlarm:
    """An alarm that stops the deployment when it fires."""

    key: str
    """Its key in the settings."""
    seconds: int | None
    """How long its metric must be above the threshold until it fires. None: the worker has no such alarm."""


@dataclass(frozen=True, kw_only=True)
class Deployment(Part):
    """A gradual deployment of the function."""

    address: str = "function.deployment"
    strategy: Strategy = "canary"
    percent: MaybeUnknown[int] = 10
    """The percentage of the invocations in each step."""
    minutes: MaybeUnknown[int] = 10
    """The time between two steps."""
    keep_versions: MaybeUnknown[int] = 10
    rollback_alarms: tuple[RollbackAlarm, ...] = ()


def shift_minutes(strategy: Strategy, percent: int, minutes: int) -> int:
    """Return the minutes between the first and the last step. The first step is at the beginning."""
    if strategy == "all_at_once":
        return 0
    return minutes if strategy == "canary" else minutes * (-(-100 // percent) - 1)
