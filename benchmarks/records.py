"""The overhead of 10,000 records in one process: `python -m benchmarks.records`.

Pairs of runs alternate, and the seconds of both are printed. The work is the same: the body is validated, and a function is
called that does nothing.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("ORDERS_TABLE", "orders")
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "bench-orders")

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

import queuesmith_worker as worker
from benchmarks.events import Context, event
from benchmarks.plain import main as plain
from handlers.orders.order import Order

RECORDS, ROUNDS = 10_000, 9


def bare() -> Callable[[dict[str, Any], Any], Any]:
    """Only Powertools' BatchProcessor and the work, without log lines, metrics and times."""
    processor = BatchProcessor(event_type=EventType.SQS)

    def handle(record: Any) -> None:
        Order.model_validate_json(record.body)

    return lambda batch, context: process_partial_response(batch, handle, processor, context)


def main() -> None:
    """Measure every pair."""
    plain.handle_order = lambda _: None  # type: ignore[assignment]
    ours = worker.Worker(Order, lambda _: None, worker.HandlerSettings.from_environment({}))
    batch, context = event(RECORDS), Context()
    found: dict[str, list[tuple[float, float]]] = {}
    for level in ("INFO", "WARNING"):
        for logger in (plain.logger, worker.logger):
            logger.setLevel(level)
            logger.registered_handler.setStream(io.StringIO())  # type: ignore[attr-defined]
        sides = {"plain": plain.lambda_handler, **({"bare": bare()} if level == "WARNING" else {})}
        for name, side in sides.items():
            for number in range(ROUNDS + 1):
                pair = []
                for call in (side, ours) if number % 2 else (ours, side):
                    with contextlib.redirect_stdout(io.StringIO()):
                        begin = time.perf_counter()
                        call(batch, context)  # type: ignore[arg-type]
                        pair.append(time.perf_counter() - begin)
                if number:  # the first round is a warm-up
                    found.setdefault(f"{name} {level}", []).append((pair[0], pair[1]) if number % 2 else (pair[1], pair[0]))
    json.dump(found, sys.stderr)


if __name__ == "__main__":
    main()
