"""The migration path: rewrites a copy of this project for cdktn, the community's fork of CDKTF.

    python -m tools.to_cdktn FOLDER

It changes the names of two packages in the copy's `main.py`, `stacks/` and `queuesmith/`, and nothing else. A test synthesizes
such a copy and compares the JSON (`make test-cdktn`). To move for good, add the packages of tools/environments/cdktn.in to the
Pipfile.
"""

from __future__ import annotations

import argparse
import re
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


def main() -> None:
    """Rewrite the copy that is named, and print the files that were changed."""
    parser = argparse.ArgumentParser(prog="python -m tools.to_cdktn", description="Rewrite a copy of this project for cdktn.")
    parser.add_argument("folder", type=Path, help="the copy")
    for path in rewrite(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
