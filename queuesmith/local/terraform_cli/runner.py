"""Runs Terraform in a folder, with progress from its JSON output. Errors contain Terraform's own text."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queuesmith.common.errors import TerraformError
from queuesmith.local.terraform_cli.program import Program, find_program
from queuesmith.local.terraform_cli.provider_mirror import provider_environment

_GRACE_PERIOD = 60.0
"""Seconds for Terraform to stop after an interruption."""
_INIT_HINT = (
    "Terraform installs the AWS provider from your CLI configuration, from a mirror folder (set TF_PLUGIN_MIRROR), or from the "
    "public registry, which must be reachable then"
)


@dataclass(frozen=True)
class ResourceEvent:
    """The start or the end of Terraform's change of a resource."""

    address: str
    kind: str
    """A type of Terraform's machine-readable output: `apply_start`, `apply_complete` or `apply_errored`."""
    action: str
    """`create`, `update` or `delete`."""


OnEvent = Callable[[ResourceEvent], None]


class Terraform:
    """Terraform in one folder."""

    def __init__(
        self, folder: Path, cache: Path, program: Program | None = None, environment: Mapping[str, str] = os.environ
    ) -> None:
        """Prepare Terraform. `cache` stores files that all folders share; `environment` is Terraform's environment."""
        self.folder = folder
        self.program = program or find_program()
        self._cache = cache
        self._environment = {
            **provider_environment(self.program, cache, environment),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def init(self) -> None:
        """Install the provider and configure the backend."""
        try:
            with _locked(self._cache):
                self._capture("init", "-no-color")
        except TerraformError as error:
            raise TerraformError(f"{error}\n{_INIT_HINT}") from error

    def apply(self, on_event: OnEvent = lambda _: None) -> None:
        """Apply without confirmation."""
        self._stream(["apply", "-json", "-auto-approve"], on_event)

    def outputs(self) -> dict[str, Any]:
        """The values of the outputs."""
        return {name: output["value"] for name, output in json.loads(self._capture("output", "-json")).items()}

    def _capture(self, *arguments: str) -> str:
        with self._running(arguments, stderr=subprocess.PIPE) as process:
            output, errors = process.communicate()
        if process.returncode != 0:
            raise TerraformError(f"{self.program.name} {arguments[0]} failed:\n{(output[-2000:] + errors[-4000:]).strip()}")
        return output

    def _stream(self, arguments: list[str], on_event: OnEvent) -> None:
        errors: list[str] = []
        with self._running(arguments, stderr=subprocess.STDOUT) as process:
            for line in process.stdout or ():
                for event in _events(line, errors):
                    on_event(event)
        if process.returncode != 0:
            raise TerraformError(f"{self.program.name} {arguments[0]} failed:\n{chr(10).join(errors)}")

    @contextlib.contextmanager
    def _running(self, arguments: Sequence[str], *, stderr: int) -> Iterator[subprocess.Popen[str]]:
        """Run Terraform in its own session, so that Ctrl-C reaches it only once, from here. At the end it has stopped."""
        with subprocess.Popen(
            [*self.program.command, *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            except BaseException:
                _stop(process)
                raise


@contextlib.contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """Lock the plugin cache, because Terraform cannot fill it from two processes simultaneously."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "init.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _stop(process: subprocess.Popen[str]) -> None:
    """Stop Terraform gracefully, within a minute. It finishes its current step and writes its state.

    The current step can be the unpacking of a provider for all later runs.
    """
    process.terminate()
    try:
        process.communicate(timeout=_GRACE_PERIOD)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _events(line: str, errors: list[str]) -> Iterator[ResourceEvent]:
    """The events in one line of Terraform's machine-readable output. Errors are added to `errors`."""
    try:
        message = json.loads(line)
    except ValueError:
        errors.append(line.rstrip())
        return
    kind = message.get("type", "")
    if kind == "diagnostic" and message["diagnostic"]["severity"] == "error":
        diagnostic = message["diagnostic"]
        address = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
        errors.append(f"{address}{diagnostic['summary']}\n{diagnostic.get('detail', '')}".strip())
    elif kind in ("apply_start", "apply_complete", "apply_errored"):
        hook = message["hook"]
        yield ResourceEvent(hook["resource"]["addr"], kind, hook.get("action", ""))
