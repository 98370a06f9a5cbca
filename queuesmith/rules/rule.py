"""What a rule is: a small function over one `Pipeline`, with an id that never changes and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from queuesmith.rules.finding import Finding, Judgement, NotJudged, Severity
from queuesmith.rules.known import Known, NotKnownError, Unknown, known
from queuesmith.rules.limits import Range
from queuesmith.rules.part import Part
from queuesmith.rules.pipeline import Pipeline, Queue
from queuesmith.rules.wording import amount

BOTH = (Severity.ERROR, Severity.WARNING)
WARNS = (Severity.WARNING,)


@dataclass(frozen=True)
class Problem:
    """What a rule found, before it is signed with the rule's id."""

    severity: Severity
    part: Part
    attribute: str
    """The model's name of the attribute; "" for the part as a whole."""
    message: str
    remedy: str
    hard: bool = False

    def as_hard(self) -> Problem:
        """The same, as a limit that AWS enforces."""
        return replace(self, hard=True)


Problems: TypeAlias = Iterator[Problem | Unknown]
"""What a rule's function yields: problems, and the values that kept it from judging."""
Check: TypeAlias = Callable[[Pipeline], Problems]


@dataclass(frozen=True)
class Rule:
    """One rule of the book."""

    id: str
    title: str
    """The rule as a sentence that holds for a good pipeline."""
    limit: str
    """What is compared with what, for the docs."""
    reason: str
    """Why it matters."""
    remedy: str
    """How to fix it, in general."""
    source: str
    """The page that the limit comes from."""
    severities: tuple[Severity, ...]
    hard: bool
    """Whether all its findings are limits of AWS, which no acceptance can lift."""
    check: Check | None
    """None for the rules about the judgement itself, which judge no pipeline."""
    hard_where: str = ""
    """Of a rule with findings of both kinds: which are limits of AWS, after "hard limit where"."""

    def judge(self, pipeline: Pipeline) -> Judgement:
        """What this rule says about one pipeline."""
        findings: list[Finding] = []
        unknown: list[Unknown] = []
        said = self.check(pipeline) if self.check else iter(())
        try:
            for item in said:
                if isinstance(item, Unknown):
                    unknown.append(item)
                else:
                    findings.append(self._signed(item))
        except NotKnownError as error:
            unknown.append(error.unknown)
        return Judgement(
            tuple(findings),
            tuple(NotJudged(self.id, pipeline.name, reason) for reason in dict.fromkeys(u.what for u in unknown)),
        )

    def _signed(self, problem: Problem) -> Finding:
        part = problem.part
        attribute = part.key(problem.attribute) if problem.attribute else part.address
        return Finding(
            self.id,
            problem.severity,
            part.address,
            attribute,
            problem.message,
            problem.remedy,
            self.source,
            problem.hard or self.hard,
        )


RULES: dict[str, Rule] = {}
"""Every rule by its id; filled as the modules of rules are imported."""


def rule(
    id: str,
    title: str,
    *,
    limit: str,
    reason: str,
    remedy: str,
    source: str,
    severities: tuple[Severity, ...] = (Severity.ERROR,),
    hard: bool = False,
    hard_where: str = "",
) -> Callable[[Check], Check]:
    """Enter a function into the book."""

    def enter(check: Check) -> Check:
        if id in RULES:
            raise ValueError(f"there are two rules {id}")
        RULES[id] = Rule(id, title, limit, reason, remedy, source, severities, hard, check, hard_where)
        return check

    return enter


def for_both_queues(check: Callable[[Queue], Problems]) -> Check:
    """A check of a queue that is made of the DLQ too."""

    def both(pipeline: Pipeline) -> Problems:
        for queue in pipeline.queues():
            try:
                yield from check(known(queue))
            except NotKnownError as error:
                yield error.unknown

    return both


def error(part: Part, attribute: str, message: str, remedy: str, *, hard: bool = False) -> Problem:
    """A problem that stops synth."""
    return Problem(Severity.ERROR, part, attribute, message, remedy, hard)


def warning(part: Part, attribute: str, message: str, remedy: str) -> Problem:
    """A problem that is printed."""
    return Problem(Severity.WARNING, part, attribute, message, remedy)


def within(part: Part, attribute: str, value: Known[int | None], allowed: Range, *, only: str = "") -> Problems:
    """A number in a range of AWS's; None is one that is not set."""
    if isinstance(value, Unknown):
        yield value
    elif value is not None and value not in allowed:
        key = part.key(attribute)
        text = f"{key} is {amount(value, allowed.unit)}, but {only}{allowed} is allowed"
        yield error(part, attribute, text, f"Set {key} to a value in that range", hard=True)
