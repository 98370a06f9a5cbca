"""docs/existing-terraform.md: its commands run, and its HCL sets what the toolkit reads."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # it comes with detect-secrets, its types do not

import queuesmith
from queuesmith_worker import HandlerSettings
from tests.conftest import ROOT
from tests.packages.distributions import built
from tests.unit.check_command import STACK, run

PAGE = (ROOT / "docs" / "existing-terraform.md").read_text()
RUN_BY = {
    r"terraform (plan -out tfplan|show -json tfplan > plan\.json)": "tests/terraform/test_check.py",
    r"queuesmith check plan\.json": "tests/packages/test_existing_terraform.py",
    r"queuesmith check infra": "tests/unit/test_check_folder.py",
    r"queuesmith (status|doctor|dlq (peek|redrive)|logs) --\w+ orders .*": "tests/e2e/commands/test_existing_terraform.py",
    r"pip install --target .*": "tests/packages/test_existing_terraform.py",
    r"terraform output -raw orders_(producer_policy > producer-policy\.json|owner_policy_statements)": (
        "tests/e2e/test_options_applied.py"  # all outputs, as JSON
    ),
}
"""Each command of the page, and the test that runs the same."""


def test_every_command_of_the_page_is_run_by_a_test() -> None:
    commands = re.findall(r"^    ((?:terraform|queuesmith|pip) .*)$", PAGE, re.MULTILINE)
    assert len(commands) >= 9
    for command in commands:
        places = [place for pattern, place in RUN_BY.items() if re.fullmatch(pattern, command)]
        assert len(places) == 1, command
        assert (ROOT / places[0]).is_file()


def test_plan_is_checked(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(STACK))
    assert run("plan.json", cwd=tmp_path).returncode == 1


def test_toolkit_is_installed_next_to_the_handlers_code(tmp_path: Path) -> None:
    """pip takes the toolkit from a folder instead of PyPI."""
    (command,) = re.findall(r"^    (pip install --target .*)$", PAGE, re.MULTILINE)
    assert command.endswith(f"queuesmith-worker=={queuesmith.__version__}")
    built("queuesmith_worker", tmp_path / "dist")
    pip = [sys.executable, "-m", *shlex.split(command), "--quiet", "--find-links", str(tmp_path / "dist")]
    result = subprocess.run(pip, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    folder = tmp_path / "build" / "orders"
    assert (folder / "queuesmith_worker" / "worker.py").is_file()
    assert list(folder.glob("pydantic_core/*aarch64*.so")), "for Lambda's processor, not for this machine's"


def test_variables_in_the_hcl_are_those_that_the_toolkit_reads() -> None:
    values = dict(re.findall(r"^ +(WORKER_\w+) += ([^ #]+)", PAGE, re.MULTILINE))
    assert len(values) == 5
    settings = HandlerSettings.from_environment(values)
    assert {name.upper() for name in settings.model_fields_set} >= values.keys()
    assert HandlerSettings.from_environment({}).model_fields_set == set(), "each variable is optional"


def test_workflow_in_the_page_uses_the_action_with_existing_inputs() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    workflow = yaml.safe_load(re.sub(r"^  ", "", shown, flags=re.MULTILINE))
    assert workflow["permissions"] == {"contents": "read"}
    checkout, step = workflow["jobs"]["check"]["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert step["uses"] == "OWNER/queuesmith@COMMIT"
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert step["with"].keys() <= action["inputs"].keys()
