"""What the handler did, one line for each event. The file is append-only, so it survives a kill of the handler."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

FOLDER = Path(os.environ["QUEUESMITH_LEDGER"])
"""The handlers inherit the emulator's environment."""
_file = os.open(FOLDER / f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def write(what: str, order_id: str) -> None:
    """Record an event of an order. One line is one write, so that lines of several processes do not mix."""
    os.write(_file, f"{json.dumps({'what': what, 'order_id': order_id})}\n".encode())


def tries(order_id: str) -> int:
    """The number of attempts for this order in all processes, including this one."""
    for number in count(1):
        try:
            os.close(os.open(FOLDER / f"{order_id}.{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        return number
    raise AssertionError


def is_set(name: str) -> bool:
    """Whether the test has turned this switch on."""
    return (FOLDER / name).exists()
