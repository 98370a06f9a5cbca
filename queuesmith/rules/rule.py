"""What a rule is: an id that never changes, the words that explain it, and a function that finds problems of a `Pipeline`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass, replace
from typing import TypeAlias

from queuesmith.rules.finding import Finding, Judgement, NotJudged, Severity
from queuesmith.rules.part import Part
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.unknown import NotKnownError, Unknown


@dataclass(frozen=True)
class Problem:
    """What a rule found, before it is signed with the rule's id."""

    severity: Severity
    part: Part
    attribute: str
    """The model's name of the attribute; "" for the part as a whole."""
    message: str
    remedy: str
    enforced_by_aws: bool = False
    """Whether AWS itself refuses it, so that it cannot be accepted."""


Problems: TypeAlias = Iterator[Problem | Unknown]
"""What a rule's function yields: problems, and the values that kept it from judging."""
Check: TypeAlias = Callable[[Pipeline], Problems]


@dataclass(frozen=True)
class Rule:
    """One rule of the book."""

    id: str
    title: str
    """The rule as a sentence that holds for a good pipeline."""
    _: KW_ONLY
    limit: str
    """What is compared with what, for the docs."""
    reason: str
    """Why it matters."""
    remedy: str
    """How to fix it, in general."""
    source: str
    """The page that the limit comes from."""
    severities: tuple[Severity, ...] = (Severity.ERROR,)
    enforced_by_aws: bool = False
    """Whether all its findings are limits of AWS, which no acceptance can lift."""
    enforced_where: str = ""
    """Of a rule with findings of both kinds: which are limits of AWS, after "hard limit where"."""
    check: Check | None = None
    """The function `check` of the rule's file; None for rules that judge no pipeline: `drift` and `acceptance` report them."""

    def judge(self, pipeline: Pipeline) -> Judgement:
        """What this rule says about one pipeline."""
        findings: list[Finding] = []
        unknown: list[str] = []
        try:
            for item in self.check(pipeline) if self.check else ():
                if isinstance(item, Unknown):
                    unknown.append(item.what)
                else:
                    findings.append(self._signed(item))
        except NotKnownError as error:
            unknown.append(error.unknown.what)
        return Judgement(tuple(findings), tuple(NotJudged(self.id, pipeline.name, what) for what in dict.fromkeys(unknown)))

    def _signed(self, problem: Problem) -> Finding:
        part = problem.part
        attribute = part.attribute_path(problem.attribute) if problem.attribute else part.address
        found = self.finding(problem.severity, part.address, attribute, problem.message, problem.remedy)
        return replace(found, enforced_by_aws=True) if problem.enforced_by_aws else found

    def finding(self, severity: Severity, address: str, attribute: str, message: str, remedy: str) -> Finding:
        """A finding of this rule."""
        return Finding(self.id, severity, address, attribute, message, remedy, self.source, self.enforced_by_aws)
