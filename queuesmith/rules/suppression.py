"""Suppressions: findings that the operator has reviewed and does not want reported, by rule and with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from queuesmith.rules.book import rules_by_id
from queuesmith.rules.finding import Finding, Place
from queuesmith.rules.wording import quote

_OPTION = "--suppress"


@dataclass(frozen=True)
class Suppression:
    """The reason why the findings of one rule are suppressed, and at which addresses."""

    rule: str
    reason: str
    addresses: tuple[str, ...] = ()
    """Addresses with the wildcards * and ?. Empty: everywhere."""
    where: str = ""
    """The place of the suppression, for messages: `suppress.QL007 in queuesmith.toml`."""
    file: str | None = None
    """The file that contains it. None: it is an option, or in the settings."""
    line: int | None = None
    """The line of the file, for a comment in a Terraform file."""

    def suppresses(self, finding: Finding) -> bool:
        """Whether this suppression applies to the finding. It never applies to limits that AWS enforces."""
        return self.matches(finding) and not finding.enforced_by_aws and bool(self.reason.strip())

    def matches(self, finding: Finding) -> bool:
        """Whether rule and address match the finding, even if the finding cannot be suppressed."""
        if finding.rule != self.rule:
            return False
        return not self.addresses or any(_matches_pattern(finding.address, pattern) for pattern in self.addresses)

    @property
    def name(self) -> str:
        """The name of the suppression in messages."""
        return self.where or f"the suppression of {self.rule}"


def _matches_pattern(address: str, pattern: str) -> bool:
    escaped = pattern.replace("[", "[[]")  # brackets are part of Terraform addresses
    return fnmatchcase(address, escaped)


def suppress(findings: Iterable[Finding], suppressions: Sequence[Suppression]) -> list[Finding]:
    """Return the findings. Suppressed ones have the reason of the first suppression that applies."""
    return [
        replace(finding, suppression_reason=next((each.reason for each in suppressions if each.suppresses(finding)), ""))
        for finding in findings
    ]


def check_suppression(
    suppression: Suppression, findings: Sequence[Finding], skipped: Collection[str] = frozenset()
) -> Finding | None:
    """Return the finding about a suppression itself (QL901, QL902 or QL903), or None.

    `findings` are all findings of the run. `skipped` are the ids of rules that were skipped somewhere because a value is
    unknown: a suppression of such a rule is not reported as unused.
    """
    rule, name = rules_by_id().get(suppression.rule), suppression.name
    if rule is None:
        message = f"{name} names the rule {quote(suppression.rule)}, which does not exist"
        return _finding("QL901", suppression, message, "Remove the suppression. `queuesmith explain` lists the rules")
    if rule.id.startswith(("QL4", "QL9")):
        what = "suppressions" if rule.id.startswith("QL9") else "differences from the settings"
        message = f"{name}: findings of {rule.id} are about {what}, and cannot be suppressed"
        return _finding("QL901", suppression, message, "Remove the suppression")
    unsuppressible = next((each for each in findings if each.enforced_by_aws and suppression.matches(each)), None)
    suppressed = any(suppression.suppresses(finding) for finding in findings)
    if rule.enforced_by_aws or unsuppressible is not None:
        what = f"the finding of {rule.id} about {unsuppressible.address}" if unsuppressible else f"a finding of {rule.id}"
        message = f"{name}: {what} cannot be suppressed, because it is about a hard limit"
        remedy = "Remove the suppression, and fix the problem"
        if suppressed:
            remedy = "Limit the suppression with addresses to findings that can be suppressed, and fix the other problems"
        return _finding("QL901", suppression, message, remedy)
    if not suppression.reason.strip():
        example = f'{rule.id} = "the reason"'
        if suppression.where.startswith(_OPTION):
            example = f'{_OPTION} "{rule.id}=the reason"'
        elif suppression.line is not None:
            example = f"# queuesmith:ignore {rule.id} the reason"
        return _finding("QL902", suppression, f"{name} has no reason", f"Give the reason: {example}")
    if rule.id not in skipped and not suppressed:
        return _finding("QL903", suppression, f"{name} matches no finding", "Remove the suppression")
    return None


def _finding(id: str, suppression: Suppression, message: str, remedy: str) -> Finding:
    where, rule = suppression.where or suppression.rule, rules_by_id()[id]
    (severity,) = rule.severities
    found = rule.finding(severity, where, where, message, remedy)
    if suppression.file is None or suppression.line is None:
        return found
    return replace(found, place=Place(suppression.file, suppression.line, suppression.line))
