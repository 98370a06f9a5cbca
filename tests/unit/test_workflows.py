"""The GitHub workflows: their commands exist, their permissions are the least, and their actions are pinned by commit."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with detect-secrets, its types do not

from tests.conftest import ROOT
from tools import release
from tools.site.__main__ import OUTPUT

WORKFLOWS = ROOT / ".github" / "workflows"
CI = yaml.safe_load((WORKFLOWS / "ci.yml").read_text())
RELEASE = yaml.safe_load((WORKFLOWS / "release.yml").read_text())
SITE = yaml.safe_load((WORKFLOWS / "site.yml").read_text())
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for workflow in (CI, RELEASE, {"jobs": {f"site: {name}": job for name, job in SITE["jobs"].items()}}):
        yield from workflow["jobs"].items()


def scripts(job: dict[str, Any]) -> Iterator[str]:
    """The job's commands, once for each value of its matrix."""
    for step in job.get("steps", []):
        if "run" in step:
            for target in job.get("strategy", {}).get("matrix", {}).get("target", [""]):
                yield step["run"].replace('"$TARGET"', target)


def make_targets(commands: str) -> set[str]:
    return {target for line in re.findall(r"^ *make (.+)$", commands, re.MULTILINE) for target in line.split()}


def test_ci_does_what_the_script_for_ci_does() -> None:
    in_script = make_targets((ROOT / ".ci" / "run").read_text())
    assert {target for script in scripts(CI["jobs"]["whole"]) for target in make_targets(script)} == in_script
    assert list(scripts(CI["jobs"]["quick"])) == ["make test-unit"]


def test_make_targets_exist() -> None:
    targets = {target for _, job in jobs() for script in scripts(job) for target in make_targets(script)}
    assert targets == {"lint", "test", "test-project", "prove", "test-unit", "dist", "sbom", "site"}
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in targets:
        assert f"  make {target} " in listed


def test_python_versions_are_those_of_the_packages() -> None:
    tested = CI["jobs"]["quick"]["strategy"]["matrix"]["python"]
    for file in ("pyproject.toml", "queuesmith_worker/pyproject.toml"):
        classifiers = tomllib.loads((ROOT / file).read_text())["project"]["classifiers"]
        assert [text for text in classifiers if "Python :: 3." in text] == [
            f"Programming Language :: Python :: {version}" for version in tested
        ]


def test_scripts_of_the_release_are_those_of_tools_release() -> None:
    commands = [line for script in scripts(RELEASE["jobs"]["build"]) for line in script.splitlines()]
    assert commands == [
        "make dist sbom",
        '.venv/bin/python -m tools.release check "$GITHUB_REF_NAME"',
        ".venv/bin/python -m tools.release notes > build/notes.md",
    ]
    (published,) = scripts(RELEASE["jobs"]["github"])
    assert "--notes-file notes.md --verify-tag" in published


def test_release_is_tested_signed_and_published_in_this_order() -> None:
    needed = {name: job.get("needs") for name, job in RELEASE["jobs"].items()}
    assert needed == {"tests": None, "build": "tests", "provenance": "build", "pypi": "provenance", "github": "pypi"}
    assert RELEASE["jobs"]["tests"]["uses"] == "./.github/workflows/ci.yml"
    assert RELEASE["jobs"]["pypi"]["environment"] == "pypi"
    triggers = RELEASE[True]  # YAML reads the key `on` as true
    assert triggers == {"push": {"tags": ["v*"]}}


def test_permissions_are_the_least() -> None:
    assert CI["permissions"] == RELEASE["permissions"] == SITE["permissions"] == {}
    read = {"contents": "read"}
    assert {name: job["permissions"] for name, job in jobs()} == {
        "quick": read,
        "whole": read,
        "tests": read,
        "build": read,
        "provenance": {"attestations": "write", "id-token": "write"},
        "pypi": {"id-token": "write"},
        "github": {"contents": "write"},
        "site: build": read,
        "site: publish": {"id-token": "write", "pages": "write"},
    }


