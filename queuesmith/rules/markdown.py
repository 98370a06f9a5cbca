"""The rule book as Markdown: the index docs/rules.md, and a page for each rule, which `make docs` writes."""

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
_INTRODUCTION = """\
# The rule book

`queuesmith check` checks Terraform files and plans against these rules. `queuesmith doctor` checks deployed workers, and every
synth checks the settings. Each rule has a page with its requirement, the reason, the fix and examples.
`queuesmith explain QL001` prints the same text.

A finding is an error if AWS rejects the configuration, if messages are lost or processed twice, or if the configuration
exposes data or grants too much access. It is a warning if AWS accepts the configuration, but it causes trouble in practice. A
hard limit is one that AWS or queuesmith itself enforces. In a requirement, (error) or (warning) follows each part: it is the
severity of the finding if that part is not met. The terms are in the [glossary](glossary.md).
"""
_NOTES = f"""\
## Suppress a finding

To suppress a finding, give its rule's id and a reason:

- under `[workers.NAME]` in the settings: `suppress = {{ QL007 = "why" }}`
- in `queuesmith.toml`, for `queuesmith check`: a table `[suppress]` with `QL007 = "why"`, or, for some addresses only,
  `QL007 = {{ reason = "why", addresses = ["module.billing*"] }}`
- in a `.tf` file, a comment inside the block of a resource, or directly above it (no empty line between):
  `# queuesmith:ignore QL007 why` (several rules: `QL007,QL018`)
- on the command line: `queuesmith check --suppress "QL007=why" .`

`queuesmith.toml` is read from the folder in which the command runs; `--config FILE` names another file.

A comment applies to the resource that the finding names, and to all its instances. QL208, for example, names the role and not
the policy. A comment on a `module` block, or on an entry of a `for_each`, suppresses nothing. For one instance, use
`queuesmith.toml`, with single quotes: `addresses = ['module.worker["emails"]*']`. `doctor` uses different addresses, such as
`queue NAME`.

Unused suppressions are reported. If existing code has many findings, write them to a file with
`queuesmith check . --json > baseline.json`. With `--baseline baseline.json`, the check then counts these findings but does not
list them, and only new findings cause exit status 1. A finding that is a warning in the baseline and an error now counts as
new. Write one baseline for each input: a folder and its plan have different findings.

AWS or queuesmith itself enforces hard limits, so findings about them cannot be suppressed. If only some findings of a rule are
about a hard limit, the rule's page says which. A baseline also contains findings about hard limits: the check then accepts the
code, but the limit still applies.

## Unknown values

If a value is a CDKTF token, is known only after apply, or is set outside the checked files, the rules that need it are skipped.
The summary counts the skipped rules. If a value is omitted, the default of AWS or the provider is checked.

## The examples

The examples show only what a rule is about, in a pipeline that is otherwise correct. Tests plan each of them with real
Terraform, and check the plan. If the AWS provider refuses a value, or its version 5.100 does not support a block, the tests
plan the example without it, and then add it to the plan. ARNs are literal, because a policy that refers to a queue's ARN is
unknown until it is applied. In your own code, use a reference.

The limits are as of {READ_ON}, from AWS's documentation and API models; the runtimes are as of {runtimes.READ_ON}, and the
permissions of AWS-managed policies as of {managed_policies.READ_ON}. These pages are generated from `queuesmith/rules/`:
change them there, and run `make docs`.
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


def rule_page(rule: Rule) -> str:
    """Return the page about one rule."""
    suppression = "" if rule.enforced_by_aws else " · [How to suppress a finding](../rules.md#suppress-a-finding)"
    return f"{section(rule).removeprefix('#')}\n[All rules](../rules.md){suppression}\n"


def index() -> str:
    """Return the page with all rules: each with its severity, and a link to its page."""
    return "\n".join([_INTRODUCTION, *_index(), _NOTES.rstrip(), ""])


def _index() -> Iterator[str]:
    for name in dict.fromkeys(GROUPS.values()):
        yield f"## {name}\n"
        yield "| Rule | Severity | Requirement |"
        yield "| --- | --- | --- |"
        for rule in rules():
            if GROUPS[rule.id[:3]] == name:
                partly = ", partly hard limit" if rule.enforced_when else ""
                hardness = ", hard limit" if rule.enforced_by_aws else partly
                anchor = f'<a id="{rule.id.lower()}"></a>'
                yield f"| {anchor}[{rule.id}](rules/{rule.id}.md) | {rule.severity}{hardness} | {rule.title} |"
        yield ""
