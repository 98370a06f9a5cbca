"""Ctrl-C, SIGTERM and a terminal that is closed, in commands that change something: what is on its way is accounted for."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from queuesmith.stopping import Stop, ending_signals


@contextlib.contextmanager
def stopped_in_order() -> Iterator[Stop]:
    """What Ctrl-C, SIGTERM and the end of the terminal set. A second one ends the command at once."""
    stop = Stop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in ending_signals()}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
