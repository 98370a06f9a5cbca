"""zizmor finds no security problem in the GitHub workflows and the action."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from queuesmith.scaffold import ProjectOptions, create_project
from tests.conftest import ROOT, unavailable
from tools.supply_chain import PROGRAMS


def zizmor(*paths: str | Path) -> subprocess.CompletedProcess[str]:
    """Run zizmor without a network on files of this checkout. It reports findings of medium and higher severity."""
    if not (PROGRAMS / "zizmor").is_file():
        unavailable("The Python environment .local/supply-chain has no zizmor. Set it up: python3 tools/setup.py supply-chain")
    command = [
        str(PROGRAMS / "zizmor"),
        "--offline",
        "--no-progress",
        "--color",
        "never",
        "--min-severity",
        "medium",
        *map(str, paths),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_own_workflows_and_the_action_have_no_finding() -> None:
    result = zizmor(".github", "action.yml")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("No findings to report.")


def test_example_has_only_tags_that_its_owner_pins() -> None:
    result = zizmor("docs/ci/github-actions.yml")
    assert "error[unpinned-uses]" in result.stdout
    assert result.stdout.count("error[") + result.stdout.count("warning[") == result.stdout.count("error[unpinned-uses]")


@pytest.mark.parametrize(
    ("safe", "unsafe", "finding"),
    [
        ('make "$TARGET"', 'make "${{ github.head_ref }}"', "template-injection"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
    ],
)
def test_unsafe_workflow_would_be_found(safe: str, unsafe: str, finding: str, tmp_path: Path) -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    assert safe in text
    (tmp_path / "ci.yml").write_text(text.replace(safe, unsafe))
    result = zizmor(tmp_path / "ci.yml")
    assert result.returncode != 0
    assert f"[{finding}]" in result.stdout


def test_workflows_of_a_new_project_have_only_tags_that_their_owner_pins(tmp_path: Path) -> None:
    create_project(tmp_path / "shop", ProjectOptions("shop"))
    result = zizmor(tmp_path / "shop" / ".github")
    assert "error[unpinned-uses]" in result.stdout
    assert result.stdout.count("error[") + result.stdout.count("warning[") == result.stdout.count("error[unpinned-uses]")
