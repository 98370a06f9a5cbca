"""Properties that all formats share."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from queuesmith.checks.reports import FORMATS, write
from tests.conftest import ROOT
from tests.unit.reports.factory import a_full_report, a_report, a_suppression_finding


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_report_is_written_as_it_is_rendered(form: str) -> None:
    stream = io.StringIO()
    write(a_full_report(), form, stream)
    assert stream.getvalue() == FORMATS[form](a_full_report())
    assert stream.getvalue().endswith("\n")


@pytest.mark.parametrize("form", ["text", *FORMATS])
def test_finding_about_an_option_is_written(form: str) -> None:
    write(a_report(suppression_findings=((None, a_suppression_finding()),)), form, stream := io.StringIO())
    assert a_suppression_finding().message in stream.getvalue()


def test_only_the_text_report_on_a_terminal_loads_rich() -> None:
    code = (
        "import io, sys\n"
        "from queuesmith.checks.reports import FORMATS, write\n"
        "from queuesmith.checks.reports.report import Report\n"
        "class Terminal(io.StringIO):\n"
        "    def isatty(self): return True\n"
        "for form in (*FORMATS, 'text'): write(Report(()), form, io.StringIO())\n"
        "assert 'rich' not in sys.modules\n"
        "write(Report(()), 'text', Terminal())\n"
        "assert 'rich' in sys.modules\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
