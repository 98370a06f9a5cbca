"""Ctrl-C, SIGTERM and a terminal that is closed: what was started is ended in order."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

from queuesmith.common.stopping import ending_signals

_STDERR = 2


@contextlib.contextmanager
def interruptible(text: str) -> Iterator[None]:
    """The first of the signals that ask for the end says `text` on stderr and raises KeyboardInterrupt. Further ones are
    ignored until the end: a second one must not cut the clean-up short and leave something running.
    """
    numbers = ending_signals()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, lambda *_: None)  # not SIG_IGN: one that is on its way already would be complained about
        with contextlib.suppress(OSError):  # a terminal that was closed takes nothing more
            os.write(_STDERR, f"{text}\n".encode())  # print may be what was interrupted
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
