"""Starts and stops LocalStack, in its own Python environment, on a free port of the loopback address."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from queuesmith.local.emulator import free_port
from tests.waiting import wait_for

ACCOUNT, REGION = "000000000000", "eu-central-1"
"""The account of its keys, and the region of the sample's settings."""
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""LocalStack accepts any keys, and does not enforce IAM."""


class LocalStack:
    """A running LocalStack. The context manager stops it at the end. It also ends when this process dies."""

    launcher = Path(__file__).with_name("launcher.py")
    """The script that LocalStack's Python runs."""

    def __init__(self, python: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="queuesmith-localstack-"))
        """Everything that it writes."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "localstack.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [str(python), str(self.launcher), str(os.getpid())],
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is handled here: LocalStack is stopped after its users
            )
        try:
            wait_for(self._is_ready, "LocalStack answers", pause=0.2)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop it, and remove its folder. It has nothing to save, and would need 5 s to shut down."""
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, service: str, **more: Any) -> Any:
        """A boto3 client. `more` are arguments of `boto3.client`, which override the defaults."""
        defaults = {
            "config": Config(proxies={}),  # a proxy cannot reach this machine's loopback address
            "endpoint_url": self.url,
            "region_name": REGION,
            "aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"],
        }
        make_client: Any = boto3.client  # its type knows only literal names
        return make_client(service, **{**defaults, **more})

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a command, a script or Terraform that uses it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**kept, **KEYS, "AWS_ENDPOINT_URL": self.url, "NO_PROXY": "127.0.0.1", "COLUMNS": "120"}

    def _environment(self) -> dict[str, str]:
        """Only PATH is taken from this process. With these variables it writes to its folder only, and calls no other host."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "FILESYSTEM_ROOT": str(self.folder),  # otherwise it writes into its Python environment
            "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            "LOCALSTACK_HOST": f"127.0.0.1:{self.port}",
            "SQS_ENDPOINT_STRATEGY": "path",  # otherwise the URLs of queues have names that only a DNS server resolves
            "DNS_ADDRESS": "0",  # no DNS server
            **KEYS,  # otherwise its own clients ask the network for keys, and wait 16 s
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
        }

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, f"LocalStack stopped during its start:\n{self.log.read_text()[-2000:]}"
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.url}/_localstack/init/ready", timeout=2) as answer:
                return bool(json.load(answer)["completed"])
        except (OSError, urllib.error.URLError):
            return False
