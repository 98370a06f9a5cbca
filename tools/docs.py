"""`python -m tools.docs`: writes what is generated from the code: pages of docs/, their pictures, and the settings' schema."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from queuesmith.rules import markdown
from tools import commands_page, pictures, settings_page, settings_schema

PAGES: dict[str, Callable[[], str]] = {
    "docs/rules.md": markdown.page,
    "docs/settings.md": settings_page.page,
    "config/settings.schema.json": settings_schema.schema,
    "docs/commands.md": commands_page.page,
    "docs/images/pipeline.svg": pictures.pipeline,
    "docs/images/message.svg": pictures.message,
}
"""The text of each file that is generated, by its path."""

if __name__ == "__main__":
    for path, page in PAGES.items():
        Path(path).write_text(page(), encoding="utf-8")
        print(f"{path}: written")
