"""Imports a handler and calls it once in a new Python process. Prints the seconds of each and the peak memory.

    python -B -m benchmarks.cold_start MODULE

No bytecode exists (-B, and a folder without __pycache__), as in a newly deployed function.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from types import SimpleNamespace
from typing import Any


def main(name: str) -> None:
    """Measure one module."""
    begin = time.perf_counter()
    module = importlib.import_module(name)
    imported = time.perf_counter()
    from benchmarks.events import Context, event

    client: Any = module.table._client
    client.meta.events.register("before-call", lambda **_: (SimpleNamespace(status_code=200), {}))
    batch, context = event(10), Context()
    ready = time.perf_counter()
    response = module.lambda_handler(batch, context)
    done = time.perf_counter()
    if response != {"batchItemFailures": []}:
        raise SystemExit(f"{name} returned {response}")
    peak = peak_memory() / 1024
    print(json.dumps({"import": imported - begin, "first": done - ready, "peak": peak}), file=sys.stderr)


def peak_memory() -> int:
    """The peak memory in kB. getrusage can return the value of the parent process."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(sys.argv[1])
