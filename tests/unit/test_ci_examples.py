"""The examples in docs/ci/: they parse, their commands exist in the console script, and they keep the exit status."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]  # it comes with detect-secrets, its types do not

from queuesmith.cli.check import check
from queuesmith.constructs.operator_permissions import COMMAND_PERMISSIONS
from tests.conftest import ROOT

WORKFLOW = ROOT / "docs" / "ci" / "github-actions.yml"
CONFIGURATION = ROOT / "docs" / "ci" / "pre-commit-config.yaml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
ACTION = ROOT / "action.yml"


def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in parsed(WORKFLOW)["jobs"]["check"]["steps"] if "name" in step}


def repository() -> dict[str, Any]:
    (only,) = parsed(CONFIGURATION)["repos"]
    return dict(only)


def accepts(arguments: list[str]) -> None:
    """Parse arguments like `queuesmith check`. Raises the parser's error for an unknown option."""
    app = typer.Typer()
    app.command()(check)
    typer.main.get_command(app).make_context("check", arguments)


def test_workflow_uses_the_action_with_existing_inputs() -> None:
    check = steps()["Check"]
    assert check["uses"] == "OWNER/queuesmith@COMMIT", "a commit, because the job has credentials"
    assert check["with"].keys() <= parsed(ACTION)["inputs"].keys()
    assert check["with"]["upload"] is True, 'for the action it is the text "true"'
    accepts(["plan.json", *(part for each in check["with"]["fail-on"].split() for part in ("--fail-on", each))])


def test_plan_is_deleted_even_if_the_check_fails() -> None:
    *_, last = parsed(WORKFLOW)["jobs"]["check"]["steps"]
    assert (last["name"], last["if"]) == ("Clean up", "always()")
    written = set(re.findall(r"-out=(\S+)|> (\S+)", steps()["Plan"]["run"]))
    assert {name for pair in written for name in pair if name} == {"tfplan", "plan.json"}
    assert last["run"].split() == ["rm", "-f", "plan.json", "tfplan"]


def test_permissions_are_those_of_the_uploading_action() -> None:
    permissions = parsed(WORKFLOW)["jobs"]["check"]["permissions"]
    assert permissions == {"actions": "read", "contents": "read", "id-token": "write", "security-events": "write"}


def test_every_input_of_the_action_is_in_the_guide() -> None:
    page = (ROOT / "docs" / "guide" / "ci.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \|", page, re.MULTILINE)
    defaults = {name: f"`{each['default']}`" if each["default"] else "none" for name, each in parsed(ACTION)["inputs"].items()}
    assert dict(rows) == defaults


def test_operator_permissions_on_the_page_are_those_of_the_commands() -> None:
    page = (ROOT / "docs" / "existing-terraform.md").read_text(encoding="utf-8")
    for role in ("read", "act"):
        rows = re.findall(rf"^\| {role} \| `(\w+)` \| (.+) \|$", page, re.MULTILINE)
        needed: dict[str, set[str]] = {}
        for each in COMMAND_PERMISSIONS:
            if each.role == role:
                needed.setdefault(each.part, set()).update(each.actions)
        assert {part: set(re.findall(r"`(.+?)`", actions)) for part, actions in rows} == needed


def test_hook_is_pinned_to_a_commit() -> None:
    """Anyone can own the name on a package index."""
    assert (repository()["repo"], repository()["rev"]) == ("https://github.com/OWNER/queuesmith", "COMMIT")


def test_hook_names_this_repository_and_existing_options() -> None:
    (ours,), (copied,) = parsed(HOOKS), repository()["hooks"]
    assert copied["id"] == ours["id"]
    assert shlex.split(ours["entry"]) == ["queuesmith", "check"]
    assert copied["pass_filenames"] is False, "a changed file of a local module stands for the module, not for its root"
    accepts(copied["args"])


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("plan.json", True),
        ("cdktf.out/stacks/dev/cdk.tf.json", True),
        ("infra/main.tf", True),
        ("main.tfvars", False),
        ("myplan.json", False),
        ("cdk-tf.json", False),
        ("plan.json.bak", False),
    ],
)
def test_hook_runs_on_terraform_files_plans_and_synthesized_stacks(file: str, wanted: bool) -> None:
    (hook,) = parsed(HOOKS)
    assert bool(re.search(hook["files"], file)) is wanted
