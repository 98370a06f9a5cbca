"""A program whose terminal is closed while it runs: it gets SIGHUP and can no longer write to the terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_ON_ITS_TERMINAL = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGHUP, getattr(signal, sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Set the handler of SIGHUP and run the command, as a shell or `nohup` does."""


@contextlib.contextmanager
def on_a_closed_terminal(
    arguments: Sequence[str], until: bytes, folder: Path, variables: Mapping[str, str], hangup: str = "SIG_DFL"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with these arguments and close its terminal when `until` appears on it. It is killed at a timeout."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_ITS_TERMINAL, hangup, sys.executable, *arguments],
        cwd=folder,
        env={**variables, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    with process:
        os.close(theirs)
        try:
            _read_until(ours, until)
        finally:
            os.close(ours)
        try:
            yield process
        finally:
            process.kill()


def _read_until(terminal: int, text: bytes) -> None:
    seen = b""
    while text not in seen:
        seen += os.read(terminal, 4096)
