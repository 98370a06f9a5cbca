"""`queuesmith status` if AWS does not answer."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

from tests.waiting import TIMEOUT

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}


def test_status_stops_even_if_aws_does_not_respond() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        where = ["--endpoint-url", f"http://127.0.0.1:{silent.getsockname()[1]}", "--region", "eu-west-1"]
        with subprocess.Popen(
            [sys.executable, "-m", "queuesmith", "status", "--queue", "orders", *where],
            env={**os.environ, **KEYS},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                with silent.accept()[0] as connection:
                    assert connection.recv(4) == b"POST"
                    process.send_signal(signal.SIGTERM)
                    output, errors = process.communicate(timeout=TIMEOUT)  # botocore times out after a minute, and retries
            finally:
                process.kill()
    assert (process.returncode, output, errors) == (130, "", "")
