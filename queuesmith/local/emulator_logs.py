"""Lets the emulator understand filter patterns with alternatives. Runs under the emulator's own Python, beside the launcher."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any


def find_any_of(logs: Any) -> None:
    """`?ERROR ?"Task timed out"` finds lines with one of them, in capitals as they stand (CloudWatch Logs user guide)."""
    compiled = logs._compile_filter_pattern

    def compile_pattern(raw: str) -> Callable[[str], Any]:
        terms = shlex.split(raw) if raw and raw.lstrip().startswith("?") else []
        if not terms or not all(term.startswith("?") for term in terms):
            matches: Callable[[str], Any] = compiled(raw)
            return matches
        return lambda line: any(term[1:] in line for term in terms)

    logs._compile_filter_pattern = compile_pattern
