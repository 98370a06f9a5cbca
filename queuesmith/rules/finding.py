"""The results of a rule: findings, and the checks that were skipped because a value is unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from queuesmith.common.site import rule_page


class Severity(StrEnum):
    """`error`: AWS refuses it, or messages are lost or repeated, or data is exposed, or too much access is granted.
    `warning`: AWS accepts it, but it causes trouble in practice.
    """

    ERROR = "error"
    WARNING = "warning"

    def reaches(self, least: Severity) -> bool:
        """Whether this severity is `least` or higher."""
        return self is Severity.ERROR or least is Severity.WARNING


@dataclass(frozen=True)
class Place:
    """The lines of a source file that a finding is about."""

    file: str
    line: int
    """The first line of the attribute or block; 1 is the first line of the file."""
    end_line: int
    excerpt: tuple[tuple[int, str], ...] = ()
    """The lines to show, each with its number. Empty if they could contain a secret."""


@dataclass(frozen=True)
class Finding:
    """One violation of one rule at one place, with the values found there and the fix."""

    rule: str
    """The rule's id, `QL001`."""
    severity: Severity
    address: str
    """The part with the problem: a Terraform address, or `queue`, `function`, … of a worker's settings."""
    attribute: str
    """The key as the user writes it: `queue.visibility_timeout`, `aws_sqs_queue.orders.visibility_timeout_seconds`."""
    message: str
    """The values that were found and why they matter."""
    remedy: str
    """The fix: what to set."""
    documentation: str
    """URL of the page that documents the limit."""
    enforced_by_aws: bool = False
    """Whether AWS itself refuses the value. Such a finding cannot be suppressed."""
    suppression_reason: str = ""
    """The reason of the suppression that matches the finding. Empty: it is not suppressed."""
    place: Place | None = field(default=None, compare=False)
    """The finding's place in the source files. None: not known."""

    @property
    def page(self) -> str:
        """URL of the page about the rule."""
        return rule_page(self.rule)


@dataclass(frozen=True)
class SkippedCheck:
    """One rule that was skipped at one place, because a value is unknown."""

    rule: str
    address: str
    reason: str


@dataclass(frozen=True)
class CheckResult:
    """The findings and the skipped checks of one or several pipelines."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[SkippedCheck, ...] = ()
