"""action.yml: its steps run as scripts, with the environment that GitHub gives them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with detect-secrets, its types do not

import queuesmith
from tests.conftest import ROOT
from tests.packages.distributions import built
from tests.unit.check_command import STACK, run

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
PLAN = {"paths": "plan.json"}
DEFAULTS = {name: definition["default"] for name, definition in ACTION["inputs"].items()}


@dataclass(frozen=True)
class StepResult:
    """What a step did."""

    status: int
    log: str
    outputs: dict[str, str]


class Job:
    """A job on a runner, in a temporary folder."""

    def __init__(self, folder: Path, runner_temp: Path) -> None:
        self.workspace = folder
        self._temp = runner_temp
        self.report = runner_temp / "queuesmith.sarif"

    def run(self, name: str, inputs: Mapping[str, str] | None = None, **environment: str) -> StepResult:
        """Run the step's script as GitHub does, with these inputs, and the defaults of the others."""
        output = self._temp / "output"
        output.write_text("")
        values = {f"inputs.{key}": value for key, value in {**DEFAULTS, **(inputs or {})}.items()}
        values["steps.python.outputs.python-path"] = sys.executable
        given = {key: values[expression(value)] for key, value in STEPS[name]["env"].items()}
        provided = {"GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(output), "RUNNER_TEMP": str(self._temp), "CI": "true"}
        (self._temp / "step.sh").write_text(STEPS[name]["run"])
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(self._temp / "step.sh")]
        result = subprocess.run(
            command,
            cwd=self.workspace,
            env={**os.environ, **provided, **given, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        written = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return StepResult(result.returncode, result.stdout + result.stderr, written)


def expression(text: str) -> str:
    """The name in `${{ NAME }}`."""
    found = re.fullmatch(r"\$\{\{ ([\w.-]+) \}\}", text)
    assert found is not None, text
    return found[1]


@pytest.fixture(scope="module")
def runner_temp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runner after the step that installs queuesmith from the action's own code."""
    folder = tmp_path_factory.mktemp("runner")
    result = Job(folder, folder).run("Install")
    assert result.status == 0, result.log
    return folder


@pytest.fixture
def job(tmp_path: Path, runner_temp: Path) -> Job:
    return Job(tmp_path, runner_temp)


def findings(result: StepResult) -> list[dict[str, Any]]:
    """The results in the SARIF file that the step names."""
    (run,) = json.loads(Path(result.outputs["sarif-file"]).read_text())["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


def counts(result: StepResult) -> tuple[str, str]:
    return result.outputs["errors"], result.outputs["warnings"]


def test_plan_with_findings_fails_with_annotations(job: Job) -> None:
    (job.workspace / "plan.json").write_text(json.dumps(STACK))
    result = job.run("Check", PLAN)
    assert result.status == 1
    levels = [finding["level"] for finding in findings(result)]
    assert counts(result) == (str(levels.count("error")), str(levels.count("warning")))
    assert levels.count("error") == 1
    assert result.log.count("::error file=plan.json,title=QL001 ") == 1
    assert result.log.count("::warning ") == levels.count("warning") > 1


def test_plan_without_findings_passes(job: Job) -> None:
    """The stack above with its error mended and its warnings suppressed."""
    mended = json.dumps(STACK).replace('"visibility_timeout_seconds": 30', '"visibility_timeout_seconds": 360')
    (job.workspace / "plan.json").write_text(mended)
    with_warnings = job.run("Check", PLAN)
    rules = sorted({finding["ruleId"] for finding in findings(with_warnings)})
    assert (with_warnings.status, *counts(with_warnings)) == (0, "0", str(len(findings(with_warnings))))
    assert rules == ["QL007", "QL017", "QL018", "QL206"]
    suppressions = "\n".join(f"{rule}=it is a test" for rule in rules)
    result = job.run("Check", {**PLAN, "suppress": suppressions, "fail-on": "warning none-found"})
    assert (result.status, *counts(result)) == (0, "0", "0"), result.log
    assert findings(result) == []


def test_terraform_files_of_the_checkout_are_the_default(job: Job) -> None:
    shutil.copy(ROOT / "tests" / "terraform" / "projects" / "literal" / "main.tf", job.workspace)
    result = job.run("Check", {"fail-on": "error none-found"})
    assert result.status == 1, result.log
    assert "::error file=main.tf,line=" in result.log
    assert {"QL005", "QL019"} <= {finding["ruleId"] for finding in findings(result)}


def test_findings_of_a_baseline_do_not_fail(job: Job) -> None:
    (job.workspace / "plan.json").write_text(json.dumps(STACK))
    (job.workspace / "baseline.json").write_text(run("plan.json", "--json", cwd=job.workspace).stdout)
    result = job.run("Check", {**PLAN, "baseline": "baseline.json", "fail-on": "warning"})
    assert (result.status, *counts(result)) == (0, "0", "0"), result.log


def test_several_files_and_patterns_are_checked_together(job: Job) -> None:
    for name in ("dev", "a stack"):
        (job.workspace / "out" / name).mkdir(parents=True)
        (job.workspace / "out" / name / "cdk.tf.json").write_text(json.dumps(STACK))
    (job.workspace / "plan[1].json").write_text(json.dumps(STACK))
    paths = "out/*/cdk.tf.json\n\nplan[1].json\n"
    result = job.run("Check", {"paths": paths, "upload": "true", "sarif-file": "reports/findings.sarif"})
    assert (result.status, result.outputs["errors"]) == (1, "3")
    assert result.outputs["sarif-file"] == "reports/findings.sarif"
    (run,) = json.loads((job.workspace / "reports" / "findings.sarif").read_text())["runs"]
    places = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert places == {"out/dev/cdk.tf.json", "out/a%20stack/cdk.tf.json", "plan%5B1%5D.json"}
    assert "::error" not in result.log, "code scanning shows the findings"
    assert "error QL001" in result.log


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"paths": "gone.json"}, "error: gone.json cannot be read: No such file or directory"),
        ({"paths": "--help"}, "error: --help cannot be read: No such file or directory"),
        ({"fail-on": "sometimes"}, "'sometimes' is not one of"),
        ({"source": "gone"}, "error: --source: gone is not a folder"),
        ({"suppress": "QL007=why\nthe DLQ"}, 'error: --suppress is "the DLQ", but must be RULE=reason'),
    ],
)
def test_unusable_input_fails_and_leaves_no_report(job: Job, inputs: dict[str, str], message: str) -> None:
    (job.workspace / "plan.json").write_text(json.dumps(STACK))
    result = job.run("Check", {**PLAN, **inputs})
    assert (result.status, result.outputs) == (2, {})
    assert message in " ".join(result.log.split())
    assert not job.report.exists()


