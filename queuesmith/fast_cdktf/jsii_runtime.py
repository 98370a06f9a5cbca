"""Runs the Node side of jsii in one process instead of two, and from places that do not change.

jsii's own runtime starts a second Node for its program and hands every message on; it copies the program into a temporary
folder each time, and loads the packages through another, so that Node's compile cache would never find them again and grow
with every run. Here Python starts the program itself (`jsii_runtime.cjs`), talks to it through two pipes of their own, and
passes on what it prints. Where jsii is another release, or the user has set `JSII_RUNTIME`, its own runtime is used.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import logging
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from queuesmith.fast_cdktf import jsii_release

RUNTIME = Path(__file__).with_name("jsii_runtime.cjs")
PROGRAM, CHANNEL = "QUEUESMITH_JSII_PROGRAM", "QUEUESMITH_JSII_CHANNEL"

_log = logging.getLogger(__name__)


def prepare() -> None:
    """Have the program run this way when jsii starts Node."""
    if os.name != "posix" or not jsii_release.is_known() or jsii_release.program() is None:
        _log.debug("jsii is not the release that is known here, so its own runtime is used")
    elif jsii_release.PROCESS in sys.modules:
        _use_ours(sys.modules[jsii_release.PROCESS])
    else:
        sys.meta_path.insert(0, _WhenImported(jsii_release.PROCESS, _use_ours))


def _use_ours(module: Any) -> None:
    ordinary = module._NodeProcess.start

    def start(self: Any) -> None:
        if os.environ.get("JSII_RUNTIME"):
            ordinary(self)
            return
        try:
            self._process = Node()
        except OSError:
            self.stop = lambda: None  # there is nothing to stop
            raise
        self.sink_thread = self._process.printing[0]
        atexit.register(self.stop)
        self.handshake()

    module._NodeProcess.start = start


class Node:
    """jsii's program in a Node of its own: as much of `subprocess.Popen` as jsii uses, with the messages as its pipes."""

    def __init__(self) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        command = [
            os.environ.get("JSII_NODE", "node"),
            "--max-old-space-size=4069",
            "--preserve-symlinks",  # as jsii's own runtime has it
            str(RUNTIME),
        ]
        variables = {
            **_compile_cache(),
            **os.environ,
            "JSII_AGENT": f"Python/{platform.python_version()}",
            PROGRAM: str(jsii_release.program()),
            CHANNEL: f"{theirs_in},{theirs_out}",
        }
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=variables,
                pass_fds=(theirs_in, theirs_out),
            )
        except BaseException:
            os.close(ours_in)
            os.close(ours_out)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self.stdin: IO[bytes] = os.fdopen(ours_out, "wb")
        self.stdout: IO[bytes] = os.fdopen(ours_in, "rb")
        self.stderr: Any = self._popen.stderr
        self.printing = [
            threading.Thread(target=_pass_on, args=(pipe, name), daemon=True, name=f"node's {name}")
            for pipe, name in ((self._popen.stdout, "stdout"), (self._popen.stderr, "stderr"))
        ]
        for thread in self.printing:
            thread.start()

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended, and all that it has printed has been passed on."""
        status = self._popen.wait(timeout)
        for thread in self.printing:
            thread.join(timeout)
        return status

    def terminate(self) -> None:
        """Ask it to end."""
        self._popen.terminate()

    def kill(self) -> None:
        """End it, and what is said to it afterwards goes nowhere."""
        self._popen.kill()
        self.wait()
        with contextlib.suppress(OSError):
            self.stdin.close()


def _compile_cache() -> dict[str, str]:
    """Where Node keeps what it has compiled: in the user's cache, where there is one. Packages that jsii is told to unpack
    anew each time would fill it.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    unpacked_anew = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled").lower() != "enabled"
    if cache.startswith("~") or unpacked_anew:  # there may be no home folder
        return {}
    return {"NODE_COMPILE_CACHE": str(Path(cache, "queuesmith", "node"))}


def _pass_on(pipe: Any, name: str) -> None:
    """Print what Node prints, on the stream of the same name as it is at that time.

    Where that is closed or broken, Node is read on: it would wait for ever to be rid of what it prints.
    """
    while chunk := os.read(pipe.fileno(), 65_536):
        with contextlib.suppress(OSError, ValueError):
            _print(chunk, getattr(sys, name))


def _print(chunk: bytes, stream: Any) -> None:
    if hasattr(stream, "buffer"):
        stream.flush()
        stream.buffer.write(chunk)
        stream.buffer.flush()
    else:
        stream.write(chunk.decode(errors="replace"))


class _WhenImported(MetaPathFinder):
    """Does something with a module once it has been imported, whoever imports it."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self._name, self._then = name, then

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002 - as importlib calls it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The module's own spec, for that module; nothing for any other."""
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_then(module: ModuleType) -> None:
                run(module)
                self._then(module)

            spec.loader.exec_module = run_and_then  # type: ignore[method-assign]
        return spec
