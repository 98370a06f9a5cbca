"""Ctrl-C, SIGTERM and a closed terminal: how work ends in order, and the moments that must not be cut short."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

INTERRUPTED = 130
"""The exit status of a program that was asked to end, and ended in order."""
PATIENCE = 10.0
"""Seconds in which a request that is in flight is usually answered, or given up."""
SLICE = 0.1
"""Seconds after which a wait looks again."""
_STDERR = 2
Handler = Callable[[int, FrameType | None], object]


class Stop:
    """Set by a signal or by a script. Unlike threading.Event it takes no lock: a signal's handler can set it at any time."""

    def __init__(self) -> None:
        self._since: float | None = None
        self.writing_results = False
        """Whether the work is writing down what was not done, which no second signal interrupts."""

    def set(self) -> None:
        """Ask the work to stop."""
        self._since = time.monotonic()

    def is_set(self) -> bool:
        """Whether the work was asked to stop."""
        return self._since is not None

    def is_overdue(self) -> bool:
        """Whether the work was asked to stop more than PATIENCE seconds ago."""
        return self._since is not None and time.monotonic() - self._since > PATIENCE

    def wait(self, seconds: float) -> bool:
        """Sleep until the time is over or the work is asked to stop. Returns whether it was."""
        deadline = time.monotonic() + seconds
        while not self.is_set() and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(SLICE, left))
        return self.is_set()


def termination_signals() -> list[signal.Signals]:
    """Signals that ask a program to end: Ctrl-C, SIGTERM, and a closed terminal unless `nohup` makes the program ignore it."""
    hangup = [number for number in signal.Signals if number.name == "SIGHUP"]  # Windows has none
    return [signal.SIGINT, signal.SIGTERM, *(each for each in hangup if signal.getsignal(each) is not signal.SIG_IGN)]


@contextlib.contextmanager
def handled_by(handler: Handler) -> Iterator[None]:
    """Call `handler` for each of the termination signals."""
    before = {number: signal.signal(number, handler) for number in termination_signals()}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


@contextlib.contextmanager
def graceful_shutdown(announcement: str = "") -> Iterator[Stop]:
    """End in order when a termination signal arrives; a second signal must not cut the account or the clean-up short.

    Without an announcement, the first signal sets the `Stop`: the work finishes what is in flight and says what was done.
    Another signal raises KeyboardInterrupt after PATIENCE seconds, but not while `writing_results`. With an announcement, the
    first signal writes it to stderr and raises KeyboardInterrupt; others are ignored.

    A program that was asked to stop has nothing more to do, so signals stay handled like this until the process ends.
    """
    stop = Stop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        first = not stop.is_set()
        if first:
            stop.set()
        if announcement and first:
            with contextlib.suppress(OSError):  # a closed terminal
                os.write(_STDERR, f"{announcement}\n".encode())  # print may be what was interrupted
            raise KeyboardInterrupt
        if not announcement and stop.is_overdue() and not stop.writing_results:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, handle) for number in termination_signals()}
    try:
        yield stop
    finally:
        stop.writing_results = False
        for number, previous in before.items():
            if stop.is_set():
                atexit.register(signal.signal, number, signal.SIG_IGN)  # Python would put the default back before it ends
            else:
                signal.signal(number, previous)


@contextlib.contextmanager
def deferred_signals() -> Iterator[None]:
    """Defer termination signals to the end of the block, for the milliseconds of a step that must not be cut short."""
    if threading.current_thread() is not threading.main_thread():  # which alone can handle signals
        yield
        return
    deferred: list[int] = []
    try:
        with handled_by(lambda number, _: deferred.append(number)):
            yield
    finally:
        if deferred:
            signal.raise_signal(deferred[0])
