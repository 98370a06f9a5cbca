"""Tests on a second implementation of AWS: LocalStack, in part of `make prove`.

It has what ministack lacks: message move tasks, and CloudWatch alarms that are evaluated. Its Lambda needs Docker, so handlers
run on ministack only (`tests/faults`). A single test file starts its own LocalStack, which takes some seconds:

    python3 tools/setup.py dev localstack
    .venv/bin/python -m pytest tests/localstack/test_redrive.py

All tests share one LocalStack: the fixture `localstack`. Each uses its own names of queues.
"""
