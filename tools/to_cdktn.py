"""The way on: rewrites a copy of this project for cdktn, the community's fork of CDKTF.

    python -m tools.to_cdktn FOLDER

In `stacks/` and `main.py` under FOLDER the names of the two packages are changed; nothing else has to be. A test synthesizes
such a copy and compares the JSON (`make test-cdktn`). Whoever moves for good takes the packages of
tools/environments/cdktn.in into the Pipfile.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = {"cdktf_cdktf_provider_aws": "cdktn_provider_aws", "cdktf": "cdktn"}
"""Packages, by what they are called here: in imports, and where the loading of them is made fast."""
_IMPORT = re.compile(rf"^(\s*(?:from|import) )({'|'.join(NAMES)})\b", re.MULTILINE)
_USED = re.compile(r"\bcdktf\.(?=[A-Z])")
"""`cdktf.App`, where the package itself is imported."""
_PACKAGE = re.compile(r'^(PACKAGE = ")(\w+)(")$', re.MULTILINE)


def rewritten(text: str) -> str:
    """A module's text with cdktn's names."""
    text = _IMPORT.sub(lambda found: found[1] + NAMES[found[2]], text)
    text = _PACKAGE.sub(lambda found: found[1] + NAMES.get(found[2], found[2]) + found[3], text)
    return _USED.sub("cdktn.", text)


def rewrite(folder: Path) -> Iterator[Path]:
    """Rewrite a copy in place; the files that were changed."""
    for path in (
        folder / "main.py",
        *sorted(path for name in ("queuesmith", "stacks") for path in (folder / name).rglob("*.py")),
    ):
        text = path.read_text(encoding="utf-8")
        if (new := rewritten(text)) != text:
            path.write_text(new, encoding="utf-8")
            yield path


def main(arguments: list[str]) -> int:
    """Exit status 0; 2 where the argument is not a copy of this project."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "queuesmith" / "constructs" / "bindings.py").is_file():
        print(
            "usage: python -m tools.to_cdktn FOLDER\n"
            "FOLDER is a copy of this project, with queuesmith/constructs/bindings.py in it",
            file=sys.stderr,
        )
        return 2
    for path in rewrite(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
