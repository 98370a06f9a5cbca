"""Acceptances: findings that the operator has reviewed and accepted, by rule and with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from queuesmith.rules.book import rules_by_id
from queuesmith.rules.finding import Finding, Severity
from queuesmith.rules.wording import shown

_OPTION = "--suppress"


@dataclass(frozen=True)
class Acceptance:
    """The reason why the findings of one rule are accepted, and at which addresses."""

    rule: str
    reason: str
    addresses: tuple[str, ...] = ()
    """Addresses with the wildcards * and ?. Empty: everywhere."""
    where: str = ""
    """Where the acceptance is written, for messages: `suppress.QL007 in queuesmith.toml`."""

    def covers(self, finding: Finding) -> bool:
        """Whether this acceptance applies to the finding. It never applies to limits that AWS enforces."""
        return self.names(finding) and not finding.enforced_by_aws and bool(self.reason.strip())

    def names(self, finding: Finding) -> bool:
        """Whether rule and address match the finding, even if the finding cannot be accepted."""
        if finding.rule != self.rule:
            return False
        return not self.addresses or any(_matches(finding.address, pattern) for pattern in self.addresses)

    @property
    def name(self) -> str:
        """The name of the acceptance in messages."""
        return self.where or f"the acceptance of {self.rule}"


def _matches(address: str, pattern: str) -> bool:
    escaped = pattern.replace("[", "[[]")  # brackets are part of Terraform addresses
    return fnmatchcase(address, escaped)


def accept(findings: Iterable[Finding], acceptances: Sequence[Acceptance]) -> list[Finding]:
    """Return the findings, each with the reason of the acceptance that covers it, if there is one."""
    return [
        replace(finding, accepted=next((each.reason for each in acceptances if each.covers(finding)), ""))
        for finding in findings
    ]


def complaints(
    acceptances: Sequence[Acceptance], findings: Sequence[Finding], not_judged: Collection[str] = frozenset()
) -> list[Finding]:
    """Return the findings about the acceptances themselves (QL901, QL902, QL903).

    `findings` are all findings of the run. `not_judged` are the ids of rules that were skipped somewhere because a value is
    unknown: an acceptance of such a rule is not reported as unused.
    """
    found = (_complaint(acceptance, findings, not_judged) for acceptance in acceptances)
    return [complaint for complaint in found if complaint is not None]


def _complaint(acceptance: Acceptance, findings: Sequence[Finding], not_judged: Collection[str]) -> Finding | None:
    rule, name = rules_by_id().get(acceptance.rule), acceptance.name
    if rule is None:
        message = f"{name}: there is no rule {shown(acceptance.rule)} to accept"
        return _finding("QL901", Severity.ERROR, acceptance, message, "Take it out. `queuesmith explain` lists the rules")
    if rule.check is None:
        what = "acceptances" if rule.id.startswith("QL9") else "what is deployed"
        message = f"{name}: {rule.id} is about {what}, not about pipelines: it cannot be accepted"
        return _finding("QL901", Severity.ERROR, acceptance, message, "Take it out")
    hard = next((finding for finding in findings if finding.enforced_by_aws and acceptance.names(finding)), None)
    if rule.enforced_by_aws or hard is not None:
        message = f"{name}: what {rule.id} says {'of ' + hard.address + ' ' if hard else ''}is a limit of AWS's"
        way = "Take it out, and fix what the rule found"
        if any(acceptance.covers(finding) for finding in findings):
            way = "Limit it with addresses to what can be accepted, and fix the rest"
        return _finding("QL901", Severity.ERROR, acceptance, message, way)
    if not acceptance.reason.strip():
        given = f'{rule.id} = "the reason"'
        if acceptance.where.startswith(_OPTION):
            given = f'{_OPTION} "{rule.id}=the reason"'
        return _finding("QL902", Severity.ERROR, acceptance, f"{name} has no reason", f"Say why: {given}")
    if rule.id not in not_judged and not any(acceptance.covers(finding) for finding in findings):
        return _finding("QL903", Severity.WARNING, acceptance, f"{name} matches nothing", "Take it out")
    return None


def _finding(rule: str, severity: Severity, acceptance: Acceptance, message: str, remedy: str) -> Finding:
    where = acceptance.where or acceptance.rule
    return rules_by_id()[rule].finding(severity, where, where, message, remedy)
