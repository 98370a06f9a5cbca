"""The rules, and judging a pipeline by all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from queuesmith.rules import queue_rules
from queuesmith.rules.finding import Finding
from queuesmith.rules.pipeline import Pipeline

Rule = Callable[[Pipeline], Iterator[Finding]]

RULES: tuple[Rule, ...] = (queue_rules.visibility_outlasts_the_function,)


def judge(pipeline: Pipeline) -> list[Finding]:
    """Every finding of every rule, in the book's order."""
    return [finding for rule in RULES for finding in rule(pipeline)]
