"""Batches of 10 messages that each wait 50 ms, as for a request: `python -m benchmarks.waiting CONCURRENCY threads|coroutines`.

Prints the seconds of each batch and the peak memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import queuesmith_worker as worker
from benchmarks.cold_start import peak_memory
from benchmarks.events import Context, event
from handlers.orders.order import Order

WAIT = 0.05
"""Seconds."""
BATCH, ROUNDS = 10, 20


def wait(_: Order) -> None:
    """The work in a thread."""
    time.sleep(WAIT)


async def wait_in_loop(_: Order) -> None:
    """The work as a coroutine."""
    await asyncio.sleep(WAIT)


def main(concurrency: int, handle: Callable[[Order], Any]) -> None:
    """Measure one concurrency."""
    handler = worker.Worker(Order, handle, worker.HandlerSettings.from_environment({}), concurrency=concurrency)
    worker.logger.registered_handler.setStream(io.StringIO())  # type: ignore[attr-defined]
    batch, context = event(BATCH), Context()
    found = []
    for number in range(ROUNDS + 1):
        begin = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            response = handler(batch, context)  # type: ignore[arg-type]
        if response != {"batchItemFailures": []}:
            raise SystemExit(f"the worker returned {response}")
        if number:  # the first batch starts the threads
            found.append(time.perf_counter() - begin)
    print(json.dumps({"seconds": found, "peak": peak_memory() / 1024}), file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]), {"threads": wait, "coroutines": wait_in_loop}[sys.argv[2]])
