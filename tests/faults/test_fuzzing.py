"""Guided fuzzing, for a fixed time, of all parsers of external input: nothing but the documented error is raised."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLE, python_of
from tests.plans import generated_plan
from tests.records import record_of
from tests.sample_orders import order
from tests.unit.terraform_reading.synthesized import stack
from tests.unit.terraform_reading.two_plans import first_plan, second_plan

RUNS = {"body": 400_000, "event": 400_000, "plan": 25_000, "settings": 10_000}
"""The number of inputs: about 15 s for each target."""
LONGEST = 120
"""Seconds for one input: far more than any takes, and far less than a hang."""


def record(number: int) -> dict[str, object]:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1790000000000", "MessageGroupId": "g"}
    message = {"MessageId": f"m{number}", "ReceiptHandle": "r", "Body": json.dumps(order(number)), "Attributes": attributes}
    attribute = {"dataType": "String", "stringValue": "x"}
    return {**record_of(message, "arn:aws:sqs:eu-central-1:1:q"), "messageAttributes": {"a": attribute}}


def write_examples(target: str, folder: Path) -> None:
    documents = {
        "body": [order(1), order(2)],
        "event": [
            {"Records": [record(1), record(2)]},
            {"Records": [{**record(1), "eventSourceARN": "arn:aws:sqs:x:1:q.fifo"}]},
        ],
        "plan": [first_plan(), second_plan(), generated_plan(1), stack()],
        "settings": [],
    }
    for number, content in enumerate(documents[target]):
        (folder / f"{number}.json").write_text(json.dumps(content))
    if target == "settings":
        for path in [*SAMPLE.glob("*.toml"), *(ROOT / "tests" / "environments").glob("*.toml")]:
            shutil.copy(path, folder)


@pytest.mark.skipif(
    platform.machine() != "x86_64" or sys.version_info >= (3, 14), reason="atheris has no wheel for this machine or Python"
)
@pytest.mark.parametrize("target", RUNS)
def test_only_the_documented_error_is_raised(target: str, tmp_path: Path, results: Path | None) -> None:
    python = python_of("fuzz")
    examples = tmp_path / "examples"
    examples.mkdir()
    write_examples(target, examples)
    options = [
        f"-runs={RUNS[target]}",
        f"-timeout={LONGEST}",
        "-print_final_stats=1",
        "-rss_limit_mb=2048",
        "-max_len=65536",
    ]
    command = [str(python), "-P", str(Path(__file__).with_name("fuzz.py")), target, str(examples), *options]
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}", "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.rpartition("Uncaught")[2][:5_000] + done.stderr[-1_500:]
    count = re.search(r"number_of_executed_units: *(\d+)", done.stderr)
    assert count is not None
    assert int(count[1]) >= RUNS[target]
    if results is not None:
        line = {"what": f"{target}: guided fuzzing", "count": int(count[1]), "of": "inputs"}
        with (results / f"counts-{target}.jsonl").open("a") as file:
            file.write(f"{json.dumps(line)}\n")
