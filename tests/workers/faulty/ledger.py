"""What the handler did, one line at a time, in a file that nothing is ever taken out of: it outlives whatever is killed."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

FOLDER = Path(os.environ["QUEUESMITH_LEDGER"])
"""The local AWS hands its own environment on to the handlers."""
_file = os.open(FOLDER / f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def write(what: str, order_id: str) -> None:
    """Note that something was done with an order. One line is one write, so those of several processes do not mix."""
    os.write(_file, f"{json.dumps({'what': what, 'order_id': order_id})}\n".encode())


def tries(order_id: str) -> int:
    """How often it was asked about this order, this time included, by whatever process."""
    for number in count(1):
        try:
            os.close(os.open(FOLDER / f"{order_id}.{number}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        return number
    raise AssertionError


def is_set(name: str) -> bool:
    """Whether the test has switched something on."""
    return (FOLDER / name).exists()
