"""Local web pages that show workers and their DLQs: they call `operations`, `checks` and `capacity`, and add no logic."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.console.server import ConsoleServer, start_console

__all__ = ["ConsoleServer", "start_console"]

__getattr__ = lazy_exports(__name__)  # the commands start without loading the server
