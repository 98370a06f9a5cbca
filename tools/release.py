"""The release workflow's own steps: `check TAG` refuses a release that is not prepared, and `notes` prints its changelog.

python -m tools.release check v0.2.0
python -m tools.release notes
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from queuesmith import __version__

ROOT = Path(__file__).resolve().parent.parent
_PLACEHOLDER = "OWNER"


def main(arguments: Sequence[str]) -> int:
    """Run `check TAG` or `notes`. Exit status 0: success; 1: the release is not prepared; 2: wrong arguments."""
    match arguments:
        case ["check", tag]:
            found = list(problems(tag, __version__, _changelog(), _repository()))
            for problem in found:
                print(f"error: {problem}", file=sys.stderr)
            return 1 if found else 0
        case ["notes"]:
            print(notes(_changelog(), __version__))
            return 0
    print("usage: python -m tools.release check TAG | notes", file=sys.stderr)
    return 2


def problems(tag: str, version: str, changelog: str, repository: str) -> Iterator[str]:
    """What has to change before a version can be released under a tag."""
    if tag != f"v{version}":
        yield f"The tag is {tag}, but __version__ in queuesmith/__init__.py is {version}. Change __version__, or tag v{version}"
    if not notes(changelog, version):
        yield f'CHANGELOG.md has no text under "## {version} - YYYY-MM-DD". Rename the heading "## Unreleased" to that'
    if f"/{_PLACEHOLDER}/" in repository:
        yield (
            f"The repository in pyproject.toml is the placeholder {repository}. Replace {_PLACEHOLDER} in all files: "
            f"git grep -lw {_PLACEHOLDER} | "
            f"xargs sed -i -E 's,{_PLACEHOLDER}(/|\\.github\\.io/)queuesmith,YOUR-NAME\\1queuesmith,'"
        )


def notes(changelog: str, version: str) -> str:
    """The changelog's text about a version, or an empty text."""
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)"
    found = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def _changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _repository() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
