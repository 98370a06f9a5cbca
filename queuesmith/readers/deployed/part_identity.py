"""What messages call the parts of a deployed worker: as its settings do, or by its name in AWS."""

from __future__ import annotations

from typing import TypedDict

from queuesmith.rules import Dialect, Pipeline
from queuesmith.rules.part import Part

_KINDS = {"queue": "queue", "dead_letter_queue": "queue", "function": "function", "mapping": "mapping", "role": "role"}
"""What stands before a name in AWS: a queue and its function often have the same."""


class PartIdentity(TypedDict):
    """What every part of the model is made with."""

    address: str
    dialect: Dialect


class Identities:
    """The keys of a worker's settings where it has any, so that a person finds what to change; else AWS's own names."""

    def __init__(self, wanted: Pipeline | None) -> None:
        """`wanted` is the worker as its settings have it."""
        self._wanted = wanted
        self._alarms = {} if wanted is None else {alarm.address: alarm for alarm in wanted.alarms or ()}

    def of(self, part: str, own: str) -> PartIdentity:
        """The identity of a part of the model, such as `log_group`. `own` is its name in AWS, for what settings lack."""
        kind = _KINDS.get(part)
        return self._as(getattr(self._wanted, part, None), f"{kind} {own}" if kind and " " not in own else own)

    def of_alarm(self, own: str, worker: str) -> PartIdentity:
        """The same of an alarm. A worker's alarms are named after it and after their keys."""
        key = own.removeprefix(f"{worker}-").replace("-", "_")
        return self._as(self._alarms.get(f"alarms.{key}"), own)

    @staticmethod
    def _as(wanted: object, own: str) -> PartIdentity:
        if isinstance(wanted, Part):
            return PartIdentity(address=wanted.address, dialect=Dialect.SETTINGS)
        return PartIdentity(address=own, dialect=Dialect.TERRAFORM)
