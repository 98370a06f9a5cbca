"""The proof under faults: `make prove`. What is promised is in docs/reliability.md, which it writes.

One test alone brings a world up for itself first, which takes two minutes:

    python3 tools/setup.py emulator terraform
    .venv/bin/python -m pytest tests/faults/test_handler.py -k frozen

With `-n`, at most `WORKERS` (world.py): each process has workers of its own. For a fault of your own: a hook in `BEFORE` or
`AFTER` (tests/workers/faulty/main.py), a fault of the poller (launcher.py) or a decision of the proxy (proxy.py); a function
that plants it in a run; a mistake that it finds out (broken.py); and `proves`, which also gives it its row on the page.
"""
