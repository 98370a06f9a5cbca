"""Fills the code blocks of Markdown pages from source files, so that the tests run the code that readers copy.

A comment above a block names the file. After a colon, it can name parts of it: functions, classes, variables and imported names
of a Python file, tables of a TOML file, or keys at the top of a YAML file.

    <!-- from examples/guide/fifo.toml: workers.payments.queue, workers.payments.source -->
    ```toml
    ```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^(<!-- from (\S+?)(?:: ([^\n]+))? -->\n)```\w*\n.*?^```$", re.DOTALL | re.MULTILINE)
"""A block that is filled: its comment, the path of the file, and the names of the parts."""
LANGUAGES = {".py": "python", ".toml": "toml", ".tf": "hcl", ".yml": "yaml", ".yaml": "yaml", ".json": "json"}
_GAPS = {
    **{(kind, kind): "\n" for kind in ("import", "variable")},
    **{(kind, "definition"): "\n\n\n" for kind in ("import", "variable", "definition")},
    ("definition", "variable"): "\n\n\n",
}
"""The empty lines between two parts. Default: one."""


def filled(page: Path) -> str:
    """Return a page with its code blocks filled.

    Raises
    ------
    ValueError
        If a file has no part of a name, or two of them.
    OSError
        If a file does not exist.

    """
    return BLOCK.sub(partial(_block, page.name), page.read_text(encoding="utf-8"))


def _block(page: str, match: re.Match[str]) -> str:
    comment, name, names = match.groups()
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    parts = [part.strip() for part in names.split(",")] if names else []
    return f"{comment}```{LANGUAGES[path.suffix]}\n{_selected(text, path, parts, page) if parts else text.strip()}\n```"


def _selected(text: str, path: Path, names: list[str], page: str) -> str:
    available = list(_PARTS[path.suffix](text))
    shown, before = "", ""
    for name in names:
        matching = [(kind, part) for key, kind, part in available if key == name]
        if len(matching) != 1:
            raise ValueError(f"{page}: {path.relative_to(ROOT)} has {len(matching)} parts with the name {name}, instead of 1")
        kind, part = matching[0]
        shown += (_GAPS.get((before, kind), "\n\n") if before else "") + part
        before = kind
    return shown


def _python_parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the kind and the code of each statement that has a name."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        code = "\n".join(lines[first - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, "definition", code
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, "variable", code) for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((each.asname or each.name, "import", code) for each in node.names)


def _toml_parts(text: str) -> Iterator[tuple[str, str, str]]:
    for part in re.split(r"^(?=\[)", text, flags=re.MULTILINE):
        if header := re.match(r"\[+([^\]]+)\]", part):
            yield header[1], "table", part.strip()


def _yaml_parts(text: str) -> Iterator[tuple[str, str, str]]:
    for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE):
        if key := re.match(r"(\w[\w-]*):", part):
            yield key[1], "key", part.strip()


_PARTS = {".py": _python_parts, ".toml": _toml_parts, ".yml": _yaml_parts, ".yaml": _yaml_parts}