def test_site_is_published_for_a_release_and_by_hand() -> None:
    assert SITE[True] == {"push": {"tags": ["v*"]}, "workflow_dispatch": None}
    assert SITE["jobs"]["publish"]["needs"] == "build"
    (upload,) = (step for step in SITE["jobs"]["build"]["steps"] if "upload-pages-artifact" in step.get("uses", ""))
    assert ROOT / upload["with"]["path"] == OUTPUT


def test_actions_are_pinned_by_commit_with_their_version() -> None:
    pins: dict[str, set[str]] = {}
    for file in [*WORKFLOWS.iterdir(), ROOT / "action.yml"]:
        used = re.findall(r"^ *(?:- )?uses: (.+)$", file.read_text(), re.MULTILINE)
        assert used
        for line in used:
            if line.startswith("./"):
                continue
            found = re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line)
            assert found, line
            pins.setdefault(found[1], set()).add(line)
    assert {action: lines for action, lines in pins.items() if len(lines) > 1} == {}, "one version of each action"


def test_every_mention_of_the_repository_is_the_one_in_pyproject() -> None:
    owner, name = REPOSITORY.split("/")[-2:]
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in filter(None, tracked.split("\0")):
        text = (ROOT / file).read_bytes().decode(errors="replace")
        mentions = re.findall(rf"(?:github\.com/|uses: |https://)([\w-]+)(?:\.github\.io)?/{name}\b", text)
        assert set(mentions) <= {owner}, file


NOTES = "### Added\n- A thing.\n\n### Fixed\n- Another."
CHANGELOG = f"# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n{NOTES}\n\n## 0.1.10 - 2026-11-01\n\n- Older.\n"
PUBLIC = REPOSITORY.replace("/OWNER/", "/acme/")


def test_prepared_release_has_no_problems() -> None:
    assert list(release.problems("v0.2.0", "0.2.0", CHANGELOG, PUBLIC)) == []


@pytest.mark.parametrize(
    ("tag", "version", "repository", "problem"),
    [
        (
            "v0.3.0",
            "0.2.0",
            PUBLIC,
            "The tag is v0.3.0, but __version__ in queuesmith/__init__.py is 0.2.0. Change __version__, or tag v0.2.0",
        ),
        (
            "v0.1.1",
            "0.1.1",
            PUBLIC,
            'CHANGELOG.md has no text under "## 0.1.1 - YYYY-MM-DD". Rename the heading "## Unreleased" to that',
        ),
        (
            "v0.2.0",
            "0.2.0",
            "https://github.com/OWNER/queuesmith",
            "The repository in pyproject.toml is the placeholder https://github.com/OWNER/queuesmith. Replace OWNER in all "
            "files: git grep -lw OWNER | xargs sed -i -E 's,OWNER(/|\\.github\\.io/)queuesmith,YOUR-NAME\\1queuesmith,'",
        ),
    ],
)
def test_unprepared_release_is_refused(tag: str, version: str, repository: str, problem: str) -> None:
    assert list(release.problems(tag, version, CHANGELOG, repository)) == [problem]


def test_check_of_this_checkout_reports_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["check", "v9.9.9"]) == 1
    assert capsys.readouterr().err.startswith("error: The tag is v9.9.9, but __version__ in queuesmith/__init__.py is ")
    assert release.main(["check"]) == 2


def test_notes_are_the_text_of_one_version() -> None:
    assert release.notes(CHANGELOG, "0.2.0") == NOTES
    assert release.notes(CHANGELOG, "0.1.10") == "- Older."
    assert release.notes(CHANGELOG, "0.1.1") == ""
    assert release.notes("## Unreleased\n\n- New.\n", "0.2.0") == ""


def test_release_notes_are_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "__version__", "0.2.0")
    assert release.main(["notes"]) == 0
    assert capsys.readouterr().out == f"{NOTES}\n"
