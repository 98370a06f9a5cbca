"""Asking work to stop in order: what is on its way is finished and accounted for."""

from __future__ import annotations

import signal
import time

INTERRUPTED = 130
"""The exit status of what was stopped and ended in order."""
SLICE = 0.1
"""Seconds after which a wait looks again."""


def ending_signals() -> list[signal.Signals]:
    """Those that ask a program to end: Ctrl-C, SIGTERM and a terminal that is closed, unless `nohup` has that ignored."""
    hangup = [number for number in signal.Signals if number.name == "SIGHUP"]  # Windows has none
    kept = [number for number in hangup if signal.getsignal(number) is not signal.SIG_IGN]
    return [signal.SIGINT, signal.SIGTERM, *kept]


class Stop:
    """Set by a signal or by a script. Unlike threading.Event it takes no lock: a signal's handler may set it at any time."""

    def __init__(self) -> None:
        self._asked = False
        self.settling = False
        """Whether what was not done is being written down now, which is not to be interrupted."""

    def set(self) -> None:
        """Ask for it."""
        self._asked = True

    def is_set(self) -> bool:
        """Whether it was asked for."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Sleep, but not longer than until it is asked for. Whether it was."""
        deadline = time.monotonic() + seconds
        while not self._asked and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(SLICE, left))
        return self._asked
