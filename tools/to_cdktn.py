"""The migration path: rewrites a copy of this project for cdktn, the community's fork of CDKTF.

    python -m tools.to_cdktn FOLDER

It changes only the names of two packages in the copy's `main.py`, `stacks/` and `queuesmith/`: in imports and, in
`queuesmith/fast_cdktf/`, everywhere. A test synthesizes such a copy and compares the JSON (`make test-cdktn`). To migrate
permanently, add the packages in tools/environments/cdktn.in to the Pipfile.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

NAMES = {"cdktf_cdktf_provider_aws": "cdktn_provider_aws", "cdktf": "cdktn"}
FAST = Path("queuesmith") / "fast_cdktf"
"""The files of this package also contain the names in strings and patterns, for Python and for Node."""
_WORD = re.compile(rf"\b({'|'.join(NAMES)})\b")
_IMPORT = re.compile(rf"^(\s*(?:from|import) )({'|'.join(NAMES)})\b", re.MULTILINE)
_USED = re.compile(r"\bcdktf\.(?=[A-Z])")
"""`cdktf.App`, if the package itself is imported."""


def rewritten(text: str, *, everywhere: bool = False) -> str:
    """A file's text with cdktn's names: in imports and uses of the package, or everywhere."""
    if everywhere:
        return _WORD.sub(lambda found: NAMES[found[0]], text)
    text = _IMPORT.sub(lambda found: found[1] + NAMES[found[2]], text)
    return _USED.sub("cdktn.", text)


def rewrite(folder: Path) -> Iterator[Path]:
    """Rewrite a copy in place. Yields the changed files."""
    fast = folder / FAST
    modules = sorted(path for name in ("queuesmith", "stacks") for path in (folder / name).rglob("*.py"))
    for path in (folder / "main.py", *modules, *sorted(fast.glob("*.cjs"))):
        text = path.read_text(encoding="utf-8")
        if (new := rewritten(text, everywhere=path.is_relative_to(fast))) != text:
            path.write_text(new, encoding="utf-8")
            yield path


def main() -> None:
    """Rewrite the named copy, and print the changed files."""
    parser = argparse.ArgumentParser(prog="python -m tools.to_cdktn", description="Rewrite a copy of this project for cdktn.")
    parser.add_argument("folder", type=Path, help="the copy")
    for path in rewrite(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
