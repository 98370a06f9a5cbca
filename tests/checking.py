"""Short helpers that check a document with the rules, always for the same day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from queuesmith.checks.reports.report import Report
from queuesmith.checks.terraform_check import TerraformFile, check_terraform
from queuesmith.rules.limits import READ_ON

TODAY = READ_ON
"""The day for which all tests check. Otherwise results would change as runtimes reach their end of support."""


def check_document(content: Any, *, folder: Path | None = None) -> Report:
    """The report on a document, or on its bytes. `folder` contains the zips that it names."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return check_terraform([TerraformFile("plan.json", text, folder)], today=TODAY)
