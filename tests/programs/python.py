"""A new Python process for a script. It imports from this checkout, and has none of the variables that these tests have set."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from tests.conftest import ROOT, own_variables


def python(script: str, folder: Path = ROOT, /, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script, which must succeed."""
    command = [sys.executable, "-c", textwrap.dedent(script)]
    result = subprocess.run(command, cwd=folder, env=own_variables(**variables), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result
