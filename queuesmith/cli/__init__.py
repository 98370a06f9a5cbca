"""The commands: each parses its arguments, calls another room and prints the result."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.cli.app import main

__all__ = ["main"]

__getattr__ = lazy_exports(  # a command's module does not load those of the others
    __name__,
    {
        "main": "queuesmith.cli.app",
    },
)
