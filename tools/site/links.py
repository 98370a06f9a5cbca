"""Links between the Markdown files: the targets of a page, and their addresses on the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CODE = r"^(?P<fence> *(?:```|~~~)).*?^(?P=fence)|(?P<ticks>`+).*?(?P=ticks)"
_TARGET = r"(?P<before>\]\(|\b(?:src|srcset|href)=\")(?P<path>[^)\"#\s]*)(?P<anchor>#[^)\"\s]*)?"
_PATTERN = re.compile(f"{_CODE}|{_TARGET}", re.DOTALL | re.MULTILINE)
"""Code, which is skipped, or a link of Markdown or HTML."""


def replace_links(text: str, source: str, replacement: Callable[[str], str]) -> str:
    """Replace the target of each relative link of a page.

    `source` is the path of the page in this repository. `replacement` receives the path of a link's target in this repository,
    and returns what the link shall contain instead. The anchor is kept.
    """

    def replaced(match: re.Match[str]) -> str:
        path = match["path"]
        if not path or ":" in path:  # code, an anchor in the same page, or another site
            return match[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        return f"{match['before']}{replacement(target)}{match['anchor'] or ''}"

    return _PATTERN.sub(replaced, text)


def linked_files(source: str) -> list[str]:
    """The paths of the files that a page links, in the order of the first links."""
    found: dict[str, None] = {}
    replace_links((ROOT / source).read_text(encoding="utf-8"), source, lambda target: found.setdefault(target) or "")
    return list(found)
