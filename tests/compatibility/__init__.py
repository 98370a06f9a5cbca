"""Compares the calls of the commands and the toolkit on two emulators with botocore's models: part of `make prove`.

    python3 tools/setup.py dev emulator localstack
    .venv/bin/python -m tests.compatibility

It writes docs/compatibility.md. Each measured difference needs an entry in verdicts.toml, which says what AWS documents. Each
entry needs a measured difference. `tests/unit/test_compatibility.py` compares the page with the calls in the source.
"""
