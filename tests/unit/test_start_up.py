"""Commands start quickly: they load only what they use."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, own_variables
from tests.unit.check_command import STACK


def test_start_up_takes_at_most_1_8_times_as_long_as_loading_typer(tmp_path: Path) -> None:
    """Alternating measurements of processor time, so that neither the speed nor the load of the machine matters. Measured:
    1.3 to 1.5, 2.2 with boto3, 4.9 with cdktf. With its own bytecode cache, because the checkout may not have one.
    """
    variables = own_variables(PYTHONPYCACHEPREFIX=str(tmp_path))
    variables.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=variables, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    starts, loads = ("-m", "queuesmith", "--help"), ("-c", "import typer, typer.rich_utils")
    seconds(*starts)  # compiles the bytecode
    measured = [(seconds(*starts), seconds(*loads)) for _ in range(5)]
    start, load = (min(each) for each in zip(*measured, strict=True))
    assert start <= 1.8 * load, f"{start:.3f} s of {load:.3f} s"


def test_check_loads_neither_cdktf_nor_boto3(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(STACK))
    script = (
        "import sys\nfrom queuesmith.cli.app import app\n"
        "try:\n    app(['check', 'cdk.tf.json', '--format', 'json'])\nexcept SystemExit:\n    pass\n"
        "unwanted = {'cdktf', 'jsii', 'boto3', 'botocore', 'constructs', 'rich.markdown'}\n"
        "print(sorted(unwanted & set(sys.modules)), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert result.stderr == b"[]\n"
