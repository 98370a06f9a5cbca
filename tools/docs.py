"""`python -m tools.docs`: writes the files that are generated from the code: pages of docs/, their pictures and code blocks,
the settings schema, and the locks in the templates of a new project.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from queuesmith.rules import markdown, rules
from tools import (
    api_pages,
    backoff_chart,
    code_blocks,
    commands_page,
    constructs_page,
    pictures,
    project_lock,
    settings_page,
    settings_schema,
)

ROOT = Path(__file__).resolve().parent.parent
_PROJECT = "queuesmith/scaffold/templates/project"
_SAME = ("main.py", "stacks/__init__.py", "stacks/environment.py", "handlers/__init__.py", "handlers/requirements.in")
"""The sample's files that are the same in every project."""
_WITH_CODE = ["docs/worker.md", *sorted(f"docs/guide/{page.name}" for page in (ROOT / "docs" / "guide").glob("*.md"))]
"""The pages whose code blocks come from `examples/`."""


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


PAGES: dict[str, Callable[[], str]] = {
    "docs/rules.md": markdown.index,
    **{f"docs/rules/{rule.id}.md": partial(markdown.rule_page, rule) for rule in rules()},
    "docs/settings.md": settings_page.page,
    "config/settings.schema.json": settings_schema.schema,
    "docs/commands.md": commands_page.page,
    "docs/constructs.md": constructs_page.page,
    "docs/toolkit.md": api_pages.toolkit,
    "docs/operations.md": api_pages.operations,
    "docs/images/pipeline.svg": pictures.pipeline,
    "docs/images/message.svg": pictures.message,
    "docs/images/batch.svg": pictures.batch,
    "docs/images/fifo.svg": pictures.fifo,
    "docs/images/backoff.svg": backoff_chart.chart,
    f"{_PROJECT}/config/settings.schema.json": settings_schema.schema,
    f"{_PROJECT}/Pipfile.lock": project_lock.lock,
    f"{_PROJECT}/handlers/requirements.txt": partial(_text, "handlers/requirements.txt"),
    **{f"{_PROJECT}/{path}.jinja": partial(_text, path) for path in _SAME},
    **{path: partial(code_blocks.filled, ROOT / path) for path in _WITH_CODE},
}
"""The content of each generated file, by its path."""

if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page(), encoding="utf-8")
        print(f"{path}: written")
