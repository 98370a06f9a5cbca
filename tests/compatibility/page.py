"""Writes docs/compatibility.md: the calls, and the differences with what AWS documents about each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template

from botocore import __version__ as botocore

from benchmarks.report import machine
from queuesmith.constructs.operator_permissions import COMMAND_PERMISSIONS
from tests.compatibility.comparison import Observed, differences
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "compatibility.md"
HERE = Path(__file__).parent
VERDICTS = HERE / "verdicts.toml"
PREFIXES = {"tag": "resourcegroupstaggingapi"}
"""The names of services in boto3 whose prefix in IAM differs."""
_CALL = re.compile(r"^\| ([a-z0-9]+ [A-Z]\w+) \|", re.MULTILINE)
Measured = dict[str, dict[str, Observed]]
"""What was observed, by call and emulator."""


@dataclass(frozen=True)
class Verdict:
    """What AWS documents about the differences of some calls."""

    calls: list[str]
    found: list[str]
    """The measured differences."""
    right: str
    documented: str
    link: str


def verdicts() -> list[Verdict]:
    """Read the entries of verdicts.toml."""
    return [Verdict(**each) for each in tomllib.loads(VERDICTS.read_text(encoding="utf-8"))["verdict"]]


def unjudged(measured: Measured) -> list[str]:
    """The differences without a verdict, and the verdicts without a difference."""
    found = {(call, each) for call, observed in measured.items() for each in differences(observed)}
    listed = {(call, each) for verdict in verdicts() for call in verdict.calls for each in verdict.found}
    return [f"without a verdict: {call}: {each}" for call, each in sorted(found - listed)] + [
        f"no longer measured: {call}: {each}" for call, each in sorted(listed - found)
    ]


def write(measured: Measured) -> Path:
    """Write the page."""
    values = {
        "machine": machine(),
        "botocore": botocore,
        "calls": "\n".join(_row(call, observed) for call, observed in sorted(measured.items())),
        "differences": "\n".join(_verdict_row(verdict) for verdict in verdicts()),
    }
    PAGE.write_text(Template((HERE / "introduction.md").read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
    return PAGE


def calls_on_page() -> set[str]:
    """The calls that the page lists."""
    return set(_CALL.findall(PAGE.read_text(encoding="utf-8")))


def _row(call: str, observed: dict[str, Observed]) -> str:
    found = differences(observed)
    cells = []
    for name, each in observed.items():
        differs = any(line.startswith((f"{name}:", f"{name} omits")) for line in found)
        cells.append(_cell(each, differs=differs))
    return f"| {call} | {', '.join(_users(call, observed))} | {' | '.join(cells)} |"


def _cell(observed: Observed, *, differs: bool) -> str:
    if not observed.succeeded:
        return f"no: {', '.join(sorted(observed.errors)) or 'not reached'}"
    model = "not as in the model" if observed.problems else "as in the model"
    return f"{model}, [differs](#differences)" if differs else model


def _users(call: str, observed: dict[str, Observed]) -> list[str]:
    """The commands and parts of the toolkit that make a call: the recorded ones, and those in the table of permissions."""
    service, operation = call.split()
    allowed = {
        user
        for permission in COMMAND_PERMISSIONS
        for action in permission.actions
        for user in permission.commands
        if (PREFIXES.get(action.split(":")[0], action.split(":")[0]), action.split(":")[1]) == (service, operation)
    }
    return sorted(allowed.union(*(each.users for each in observed.values())))


def _verdict_row(verdict: Verdict) -> str:
    calls = ", ".join(call.split()[1] for call in verdict.calls)
    return f"| {calls} | {_grouped(verdict.found)} | {verdict.documented} ([AWS]({verdict.link})) | {verdict.right} |"


def _grouped(found: list[str]) -> str:
    """The differences, with the fields that one emulator omits in one list."""
    omitted: dict[str, list[str]] = {}
    for each in found:
        name, _, field = each.partition(" omits ")
        omitted.setdefault(name, []).extend([f"`{field}`"] if field else [])
    return "; ".join(f"{name} omits {', '.join(fields)}" if fields else name for name, fields in omitted.items())
