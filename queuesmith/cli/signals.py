"""Ctrl-C, SIGTERM and a terminal that is closed, in commands that change something: what is on its way is accounted for."""

from __future__ import annotations

import atexit
import contextlib
import signal
import time
from collections.abc import Iterator
from types import FrameType

from queuesmith.common.stopping import Stop, ending_signals

PATIENCE = 10.0
"""Seconds in which a request that is on its way is usually answered, or given up."""


@contextlib.contextmanager
def stopped_in_order() -> Iterator[Stop]:
    """What Ctrl-C, SIGTERM and the end of the terminal set. Another one changes nothing for PATIENCE seconds, in which an
    impatient person would cut the account short; after that it ends the command at once, unless it is being written down then.
    What was asked to stop has nothing to do any more but to end, so that this stays so until the process has ended.
    """
    stop = Stop()
    first = 0.0

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal first
        if not stop.is_set():
            first = time.monotonic()
            stop.set()
        elif time.monotonic() - first > PATIENCE and not stop.settling:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in ending_signals()}
    try:
        yield stop
    finally:
        stop.settling = False
        for number, handler in before.items():
            if stop.is_set():
                atexit.register(signal.signal, number, signal.SIG_IGN)  # Python's own end would put the default back
            else:
                signal.signal(number, handler)
