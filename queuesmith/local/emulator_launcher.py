"""Starts ministack with TLS. It runs under the emulator's own Python, and imports nothing of this project.

    python emulator_launcher.py FOLDER PARENT

FOLDER contains `ca.pem`, the certificate that callers trust. The root credentials are in the environment, as for AWS's SDKs.
When the process PARENT has ended, the emulator ends too, unless FOLDER contains a file `kept`.
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
"""Seconds to wait for the last lines of a handler that was stopped."""


def make_certificate(folder: Path) -> None:
    """Create a certificate authority and a certificate for the loopback address, so that no openssl program is needed.

    Existing certificates are kept, because callers trust them.
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


def stop_after_parent(parent: int, kept: Path) -> None:
    """Stop the emulator when the parent process has ended, unless the file `kept` exists."""
    while os.getppid() == parent:
        time.sleep(0.5)
    if not kept.exists():
        os.kill(os.getpid(), signal.SIGTERM)


def read_complete_logs(worker: Any) -> None:
    """Make the emulator's `Worker` read everything that a handler has written before its answer.

    By default it stops 5 ms after the last line it has seen. A busy machine loses lines this way, and a handler without output
    waits 50 ms. Here lines are read from the pipe under a lock, so that an empty pipe means that nothing is missing.
    """
    lock = threading.Lock()

    def read(self: Any) -> None:
        pipe, lines, rest, chunk = self._proc.stderr, self._stderr_queue, b"", b"-"
        with contextlib.suppress(OSError, ValueError):  # closed, because the handler was ended
            while chunk:
                select.select([pipe], [], [])
                with lock:
                    chunk = os.read(pipe.fileno(), 65_536)
                    *whole, rest = (rest + chunk).split(b"\n")
                    for line in whole if chunk else [*whole, *filter(None, [rest])]:
                        lines.put(line.decode(errors="replace"))

    def drain(self: Any, **_: float) -> str:
        process, reader = self._proc, self._stderr_thread
        if process is None:  # the handler was ended; a process that it started may hold the pipe open
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
    """Serve until stopped. `repair` modifies the emulator before it serves."""
    folder = Path(sys.argv[1])
    make_certificate(folder)
    os.environ["MINISTACK_SSL_CERT"] = str(folder / "server.pem")
    os.environ["MINISTACK_SSL_KEY"] = str(folder / "server.key")
    os.environ["AWS_CA_BUNDLE"] = str(folder / "ca.pem")  # handlers inherit it
    threading.Thread(target=stop_after_parent, args=(int(sys.argv[2]), folder / "kept"), daemon=True).start()
    sys.argv = sys.argv[:1]
    root = os.environ.pop("AWS_ACCESS_KEY_ID")  # otherwise handlers would inherit it
    del os.environ["AWS_SECRET_ACCESS_KEY"]

    from ministack import app
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import cloudwatch, cloudwatch_logs, lambda_svc, sts

    access = importlib.import_module("emulator_access")  # in the folder of this file
    access.require_known_key(root, app, iam_evaluator, sts._sessions)
    access.randomize_function_keys(lambda_runtime, lambda_svc)
    read_complete_logs(lambda_runtime.Worker)
    patches = importlib.import_module("emulator_patches")
    patches.authorize_like_aws(iam_actions)
    patches.match_any_term(cloudwatch_logs)
    patches.describe_complete_alarms(cloudwatch)
    repair()
    os.environ.pop("LOG_LEVEL", None)  # ministack has read it; handlers would inherit it
    app._port_is_bindable = lambda *_: False  # otherwise it would also serve on port 443
    app.main()


if __name__ == "__main__":
    main()
