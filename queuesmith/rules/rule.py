"""The model of a rule: an id that never changes, its documentation, and a function that finds problems of a `Pipeline`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass, replace
from typing import Literal, TypeAlias

from queuesmith.common.site import rule_page
from queuesmith.rules.finding import CheckResult, Finding, Severity, SkippedCheck
from queuesmith.rules.part import Part
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.unknown import NotKnownError, Unknown


@dataclass(frozen=True)
class Problem:
    """A violation that a rule's function found, before the rule adds its id and source."""

    severity: Severity
    part: Part
    attribute: str
    """The model's name of the attribute. "": the part as a whole."""
    message: str
    remedy: str
    """Empty: the rule's remedy."""
    enforced_by_aws: bool = False
    """Whether AWS itself refuses the value. Such a finding cannot be suppressed."""


Problems: TypeAlias = Iterator[Problem | Unknown]
"""The results of a rule's function: problems, and the unknown values because of which a check was skipped."""
Check: TypeAlias = Callable[[Pipeline], Problems]


@dataclass(frozen=True)
class Rule:
    """One rule of the book."""

    id: str
    title: str
    """The rule as a sentence with "must", because it also stands alone: in SARIF, and as a heading."""
    _: KW_ONLY
    limit: str
    """The values that are compared, for the docs."""
    reason: str
    """Why the rule matters."""
    remedy: str
    """How to fix a violation, in general."""
    documentation: str
    """URL of the page that documents the limit."""
    severity: Literal["error", "warning", "error or warning"] = "error"
    """The severities of its findings."""
    enforced_by_aws: bool = False
    """Whether AWS enforces all limits of this rule, so that none of its findings can be suppressed."""
    enforced_when: str = ""
    """For a rule with findings of both kinds: when AWS enforces the limit. Continues the words "hard limit if"."""
    check: Check | None = None
    """The function `check` of the rule's file. None: another module reports its findings, for example `drift`."""

    @property
    def severities(self) -> tuple[Severity, ...]:
        """The severities of its findings, one by one."""
        return tuple(map(Severity, self.severity.split(" or ")))

    @property
    def page(self) -> str:
        """URL of the page about the rule."""
        return rule_page(self.id)

    def apply(self, pipeline: Pipeline) -> CheckResult:
        """Check one pipeline with this rule."""
        findings: list[Finding] = []
        unknown: dict[str, None] = {}
        try:
            for item in self.check(pipeline) if self.check else ():
                if isinstance(item, Unknown):
                    unknown[item.what] = None
                else:
                    findings.append(self._finding_of(item))
        except NotKnownError as error:
            unknown[error.unknown.what] = None
        return CheckResult(tuple(findings), tuple(SkippedCheck(self.id, pipeline.name, what) for what in unknown))

    def _finding_of(self, problem: Problem) -> Finding:
        part = problem.part
        attribute = part.attribute_path(problem.attribute) if problem.attribute else part.address
        remedy = problem.remedy or self.remedy.rstrip(".")
        finding = self.finding(problem.severity, part.address, attribute, problem.message, remedy)
        return replace(finding, enforced_by_aws=True) if problem.enforced_by_aws else finding

    def finding(self, severity: Severity, address: str, attribute: str, message: str, remedy: str) -> Finding:
        """Return a finding of this rule."""
        return Finding(self.id, severity, address, attribute, message, remedy, self.documentation, self.enforced_by_aws)
