"""Interprets a handler's response to a batch as Lambda does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from queuesmith.operations.invocation.execution_environment import InvocationFailure

LONGEST = 80
"""The number of characters of a response that a message shows."""
_KEY, _ID = "batchItemFailures", "itemIdentifier"


@dataclass(frozen=True)
class Interpretation:
    """How Lambda interprets a response."""

    failed: set[str]
    """The ids of the messages that return to the queue."""
    failure: InvocationFailure | None = None
    """Why the whole batch failed."""
    note: str = ""
    """A warning about the response."""


def interpret_response(response: Any, ids: Sequence[str], *, partial: bool) -> Interpretation:
    """Interpret a response by Lambda's rules (developer guide, partial batch responses).

    No message failed if the response is null, or if its list is missing, null or empty. All messages failed if the response is
    invalid, or if an item has no id or an id that is not in the batch.
    """
    content = response if isinstance(response, dict) else {}
    if not partial:
        note = f"Lambda ignores {_KEY}, because source.partial_batch_responses is false" if content.get(_KEY) else ""
        return Interpretation(set(), note=note)
    if problem := _problem(response, ids):
        failure = InvocationFailure("response", "InvalidResponse", f"{problem}. Lambda treats the whole batch as failed")
        return Interpretation(set(ids), failure)
    note = ""
    if content and _KEY not in content:
        note = f"The response has no {_KEY}, only {', '.join(content)}. Lambda treats all messages as processed"
    return Interpretation({item[_ID] for item in content.get(_KEY) or ()}, note=note)


def _problem(response: Any, ids: Sequence[str]) -> str | None:
    """Why Lambda cannot use the response; None if it can."""
    if response is not None and not isinstance(response, dict):
        return f"The response is {_shown(response)}, but must be an object with {_KEY}"
    items = (response or {}).get(_KEY)
    if items is not None and not isinstance(items, list):
        return f"{_KEY} is {_shown(items)}, but must be a list"
    for item in items or ():
        if not (isinstance(item, dict) and _ID in item):
            return f"An item of {_KEY} is {_shown(item)}, but must be an object with {_ID}"
        if item[_ID] not in ids:
            return f"An {_ID} is {_shown(item[_ID])}, but must be the id of a message in the batch"
    return None


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
