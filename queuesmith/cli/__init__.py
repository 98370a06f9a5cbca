"""The commands: each parses its arguments, calls another package and prints the result."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.cli.app import main

__all__ = ["main"]

__getattr__ = lazy_exports(__name__)  # loading one command does not load the modules of the others
