"""Starts ministack over TLS. Runs under the emulator's own Python, and imports nothing of this project.

    python emulator_launcher.py FOLDER PARENT

FOLDER holds `ca.pem`, which callers trust. Root's keys are in the environment, as for AWS's SDKs. When the process PARENT is
gone, the emulator ends itself, unless FOLDER has a file `kept` by then.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LONGEST_WAIT = 0.25
"""Seconds for the last lines of a handler that was ended."""


def make_certificate(folder: Path) -> None:
    """An authority and a certificate for the loopback address, so that no openssl program is needed; those that are there stay,
    as callers trust them.
    """
    import trustme

    if (folder / "ca.pem").exists():
        return

    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(str(folder / "server.key"))
    for position, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(folder / "server.pem"), append=position > 0)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))


def end_with(parent: int, kept: Path) -> None:
    """Stop when the parent is gone, however it went, unless it has left the file `kept`."""
    while os.getppid() == parent:
        time.sleep(0.5)
    if not kept.exists():
        os.kill(os.getpid(), signal.SIGTERM)


def collect_whole_logs(worker: Any) -> None:
    """Make the emulator's `Worker` take all that a handler has written before it answered.

    By itself it stops 5 ms after the last line that it has seen: on a busy machine that loses lines, and costs a silent
    handler 50 ms. Here lines are taken off the pipe under a lock, so that with an empty pipe there is nothing left to wait for.
    """
    lock = threading.Lock()

    def read(self: Any) -> None:
        pipe, lines, rest, chunk = self._proc.stderr, self._stderr_queue, b"", b"-"
        with contextlib.suppress(OSError, ValueError):  # closed, with the handler that was ended
            while chunk:
                select.select([pipe], [], [])
                with lock:
                    chunk = os.read(pipe.fileno(), 65_536)
                    *whole, rest = (rest + chunk).split(b"\n")
                    for line in whole if chunk else [*whole, *filter(None, [rest])]:
                        lines.put(line.decode(errors="replace"))

    def drain(self: Any, **_: float) -> str:
        process, reader = self._proc, self._stderr_thread
        if process is None:  # it was ended; something that it started may hold the pipe open
            reader.join(_LONGEST_WAIT)
        while process is not None and reader.is_alive():
            with lock:
                if not select.select([process.stderr], [], [], 0)[0]:
                    break
            time.sleep(0.001)
        log: str = self._drain_stderr()
        return log

    worker._read_stderr, worker._drain_stderr_bounded = read, drain


def main(repair: Callable[[], None] = lambda: None) -> None:
    """Serve until stopped. `repair` changes more of the emulator before it serves."""
    folder = Path(sys.argv[1])
    make_certificate(folder)
    os.environ["MINISTACK_SSL_CERT"] = str(folder / "server.pem")
    os.environ["MINISTACK_SSL_KEY"] = str(folder / "server.key")
    os.environ["AWS_CA_BUNDLE"] = str(folder / "ca.pem")  # the handlers inherit it
    threading.Thread(target=end_with, args=(int(sys.argv[2]), folder / "kept"), daemon=True).start()
    sys.argv = sys.argv[:1]
    root = os.environ.pop("AWS_ACCESS_KEY_ID")  # or the handlers would inherit it
    del os.environ["AWS_SECRET_ACCESS_KEY"]

    from ministack import app
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc, sts

    access = importlib.import_module("emulator_access")  # beside this file
    access.let_in_who_has_a_key(root, app, iam_evaluator, sts._sessions)
    access.give_functions_keys_that_nobody_can_guess(lambda_runtime, lambda_svc)
    collect_whole_logs(lambda_runtime.Worker)
    repairs = importlib.import_module("emulator_repairs")
    repairs.know_parameters_by_arn(iam_actions)
    repairs.ask_as_aws_does(iam_actions)
    repairs.find_any_of(cloudwatch_logs)
    repairs.describe_alarms_in_full(cloudwatch)
    repair()
    os.environ.pop("LOG_LEVEL", None)  # it has been read, and would become the handlers' own
    app._port_is_bindable = lambda *_: False  # it would serve on port 443 as well
    app.main()


if __name__ == "__main__":
    main()
