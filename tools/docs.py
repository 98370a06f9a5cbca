"""`python -m tools.docs`: writes the files that are generated from the code: pages of docs/, their pictures, and the settings
schema.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from queuesmith.rules import markdown
from tools import commands_page, constructs_page, pictures, settings_page, settings_schema

PAGES: dict[str, Callable[[], str]] = {
    "docs/rules.md": markdown.page,
    "docs/settings.md": settings_page.page,
    "config/settings.schema.json": settings_schema.schema,
    "docs/commands.md": commands_page.page,
    "docs/constructs.md": constructs_page.page,
    "docs/images/pipeline.svg": pictures.pipeline,
    "docs/images/message.svg": pictures.message,
}
"""The content of each generated file, by its path."""

if __name__ == "__main__":
    for path, page in PAGES.items():
        Path(path).write_text(page(), encoding="utf-8")
        print(f"{path}: written")
