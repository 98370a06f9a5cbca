"""The commands: each parses its arguments, calls another package and prints the result."""

from queuesmith.cli.app import main

__all__ = ["main"]
