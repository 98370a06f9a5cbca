"""A terminal, as rich and the commands see it."""

from __future__ import annotations

import io


class Terminal(io.StringIO):
    """What is written to it is kept."""

    def isatty(self) -> bool:
        return True
