"""Ctrl-C, SIGTERM and a closed terminal: graceful shutdown, and short steps that must not be interrupted."""

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
"""The exit status after a graceful shutdown."""
GRACE_PERIOD = 10.0
"""Seconds within which a request in flight is usually answered or has failed."""
POLL_INTERVAL = 0.1
"""Seconds between two checks during a wait."""
_STDERR = 2
Handler = Callable[[int, FrameType | None], object]


class Stop:
    """Set by a signal or by a script. Unlike threading.Event it takes no lock: a signal's handler can set it at any time."""

    def __init__(self) -> None:
        self._since: float | None = None
        self.writing_results = False
        """Whether the work is recording the messages that were not sent. No second signal interrupts this."""

    def set(self) -> None:
        """Request the stop."""
        self._since = time.monotonic()

    def is_set(self) -> bool:
        """Whether a stop was requested."""
        return self._since is not None

    def is_overdue(self) -> bool:
        """Whether a stop was requested more than GRACE_PERIOD seconds ago."""
        return self._since is not None and time.monotonic() - self._since > GRACE_PERIOD

    def wait(self, seconds: float) -> bool:
        """Sleep until the time has passed or a stop is requested. Returns whether a stop was requested."""
        deadline = time.monotonic() + seconds
        while not self.is_set() and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(POLL_INTERVAL, left))
        return self.is_set()


def termination_signals() -> list[signal.Signals]:
    """Signals that ask a program to end: Ctrl-C, SIGTERM, and a closed terminal unless `nohup` makes the program ignore it."""
    hangup = [number for number in signal.Signals if number.name == "SIGHUP"]  # Windows has none
    return [signal.SIGINT, signal.SIGTERM, *(each for each in hangup if signal.getsignal(each) is not signal.SIG_IGN)]


@contextlib.contextmanager
def handle_signals(handler: Handler) -> Iterator[None]:
    """Call `handler` for each of the termination signals."""
    before = {number: signal.signal(number, handler) for number in termination_signals()}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


@contextlib.contextmanager
def graceful_shutdown(announcement: str = "") -> Iterator[Stop]:
    """Shut down gracefully when a termination signal arrives. A second signal does not interrupt the final report or clean-up.

    Without an announcement, the first signal sets the `Stop`. The work then finishes the requests in flight and reports the
    result. Another signal raises KeyboardInterrupt after GRACE_PERIOD seconds, but not during `writing_results`.

    With an announcement, the first signal writes it to stderr and raises KeyboardInterrupt. Later signals are ignored.

    After a stop the handlers stay in place until the process ends, because it has nothing more to do.
    """
    stop = Stop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        first = not stop.is_set()
        if first:
            stop.set()
        if announcement and first:
            with contextlib.suppress(OSError):  # a closed terminal
                os.write(_STDERR, f"{announcement}\n".encode())  # not print: the signal may have interrupted a print
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
                atexit.register(signal.signal, number, signal.SIG_IGN)  # at its end, Python would restore the default handler
            else:
                signal.signal(number, previous)


@contextlib.contextmanager
def deferred_signals() -> Iterator[None]:
    """Defer termination signals to the end of the block, for the milliseconds of a step that must not be cut short."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread can handle signals
        yield
        return
    deferred: list[int] = []
    try:
        with handle_signals(lambda number, _: deferred.append(number)):
            yield
    finally:
        if deferred:
            signal.raise_signal(deferred[0])
