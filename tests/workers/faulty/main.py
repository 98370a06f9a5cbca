"""Processes orders as the sample does, and fails if an order's customer says so. `raises:2` fails the first two times.
`ok:0`, like any other name, never fails.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.orders import main as sample
from handlers.orders.order import Order
from queuesmith_worker import AlreadyDone, NonRetryable, Worker

from . import ledger

FUNCTION = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
MUST_NOT_START, MENDED, HELD = f"{FUNCTION}.must-not-start", f"{FUNCTION}.mended", f"{FUNCTION}.held"
"""Files with which the tests switch behaviour on."""
if ledger.is_set(MUST_NOT_START):
    ledger.write("not started", "")
    raise ImportError("the test makes the start fail")


def _raise() -> None:
    raise RuntimeError("temporarily unavailable")


def _refuse() -> None:
    if not ledger.is_set(MENDED):
        raise NonRetryable("it can never succeed")


def _hold() -> None:
    """Block in the middle of the work while the test has set the switch."""
    if ledger.is_set(HELD):
        ledger.write("held", "")
    while ledger.is_set(HELD):
        time.sleep(0.02)


BEFORE: dict[str, Callable[[], None]] = {
    "raises": _raise,
    "never": _refuse,
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "freezes": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "hangs": lambda: time.sleep(60),  # longer than any timeout
    "lingers": lambda: time.sleep(4),  # longer than a visibility timeout of two seconds, shorter than the function's timeout
    "holds": _hold,
}
"""What happens before the order is written."""
AFTER: dict[str, Callable[[], None]] = {"exits": lambda: os._exit(1)}
"""What happens after the order was written, and before the handler answers."""


def handle(order: Order, work: Callable[[Order], None] = sample.handle_order) -> None:
    """The sample's work, between the hooks. The ledger has each event right after it happened."""
    how, _, times = order.customer_id.partition(":")
    now = how in BEFORE.keys() | AFTER.keys() and ledger.tries(order.order_id) <= int(times)
    ledger.write("begun", order.order_id)
    if now and how in BEFORE:
        BEFORE[how]()
    try:
        work(order)
    except AlreadyDone:
        ledger.write("seen", order.order_id)
        raise
    ledger.write("written", order.order_id)
    if now and how in AFTER:
        AFTER[how]()


worker = Worker(Order, handle, sample.settings)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The function's entry point."""
    return worker(event, context)
