"""Short ways to judge in a test, always on the same day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from queuesmith.checks.reports.report import Report
from queuesmith.checks.terraform_check import TerraformFile, check_terraform
from queuesmith.rules.limits import READ_ON

TODAY = READ_ON
"""The day of every judgement: with another, tests would change their results as runtimes grow old."""


def judged(content: Any, *, folder: Path | None = None) -> Report:
    """The report of a document, or of its bytes. `folder` has the zips that it names."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return check_terraform([TerraformFile("plan.json", text, folder)], today=TODAY)
