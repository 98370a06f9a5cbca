"""The table of IAM actions that accept no resource is the one of the locked parliament."""

from __future__ import annotations

import subprocess

from tests.conftest import ROOT, python_of


def test_table_is_that_of_the_locked_parliament() -> None:
    program = [str(python_of("scanners")), "tools/iam_actions.py", "--print"]
    result = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    table = ROOT / "queuesmith" / "rules" / "iam" / "actions_without_resources.json"
    assert result.stdout == table.read_text(encoding="utf-8"), "Run: .local/scanners/bin/python tools/iam_actions.py"
