"""An event loop in its own thread, for workers whose function is a coroutine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any


class EventLoop:
    """Runs coroutines from several threads. All invocations have the same loop, because asynchronous clients need that."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._running: set[Future[BaseException | None]] = set()

    def run(self, function: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Call a coroutine function, and wait until it is done. Raises its exception.

        Context variables of the caller, such as the message in progress, have the same values in the coroutine.
        """
        future = asyncio.run_coroutine_threadsafe(_outcome(function, arguments), self._started())
        self._running.add(future)
        try:
            error = future.result()
        finally:
            self._running.discard(future)
        if error is not None:
            raise error

    def cancel(self) -> None:
        """Cancel all coroutines in progress."""
        for future in list(self._running):
            future.cancel()

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="event loop", daemon=True).start()
            return self._loop


async def _outcome(function: Callable[..., Awaitable[None]], arguments: tuple[Any, ...]) -> BaseException | None:
    """Return the coroutine's exception. SystemExit would otherwise end the loop's thread, and its caller would wait forever."""
    try:
        await function(*arguments)
    except BaseException as error:
        return error
    return None
