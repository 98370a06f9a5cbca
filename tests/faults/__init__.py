"""The proof of reliability under faults: `make prove`. docs/reliability.md, which it writes, lists the guarantees.

A single test file first starts its own test world, which takes two minutes:

    python3 tools/setup.py emulator terraform
    .venv/bin/python -m pytest tests/faults/test_handler.py -k frozen

With `-n`, use at most `WORKERS` (world.py) processes: each process has its own workers.

A new fault needs:

- a hook in `BEFORE` or `AFTER` (tests/workers/faulty/main.py), a fault of the poller (launcher.py) or a decision of the proxy
  (proxy.py)
- a function that injects it into a run
- a broken handler that it detects (broken.py)
- a call of `proves`, which also adds the fault's row to the page
"""
