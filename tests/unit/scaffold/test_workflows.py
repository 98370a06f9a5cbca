"""The workflows of a new project: targets and names that exist, and the permissions that they need."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with detect-secrets, its types do not

from queuesmith.scaffold import ProjectOptions
from queuesmith.scaffold.new_project import project_files

FILES = project_files(ProjectOptions("shop", region="eu-west-3"))


def workflow(name: str) -> Any:
    return yaml.safe_load(FILES[f".github/workflows/{name}.yml"])


def commands(name: str) -> list[str]:
    return [step["run"] for job in workflow(name)["jobs"].values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("text", [*commands("test"), *commands("deploy"), FILES["README.md"]])
def test_every_make_target_exists(text: str) -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", text))
    assert {target for target in targets if f"\n{target}: " not in FILES["Makefile"]} == set()


def test_every_variable_of_make_commands_is_one_of_the_makefile() -> None:
    text = "\n".join([*commands("test"), *commands("deploy"), FILES["README.md"]])
    assert set(re.findall(r"make [a-z-]+ ([A-Z]+)=", text)) == {"FORMAT", "OPTIONS", "ENVIRONMENT", "KEEP"}
    for variable in ("FORMAT", "OPTIONS", "ENVIRONMENT", "KEEP"):
        assert f"\n{variable} ?=" in FILES["Makefile"]


def test_pull_requests_run_the_tests_and_the_rules() -> None:
    assert commands("test") == ["make test", "make check FORMAT=github"]
    assert workflow("test")["permissions"] == {"contents": "read"}
    assert set(workflow("test")[True]) == {"pull_request", "push"}  # YAML reads `on` as true


def test_deployment_assumes_the_role_of_the_environment() -> None:
    assert workflow("deploy")["permissions"] == {}
    job = workflow("deploy")["jobs"]["deploy"]
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["environment"] == job["env"]["ENVIRONMENT"] == "${{ inputs.environment || vars.DEPLOY_ON_PUSH }}"
    (role,) = (step["with"] for step in job["steps"] if "configure-aws-credentials" in step.get("uses", ""))
    assert role == {"role-to-assume": "${{ vars.AWS_ROLE }}", "aws-region": "eu-west-3"}


def test_scripts_of_the_workflows_contain_no_expressions() -> None:
    """GitHub pastes an expression into the script, so that its value could be a command."""
    assert not [script for name in ("test", "deploy") for script in commands(name) if "${{" in script]