@pytest.mark.parametrize("name", [name for name in DEFAULTS if name != "version"])
def test_inputs_are_never_run_as_code(job: Job, name: str) -> None:
    text = "$(touch ran); `touch ran`; touch ran; '\"; touch ran"
    (job.workspace / "plan.json").write_text(json.dumps(STACK))
    job.run("Check", {**PLAN, name: text})
    assert not (job.workspace / "ran").exists()


def test_version_names_a_release(tmp_path: Path) -> None:
    """pip gets the release from a folder instead of PyPI. Its dependencies were installed by the tests above."""
    built("queuesmith", tmp_path / "dist")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "dist"), "PIP_NO_DEPS": "1", "PIP_CONFIG_FILE": os.devnull}
    job = Job(tmp_path, tmp_path)
    result = job.run("Install", {"version": queuesmith.__version__}, **offline)
    assert result.status == 0, result.log
    python = tmp_path / "queuesmith" / "bin" / "python"
    shown = subprocess.run([str(python), "-m", "pip", "show", "queuesmith"], capture_output=True, text=True, check=True).stdout
    assert f"Version: {queuesmith.__version__}" in shown
    assert job.run("Install", {"version": f"{queuesmith.__version__} --index-url=https://example.com"}, **offline).status == 1


def test_expressions_are_only_in_the_environment_of_scripts() -> None:
    assert set(STEPS) == {"Install", "Check", "Upload"}
    for name in ("Install", "Check"):
        assert "${{" not in STEPS[name]["run"]
        assert STEPS[name]["shell"] == "bash"
    used = {expression(value) for name in ("Install", "Check") for value in STEPS[name]["env"].values()}
    assert used == {f"inputs.{name}" for name in DEFAULTS} | {"steps.python.outputs.python-path"}


def test_findings_are_uploaded_even_if_the_check_fails() -> None:
    upload = STEPS["Upload"]
    assert upload["if"] == "${{ !cancelled() && inputs.upload == 'true' && steps.check.outputs.errors != '' }}"
    assert upload["with"] == {"sarif_file": "${{ steps.check.outputs.sarif-file }}", "category": "queuesmith"}
    assert {expression(output["value"]) for output in ACTION["outputs"].values()} == {
        f"steps.check.outputs.{name}" for name in ("errors", "warnings", "sarif-file")
    }
