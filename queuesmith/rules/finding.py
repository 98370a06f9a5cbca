"""What a rule says when it is not satisfied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error` stops synth; `warning` is printed."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One rule, one place, the numbers found there, and the way out."""

    rule: str
    """The rule's id, `QL001`."""
    severity: Severity
    attribute: str
    """The attribute of the pipeline that the finding is about, as in the settings: `queue.visibility_timeout`."""
    message: str
    """What was found and why it matters."""
    remedy: str
    """What to set."""
    source: str
    """The page that the limit comes from."""
