"""`make corpus`: checkouts by git, results of `check`, people's verdicts, and the page."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from tests.conftest import ROOT
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, write
from tools.corpus import __main__ as corpus
from tools.corpus.page import page
from tools.corpus.repositories import Repository, checkout, read_corpus
from tools.corpus.results import read_results
from tools.corpus.verdicts import COLUMNS, read_verdicts, tallies, without_finding


def git(folder: Path, *arguments: str) -> str:
    user = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(folder), *user, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> tuple[Path, Repository]:
    """A repository with one pipeline, and a file in HCL that does not parse."""
    folder = tmp_path / "checkouts" / "owner" / "name"
    write(folder, infra__main=MAPPING, infra__queues=QUEUES, infra__broken="resource {")
    (folder / "photo.png").write_bytes(b"x" * 10_000)
    (folder / "json.py").write_text("raise SystemExit('code of a checkout was run')")
    git(folder.parent, "init", "--quiet", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "first")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    return folder, Repository("owner/name", git(folder, "rev-parse", "HEAD"), ("infra", "empty"))


@pytest.fixture
def data(origin: tuple[Path, Repository], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the list of repositories and the verdicts, of which there are none."""
    folder = tmp_path / "docs" / "corpus"
    folder.mkdir(parents=True)
    one = origin[1]
    entry = f'date = 2026-11-29\n[[repositories]]\nname = "{one.name}"\ncommit = "{one.commit}"\n'
    (folder / "repositories.toml").write_text(f"{entry}folders = {json.dumps(one.folders)}\n")
    verdicts(folder)
    monkeypatch.setattr(corpus, "DOCS", folder.parent)
    monkeypatch.setattr(corpus, "DATA", folder)
    return folder


def verdicts(data: Path, *rows: Sequence[str]) -> None:
    with (data / "verdicts.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])


def test_a_commit_is_fetched_with_terraform_files_only(origin: tuple[Path, Repository], tmp_path: Path) -> None:
    folder, repository = origin
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "second")
    fetched = tmp_path / "fetched" / "owner" / "name"
    checkout(repository, fetched, folder.as_uri())
    assert {str(each.relative_to(fetched)) for each in fetched.rglob("*.*") if ".git" not in each.parts and each.is_file()} == {
        "infra/broken.tf",
        "infra/main.tf",
        "infra/queues.tf",
    }
    assert git(fetched, "rev-parse", "HEAD") == repository.commit
    checkout(repository, fetched, "file:///does-not-exist")  # it contains the commit


def test_a_commit_that_does_not_exist_is_an_error(origin: tuple[Path, Repository], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="owner/name: git fetch failed"):
        checkout(Repository("owner/name", "0" * 40, (".",)), tmp_path / "fetched", origin[0].as_uri())


def test_results_and_page_of_existing_checkouts(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus.main(["--from", str(tmp_path / "checkouts")]) == 0
    checked, empty = read_results(data / "results.json")
    assert (checked.outcome, checked.pipelines) == ("checked", 1)
    assert any(each.startswith("infra/broken.tf: line 1") for each in checked.unread)
    assert {"QL001", "QL112"} & {each.rule for each in checked.findings} == {"QL001"}
    assert empty.outcome == "not readable"
    text = (data.parent / "corpus.md").read_text()
    assert "[owner/name: infra](https://github.com/owner/name/tree/" in text
    assert "infra/broken.tf" in text
    assert "| [QL001](rules/QL001.md) | error | 1 | 0 | 0 | 0 | 0 |  |" in text
    assert "owner/name infra: 1 pipeline" in capsys.readouterr().out


def test_another_commit_in_a_checkout_is_refused(
    data: Path, origin: tuple[Path, Repository], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(origin[0], "commit", "--quiet", "--allow-empty", "-m", "second")
    assert corpus.main(["--from", str(tmp_path / "checkouts")]) == 2
    assert f"but the corpus needs commit {origin[1].commit}" in capsys.readouterr().err
    assert not (data / "results.json").exists()


def test_a_verdict_counts_for_the_same_message_only(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--from", str(tmp_path / "checkouts")]
    corpus.main(arguments)
    results = read_results(data / "results.json")
    finding = next(each for each in results[0].findings if each.rule == "QL001")
    one = ["owner/name", "infra", "QL001", finding.address, "right", "60 s is longer", finding.message]
    verdicts(data, one, [*one[:4], "wrong", "of an older message", "another message"])
    capsys.readouterr()
    corpus.main(arguments)
    tally = tallies(results, read_verdicts(data / "verdicts.csv"))["QL001", "error"]
    assert (tally.findings, tally.examined, tally.precision) == (1, 1, 1.0)
    assert "no longer found: owner/name infra QL001" in capsys.readouterr().out


@pytest.mark.parametrize("row", [("o/n", ".", "QL001", "a", "maybe", "why", "m"), ("o/n", ".", "QL001", "a", "right", "", "m")])
def test_a_verdict_needs_a_known_word_and_a_reason(row: Sequence[str], data: Path) -> None:
    verdicts(data, row)
    with pytest.raises(UsageError, match=r"verdicts\.csv:2: needs a verdict \(right, wrong, unsure\) and a reason"):
        read_verdicts(data / "verdicts.csv")


def test_the_page_is_that_of_the_results_and_verdicts() -> None:
    data = ROOT / "docs" / "corpus"
    listed, found = read_corpus(data / "repositories.toml"), read_results(data / "results.json")
    judged = read_verdicts(data / "verdicts.csv")
    assert page(listed, found, judged) == (ROOT / "docs" / "corpus.md").read_text()
    assert without_finding(found, judged) == []
    assert [(each.name, folder) for each in listed.repositories for folder in each.folders] == [
        (each.repository, each.folder) for each in found
    ]
