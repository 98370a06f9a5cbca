"""Interprets a handler's answer to a batch as Lambda does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from queuesmith.operations.invocation.execution import Failure

LONGEST = 80
"""The number of characters of an answer that a message shows."""
_KEY, _ID = "batchItemFailures", "itemIdentifier"


@dataclass(frozen=True)
class Verdict:
    """How Lambda interprets an answer."""

    failed: set[str]
    """The ids of the messages that return to the queue."""
    failure: Failure | None = None
    """Why the whole batch failed."""
    note: str = ""
    """What is unusual about the answer."""


def judged(answer: Any, ids: Sequence[str], *, partial: bool) -> Verdict:
    """Interpret an answer by Lambda's rules (developer guide, partial batch responses).

    No message failed if the answer is null, or if its list is missing, null or empty. All messages failed if the answer is
    invalid, or if an item has no id or an id that is not in the batch.
    """
    if answer is not None and not isinstance(answer, dict):
        return _all_failed(ids, f"the answer is {_shown(answer)}, and no object with {_KEY}") if partial else Verdict(set())
    content: dict[str, Any] = answer or {}
    items = content.get(_KEY)
    if not partial:
        return Verdict(set(), note=f"Lambda ignores {_KEY}: source.partial_batch_responses is off" if items else "")
    if items is None:
        others = "" if _KEY in content else ", ".join(content)
        return Verdict(set(), note=f"the answer has no {_KEY}, but {others}: Lambda takes all for worked" if others else "")
    if not isinstance(items, list):
        return _all_failed(ids, f"{_KEY} is {_shown(items)}, and no list")
    for item in items:
        if why := _wrong(item, ids):
            return _all_failed(ids, why)
    return Verdict({item[_ID] for item in items})


def _wrong(item: Any, ids: Sequence[str]) -> str | None:
    if not (isinstance(item, dict) and _ID in item):
        return f"an item of {_KEY} is {_shown(item)}, and has no {_ID}"
    if not item[_ID] or not isinstance(item[_ID], str):
        return f"an {_ID} is {_shown(item[_ID])}"
    return None if item[_ID] in ids else f"the {_ID} {_shown(item[_ID])} is of no message in the batch"


def _all_failed(ids: Sequence[str], why: str) -> Verdict:
    text = f"{why[0].upper()}{why[1:]}: Lambda takes the whole batch for failed"
    return Verdict(set(ids), Failure("answer", "InvalidResponse", text))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
