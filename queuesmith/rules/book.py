"""The rules, and judging pipelines by all of them."""

from __future__ import annotations

from collections.abc import Iterable

from queuesmith.rules import (  # noqa: F401 - each enters its rules into the book
    alarm_number_rules,
    alarm_rules,
    concurrency_rules,
    dead_letter_rules,
    failure_rules,
    fifo_rules,
    filter_rules,
    function_number_rules,
    function_rules,
    judgement_rules,
    key_rules,
    log_rules,
    mapping_rules,
    permission_rules,
    queue_access_rules,
    queue_rules,
    queue_sender_rules,
    secret_rules,
    sender_key_rules,
    visibility_rules,
)
from queuesmith.rules.finding import Finding, Judgement, NotJudged
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.rule import RULES, Rule


def rules() -> list[Rule]:
    """Every rule, by id."""
    return [RULES[key] for key in sorted(RULES)]


def judge(pipeline: Pipeline) -> Judgement:
    """What every rule says about one pipeline, in the book's order."""
    return judge_all([pipeline])


def judge_all(pipelines: Iterable[Pipeline]) -> Judgement:
    """What every rule says about several pipelines; what two of them share is said once."""
    book = rules()
    findings: dict[Finding, None] = {}
    not_judged: dict[NotJudged, None] = {}
    for pipeline in pipelines:
        for rule in book:
            said = rule.judge(pipeline)
            findings.update(dict.fromkeys(said.findings))
            not_judged.update(dict.fromkeys(said.not_judged))
    return Judgement(tuple(findings), tuple(not_judged))
