"""The rule book: every rule of `catalog/`, and the functions that check pipelines with all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from queuesmith.rules import catalog
from queuesmith.rules.finding import CheckResult, Finding, SkippedCheck
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.rule import Rule


@cache
def rules_by_id() -> dict[str, Rule]:
    """Return every rule by its id, in order. The first call imports the catalog."""
    modules = [import_module(f"{catalog.__name__}.{each.name}") for each in iter_modules(catalog.__path__)]
    return {module.RULE.id: replace(module.RULE, check=getattr(module, "check", None)) for module in modules}


def rules() -> list[Rule]:
    """Return every rule, in order of the ids."""
    return list(rules_by_id().values())


def check_pipeline(pipeline: Pipeline) -> CheckResult:
    """Check one pipeline with every rule, in the book's order."""
    return check_pipelines([pipeline])


def check_pipelines(pipelines: Iterable[Pipeline]) -> CheckResult:
    """Check several pipelines with every rule. A finding about a part that pipelines share is reported once."""
    book = rules()
    findings: dict[Finding, None] = {}
    skipped: dict[SkippedCheck, None] = {}
    for pipeline in pipelines:
        for rule in book:
            result = rule.apply(pipeline)
            findings.update(dict.fromkeys(result.findings))
            skipped.update(dict.fromkeys(result.skipped))
    return CheckResult(tuple(findings), tuple(skipped))
