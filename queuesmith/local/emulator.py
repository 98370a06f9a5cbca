"""Starts and stops the emulator (ministack), in a separate Python environment, on a free port of the loopback address, with
TLS.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from queuesmith.common.errors import EmulatorError

_LAUNCHER = Path(__file__).with_name("emulator_launcher.py")
KEPT = "kept"
"""A file in the emulator's folder. If it exists, the emulator outlives the process that started it."""
START_TIMEOUT = 60.0
"""Seconds. The start usually takes about one second."""
KILL_AFTER = 5.0
"""Seconds between the request to stop and the kill."""


@dataclass(frozen=True)
class Endpoint:
    """The emulator's URL, certificate and root credentials."""

    url: str
    ca_bundle: Path
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)

    @property
    def keys(self) -> dict[str, str]:
        """The root credentials as the environment variables of AWS's SDKs and Terraform."""
        return {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key}

    def client(self, service: str, region: str, **more: Any) -> Any:
        """A boto3 client of a service. `more` are arguments of `boto3.client`, which override the defaults."""
        import boto3
        from botocore.config import Config

        defaults = {
            "config": Config(proxies={}),  # a proxy cannot reach this machine's loopback address
            "endpoint_url": self.url,
            "verify": str(self.ca_bundle),
            "region_name": region,
            "aws_access_key_id": self.access_key_id,
            "aws_secret_access_key": self.secret_access_key,
        }
        make_client: Any = boto3.client  # its type knows only literal names
        return make_client(service, **{**defaults, **more})


class Emulator:
    """A running emulator. The context manager stops it at the end. Unless it is kept, it ends when this process dies."""

    launcher = _LAUNCHER
    """The script that the emulator's Python runs."""

    def __init__(self, python: Path, *, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="queuesmith-emulator-"))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it will contain a private key
        self.port = free_port()
        keys = f"LOCAL{secrets.token_hex(16).upper()}", secrets.token_hex(20)
        self.endpoint = Endpoint(f"https://127.0.0.1:{self.port}", self.folder / "ca.pem", *keys)
        self.log = self.folder / "emulator.log"
        self._python = python
        self._start()

    def _start(self) -> None:
        command = [str(self._python), str(self.launcher), str(self.folder), str(os.getpid())]
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                start_new_session=True,  # Ctrl-C is handled here: the emulator is stopped after its users
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the emulator and its handlers, and remove its folder."""
        stop_process_group(self.process.pid)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        """Only PATH is taken from this process. Handlers inherit these variables, except for the root credentials."""
        return {
            **self.endpoint.keys,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",  # otherwise it would listen for IoT devices on all addresses of the machine
            "AUTH": "true",
            "USE_SSL": "1",
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _log_hint(self) -> str:
        remedy = "If this persists, delete the folder .local/emulator, and try again"
        return f"{remedy}. The emulator's log:\n{self.log.read_text()[-2000:]}"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise EmulatorError(f"The emulator stopped during its start. {self._log_hint()}")
            if self.endpoint.ca_bundle.exists() and is_reachable(self.endpoint):
                return
            time.sleep(0.05)
        raise EmulatorError(f"The emulator did not answer within {START_TIMEOUT:.0f} s. {self._log_hint()}")


def stop_process_group(group: int) -> None:
    """Stop the processes of a group: first SIGTERM, then SIGKILL."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, request)
        except (ProcessLookupError, PermissionError):
            return
        deadline = time.monotonic() + KILL_AFTER
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(group, os.WNOHANG)  # a child process must be waited for, otherwise it remains as a zombie
            try:
                os.killpg(group, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.05)


def is_reachable(endpoint: Endpoint) -> bool:
    """Whether an emulator with this certificate answers at the URL."""
    try:
        context = ssl.create_default_context(cafile=str(endpoint.ca_bundle))
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        with direct.open(f"{endpoint.url}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ssl.SSLError, urllib.error.URLError):
        return False


def free_port() -> int:
    """A port of the loopback address that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
