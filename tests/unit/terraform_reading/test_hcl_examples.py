"""The examples of the rules, read as folders in HCL: a bad one breaks its rule, and a good one breaks none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from queuesmith.checks.terraform_check import TerraformFolder, check_terraform
from tests.checking import TODAY
from tests.terraform.test_rule_examples import REPLACING, TERRAFORM, UNRELATED, module_name, text_of, write_module

BATCHES = [tuple(TERRAFORM[at : at + 12]) for at in range(0, len(TERRAFORM), 12)]
"""tfparse evaluates 32 modules of a folder at most."""


def broken_rules(folder: Path, rule_ids: tuple[str, ...]) -> dict[str, set[str]]:
    """The rules with findings, by module."""
    write_module(folder / "base", "", replacing=False)
    calls = ["base"]
    for rule_id in rule_ids:
        for kind in ("bad", "good"):
            calls.append(module_name(rule_id, kind))
            write_module(folder / calls[-1], text_of(rule_id, kind), replacing=rule_id in REPLACING, with_newer=True)
    provider = 'provider "aws" {\n  region = "eu-central-1"\n}\n'
    (folder / "main.tf").write_text(provider + "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in calls))
    report = check_terraform([TerraformFolder("examples", folder)], today=TODAY)
    assert report.files[0].unresolved == ()
    assert report.files[0].unread_files == ()
    found: dict[str, set[str]] = {}
    for _, finding in report.findings:
        if module := re.match(r"module\.(\w+)\.", finding.address):
            found.setdefault(module[1], set()).add(finding.rule)
    return found


@pytest.mark.parametrize("rule_ids", BATCHES, ids=[each[0] for each in BATCHES])
def test_examples_break_their_own_rule_only(rule_ids: tuple[str, ...], tmp_path: Path) -> None:
    found = broken_rules(tmp_path, rule_ids)
    assert found.get("base", set()) == set()
    for rule_id in rule_ids:
        assert rule_id in found.get(module_name(rule_id, "bad"), set())
        good = found.get(module_name(rule_id, "good"), set())
        assert good - UNRELATED.get(rule_id, set()) == set()
        assert rule_id not in good
