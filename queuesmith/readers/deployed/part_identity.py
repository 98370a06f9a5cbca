"""The names of a deployed worker's parts in messages: the keys of its settings, or the names in AWS."""

from __future__ import annotations

from typing import TypedDict

from queuesmith.rules import Dialect, Pipeline
from queuesmith.rules.part import Part

_KINDS = {"queue": "queue", "dead_letter_queue": "queue", "function": "function", "mapping": "mapping", "role": "role"}
"""The kind that messages put before a name in AWS, because a queue and its function often have the same name."""


class PartIdentity(TypedDict):
    """The arguments that identify a part of the model."""

    address: str
    dialect: Dialect


class Identities:
    """The keys of a worker's settings if it has settings, so that the operator finds what to change; else the names in AWS."""

    def __init__(self, expected: Pipeline | None) -> None:
        """Take the worker as its settings describe it, or None if there are no settings."""
        self._expected = expected
        self._alarms = {} if expected is None else {alarm.address: alarm for alarm in expected.readable_alarms()}

    def of(self, part: str, own: str) -> PartIdentity:
        """Return the identity of a part such as `log_group`. `own` is its name in AWS, for parts that the settings lack."""
        kind = _KINDS.get(part)
        return self._as(getattr(self._expected, part, None), f"{kind} {own}" if kind and " " not in own else own)

    def of_alarm(self, own: str, worker: str) -> PartIdentity:
        """Return the identity of an alarm. Its name consists of the worker's name and the alarm's key."""
        key = own.removeprefix(f"{worker}-").replace("-", "_")
        return self._as(self._alarms.get(f"alarms.{key}"), own)

    @staticmethod
    def _as(expected: object, own: str) -> PartIdentity:
        if isinstance(expected, Part):
            return PartIdentity(address=expected.address, dialect=Dialect.SETTINGS)
        return PartIdentity(address=own, dialect=Dialect.DEPLOYED)
