"""The rule book as Markdown: one section per rule, and the page docs/rules.md that `make docs` writes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from queuesmith.rules import catalog, runtimes
from queuesmith.rules.book import rules
from queuesmith.rules.iam import managed_policies
from queuesmith.rules.limits import READ_ON
from queuesmith.rules.rule import Rule

GROUPS = {
    "QL0": "Queue and DLQ",
    "QL1": "Event source mapping",
    "QL2": "Function, role, logs",
    "QL3": "Alarms",
    "QL5": "Workload",
    "QL4": "Drift and suppressions",
    "QL9": "Drift and suppressions",
}
"""The subject of a group of rules, by the first digit of their ids."""
_FENCES = {"tf": "hcl", "toml": "toml"}
"""Languages of examples by the suffix of their files."""
_INTRODUCTION = f"""\
# The rule book

This page is generated from `queuesmith/rules/`: change it there, and run `make docs`. `queuesmith explain QL001` prints one
section. The terms are in the [glossary](glossary.md).

**Severity.** Error: AWS rejects it, messages are lost or processed twice, or data or access is exposed. Warning: AWS accepts
it, but it causes trouble in practice.

**Suppression.** To suppress a finding, give its rule's id and a reason:

- under `[workers.NAME]` in the settings: `suppress = {{ QL007 = "why" }}`
- in `queuesmith.toml`, for `queuesmith check`: a table `[suppress]` with `QL007 = "why"`, or, for some addresses only,
  `QL007 = {{ reason = "why", addresses = ["module.billing*"] }}`
- in a `.tf` file, on a block, in it or above it: `# queuesmith:ignore QL007 why` (several rules: `QL007,QL018`)
- on the command line: `queuesmith check --suppress "QL007=why" .`

Unused suppressions are reported. To begin with many findings, write them to a file with
`queuesmith check . --json > baseline.json`. With `--baseline baseline.json` they are only counted, and new ones fail.

Hard limits are enforced by AWS, so findings about them cannot be suppressed. Some rules have findings about hard limits and
others: their sections say when the limit is hard. A baseline counts every known finding, also those about hard limits: it lets
old code in, and AWS still refuses it.

**Unknown values.** If a value is a token, is known only after apply, or is set outside the file, the check is skipped. The
summary counts the skipped checks. If a value is omitted, the default of AWS or the provider is checked.

**Examples** show only what a rule is about, in a pipeline that is otherwise correct. Tests plan each of them with real
Terraform. Values that the provider refuses, and blocks that provider 5.100 lacks, are added to the plan. ARNs are literal,
because a policy that refers to a queue's ARN is unknown until it is applied. Outside examples, use a reference.

The limits are as of {READ_ON}, from AWS's documentation and API models; the runtimes are as of {runtimes.READ_ON}, and the
permissions of AWS-managed policies as of {managed_policies.READ_ON}.
"""


def example(rule: Rule, kind: str) -> tuple[str, str] | None:
    """Return the language and the text of a rule's `good` or `bad` example, or None if the rule has no example."""
    for file in files(catalog).iterdir():
        _, _, suffix = file.name.partition(f".{kind}.")
        if suffix and file.name.startswith(f"{rule.id}_"):
            return _FENCES[suffix], file.read_text(encoding="utf-8")
    return None


def section(rule: Rule) -> str:
    """Return the documentation of one rule as Markdown."""
    return "\n".join(_section(rule))


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}: {rule.title}\n"
    yield f"**{rule.severity.capitalize()}**{_hard_limit(rule)}\n"
    yield f"- Requirement: {rule.limit}"
    yield f"- Why: {rule.reason}"
    yield f"- Fix: {rule.remedy}"
    if rule.documentation.startswith("https://"):
        yield f"- Source: <{rule.documentation}>"
    for kind in ("bad", "good"):
        if shown := example(rule, kind):
            language, text = shown
            yield f"\n{kind.capitalize()}:\n\n```{language}\n{text.rstrip()}\n```"
    yield ""


def _hard_limit(rule: Rule) -> str:
    if rule.enforced_by_aws:
        return " (hard limit: cannot be suppressed)"
    return f" (hard limit if {rule.enforced_when}: then it cannot be suppressed)" if rule.enforced_when else ""


def page() -> str:
    """Return the whole page: an introduction, an index, and a section for each rule with its id as anchor."""
    return "\n".join([_INTRODUCTION, *_index(), *(f'<a id="{rule.id.lower()}"></a>\n\n{section(rule)}' for rule in rules())])


def _index() -> Iterator[str]:
    for name in dict.fromkeys(GROUPS.values()):
        yield f"**{name}**\n"
        yield "| Rule | Severity | Requirement |"
        yield "| --- | --- | --- |"
        for rule in rules():
            if GROUPS[rule.id[:3]] == name:
                partly = ", partly hard limit" if rule.enforced_when else ""
                hardness = ", hard limit" if rule.enforced_by_aws else partly
                yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity}{hardness} | {rule.title} |"
        yield ""
