"""Starts the emulator with a poller that interprets responses as AWS does, and that fails on a test's request. Runs under the
emulator's own Python.

A file FOLDER/poller/QUEUE has the faults of one queue's poller as JSON. `lose_deletes`: the number of next batches that stay in
the queue although they were processed. `twice`: each batch is delivered to two handlers simultaneously. `shuffle`: the queue
delivers its messages in any order.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "queuesmith" / "local"))
emulator_launcher = importlib.import_module("emulator_launcher")

FOLDER = Path(sys.argv[1])
_lock = threading.Lock()
_chance = random.Random(1)  # noqa: S311 - not for security: the same order in each run


def faults_of(queue: str) -> dict[str, Any]:
    """The faults of a queue's poller."""
    try:
        found: dict[str, Any] = json.loads((FOLDER / "poller" / queue).read_text())
    except (OSError, ValueError):  # there is no file, or it is just being written
        return {}
    return found


def count_down(queue: str, fault: str) -> bool:
    """Count down a fault that occurs a limited number of times. Returns whether it occurs now."""
    with _lock:
        faults = faults_of(queue)
        left = int(faults.get(fault, 0))
        if left <= 0:
            return False
        path = FOLDER / "poller" / queue
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps({**faults, fault: left - 1}))
        os.replace(partial, path)
    return True


def is_valid(answer: object, ids: set[str]) -> bool:
    """Whether AWS reads an answer as a partial batch response. If it does not, the whole batch has failed (Lambda developer
    guide, reporting batch item failures).
    """
    if answer is None or answer == {}:
        return True
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures"), list):
        return isinstance(answer, dict) and answer.get("batchItemFailures", []) is None
    named = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in answer["batchItemFailures"]]
    return all(isinstance(one, str) and one in ids for one in named)


def wrap_poller(functions: Any, sqs: Any) -> None:
    """Change how the emulator's poller receives messages, invokes functions and deletes messages."""
    receive, delete, execute = sqs._receive_messages_for_esm, sqs._delete_messages_for_esm, functions._execute_function

    def receive_any(queue_url: str, most: int) -> Any:
        if faults_of(_name(queue_url)).get("shuffle"):
            with sqs._queues_lock:
                _chance.shuffle(sqs._get_q(queue_url)["messages"])
        return receive(queue_url, most)

    def delete_some(queue_url: str, handles: Any) -> None:
        if not count_down(_name(queue_url), "lose_deletes"):
            delete(queue_url, handles)

    def execute_once_or_twice(function: Any, event: Any) -> Any:
        records = event.get("Records") if isinstance(event, dict) else None
        if not records or records[0].get("eventSource") != "aws:sqs":
            return execute(function, event)
        if faults_of(records[0]["eventSourceARN"].rpartition(":")[2]).get("twice"):
            functions.spawn_background(lambda: execute(function, event), thread_name="twice")
        result = execute(function, event)
        if not result.get("error") and not is_valid(result.get("body"), {record["messageId"] for record in records}):
            return {**result, "error": True, "body": {"errorType": "InvalidAnswer", "errorMessage": str(result.get("body"))}}
        return result

    sqs._receive_messages_for_esm, sqs._delete_messages_for_esm = receive_any, delete_some
    functions._execute_function = execute_once_or_twice


def _name(queue_url: str) -> str:
    return queue_url.rpartition("/")[2]


def repair() -> None:
    """Apply the changes, in addition to the launcher's own repairs."""
    from ministack.services import lambda_svc, sqs

    wrap_poller(lambda_svc, sqs)


if __name__ == "__main__":
    emulator_launcher.main(repair)
