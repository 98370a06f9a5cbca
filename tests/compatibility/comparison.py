"""What the emulators' responses differ in, from each other and from botocore's model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.compatibility.model import fields, has_status, problems, request_problems, response_value
from tests.compatibility.recorder import Call

_XML_CODE = re.compile(rb"<Code>(\w+)</Code>")
ERROR = 300
"""The lowest HTTP status of an error."""


@dataclass
class Observed:
    """All responses of one emulator to one call."""

    users: set[str] = field(default_factory=set)
    succeeded: bool = False
    errors: set[str] = field(default_factory=set)
    """The error codes of the calls that failed."""
    fields: set[str] = field(default_factory=set)
    problems: set[str] = field(default_factory=set)
    """What the model does not allow."""

    def add(self, call: Call) -> None:
        """Add one response."""
        self.users.add(call.user)
        if call.status >= ERROR:
            self.errors.add(error_code(call))
            return
        self.succeeded = True
        shape = call.operation.output_shape
        expected = call.operation.http.get("responseCode", call.status)
        if call.status != expected and not (shape and has_status(shape)):
            self.problems.add(f"the HTTP status is {call.status} instead of {expected}")
        if shape is not None:
            value = response_value(call.operation, call.body)
            self.fields |= set(fields(value, shape))
            self.problems |= set(problems(value, shape))


def observe(calls: Iterable[Call]) -> dict[str, Observed]:
    """Group the responses of one emulator by call. Raises ValueError if a request contradicts the model."""
    found: dict[str, Observed] = {}
    for call in calls:
        if wrong := list(request_problems(call.request, call.operation)):
            raise ValueError(f"{call.user} sends a request of {call.name} that contradicts the model: {wrong}")
        found.setdefault(call.name, Observed()).add(call)
    return found


def error_code(call: Call) -> str:
    """The code of an error, or the HTTP status."""
    try:
        document: Any = json.loads(call.body)
    except ValueError:
        document = {}
    code = document.get("__type") or document.get("code") if isinstance(document, dict) else None
    if code is None and (match := _XML_CODE.search(call.body)):
        code = match[1].decode()
    return str(code).rpartition("#")[2] if code else f"HTTP status {call.status}"


def differences(observed: dict[str, Observed]) -> list[str]:
    """The differences of one call. `observed` has an entry for each emulator."""
    found: list[str] = []
    for name, own in observed.items():
        if not own.succeeded:
            found.append(f"{name} returns {' and '.join(sorted(own.errors)) or 'nothing'}")
            continue
        found += sorted(f"{name}: {problem}" for problem in own.problems)
        others = [other for key, other in observed.items() if key != name and other.succeeded]
        known = {each for other in others for each in other.fields - set(map(_field, other.problems))}
        missing = {each for each in known - own.fields if f"{each} is missing" not in own.problems}
        found += sorted(f"{name} omits {each}" for each in _outermost(missing))
    return found


def _field(problem: str) -> str:
    return problem.removesuffix(" is not in the model")


def _outermost(names: set[str]) -> Iterator[str]:
    """The fields without those inside of other ones."""
    for name in names:
        if not any(name.startswith((f"{other}.", f"{other}[]")) for other in names if other != name):
            yield name
