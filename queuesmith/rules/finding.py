"""What a rule says when it is not satisfied, and what it says when it cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error`: AWS refuses it, or messages are lost or repeated, or data or access is exposed. `warning`: AWS takes it,
    experience does not.
    """

    ERROR = "error"
    WARNING = "warning"

    def reaches(self, least: Severity) -> bool:
        """Whether it is at or above another."""
        return self is Severity.ERROR or least is Severity.WARNING


@dataclass(frozen=True)
class Finding:
    """One rule, one place, the numbers found there, and the way out."""

    rule: str
    """The rule's id, `QL001`."""
    severity: Severity
    address: str
    """The part it is about: a Terraform address, or `queue`, `function`, … of a worker's settings."""
    attribute: str
    """The user's own key: `queue.visibility_timeout`, `aws_sqs_queue.orders.visibility_timeout_seconds`."""
    message: str
    """What was found and why it matters."""
    remedy: str
    """What to set."""
    source: str
    """The page that the limit comes from."""
    enforced_by_aws: bool = False
    """Whether AWS itself refuses it, so that it cannot be accepted."""
    accepted: str = ""
    """The reason of the acceptance that covers it; empty: none does."""


@dataclass(frozen=True)
class NotJudged:
    """One rule that could not be judged at one place, because a value is unknown."""

    rule: str
    address: str
    reason: str


@dataclass(frozen=True)
class Judgement:
    """All that the rule book says about a pipeline, or about several."""

    findings: tuple[Finding, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
