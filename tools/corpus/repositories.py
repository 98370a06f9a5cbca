"""The list of repositories, and their checkouts."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from queuesmith.common.errors import UsageError

READ_FILES = ("*.tf", "*.tf.json", "*.tfvars", "*.tfvars.json", "*.json", "*.tpl", "*.tftpl", "*.yml", "*.yaml", "*.toml")
"""What a checkout contains: Terraform files, and texts that they read, such as policies and templates."""


@dataclass(frozen=True)
class Repository:
    """A public repository on GitHub."""

    name: str
    """OWNER/NAME."""
    commit: str
    """The full hash of the commit that is checked."""
    folders: tuple[str, ...]
    """The Terraform root modules that are checked. `.` is the repository's root."""


@dataclass(frozen=True)
class Corpus:
    """The repositories, and the date for which they are checked."""

    repositories: tuple[Repository, ...]
    date: date
    """The date for rules about runtimes. It is fixed, so that the results change only with the rules."""


def read_corpus(file: Path) -> Corpus:
    """Return the corpus that a TOML file describes. Raises UsageError if a key is missing or unknown."""
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        repositories = [Repository(**{**each, "folders": tuple(each["folders"])}) for each in document["repositories"]]
        return Corpus(tuple(repositories), document["date"])
    except (KeyError, TypeError) as error:
        raise UsageError(f"{file}: needs `date`, and `name`, `commit` and `folders` for each repository: {error}") from error


def checkout(repository: Repository, folder: Path, url: str | None = None) -> None:
    """Fetch a commit of a repository into a folder. Do nothing if the folder contains it.

    Raises UsageError if git cannot fetch it.

    Parameters
    ----------
    repository
        The repository.
    folder
        The folder of the checkout. It is created.
    url
        Where to fetch it from. Default: GitHub.

    """
    if _head(folder) == repository.commit:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for command in (
        ["init", "--quiet"],
        ["remote", "add", "origin", url or f"https://github.com/{repository.name}.git"],
        ["sparse-checkout", "set", "--no-cone", *READ_FILES],
        ["fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", repository.commit],
        ["checkout", "--quiet", "FETCH_HEAD"],
    ):
        done = _git(folder, *command)
        if done.returncode:
            raise UsageError(f"{repository.name}: git {command[0]} failed: {done.stderr.strip()}")


def verify_checkout(repository: Repository, folder: Path) -> None:
    """Raise UsageError if a folder is not a checkout of the repository's commit."""
    if (head := _head(folder)) != repository.commit:
        found = f"commit {head}" if head else "no checkout"
        raise UsageError(f"{repository.name}: {folder} contains {found}, but the corpus needs commit {repository.commit}")


def _head(folder: Path) -> str | None:
    if not (folder / ".git").exists():
        return None
    done = _git(folder, "rev-parse", "HEAD")
    return None if done.returncode else done.stdout.strip()


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
