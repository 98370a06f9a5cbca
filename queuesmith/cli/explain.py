"""`queuesmith explain`: describes a rule, its reason, and how to satisfy it."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.rules import Rule


def explain(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="The rule's id. Default: list all rules.")] = None,
    json: Json = False,
) -> None:
    """Explain a rule: its requirement, the reason for it, the fix, and a bad and a good example.

    Example: queuesmith explain QL001
    """
    from queuesmith.rules import rules
    from queuesmith.rules.markdown import section

    selected = rules() if rule is None else [_find(rule, {each.id: each for each in rules()})]
    if json:
        Output(as_json=True).document({"rules": [_as_json(each) for each in selected]})
    elif rule is None:
        _list(selected)
    else:
        _show(f"{section(selected[0])}\nThis rule on the web: <{selected[0].page}>\n")


def _as_json(rule: Rule) -> dict[str, Any]:
    values = {name: getattr(rule, name) for name in ("id", "title", "limit", "reason", "remedy", "enforced_by_aws")}
    severities = [severity.value for severity in rule.severities]
    return {**values, "documentation": rule.documentation, "page": rule.page, "severities": severities}


def _find(id: str, book: dict[str, Rule]) -> Rule:
    """The rule with this id, in upper or lower case. Raises UsageError if there is none."""
    rule_id = id.strip().upper()
    if rule_id not in book:
        near = _similar_ids(rule_id, list(book))
        hint = f"Did you mean {' or '.join(near)}?" if near else "`queuesmith explain` lists all rules"
        raise UsageError(f'There is no rule "{id}". {hint}')
    return book[rule_id]


def _similar_ids(rule_id: str, ids: list[str]) -> list[str]:
    """The id padded with zeros, for QL1 or 1; otherwise similar ids."""
    digits = rule_id.removeprefix("QL").removeprefix("-")
    if (padded := f"QL{digits.lstrip('0').zfill(3)}") in ids:
        return [padded]
    return sorted(get_close_matches(rule_id, ids, n=3))


def _list(book: list[Rule]) -> None:
    width = max(len(rule.severity) for rule in book)
    typer.echo(f"{'RULE':5}  {'SEVERITY':{width}}  REQUIREMENT")
    for rule in book:
        typer.echo(f"{rule.id}  {rule.severity:{width}}  {rule.title}")


def _show(text: str) -> None:
    """Print Markdown: rendered on a terminal, unchanged elsewhere."""
    if not sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
