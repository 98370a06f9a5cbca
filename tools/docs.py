"""`python -m tools.docs`: writes what is generated from the code: pages of docs/, their pictures, and the settings' schema."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from queuesmith.rules import section
from tools import (
    code_picture,
    commands_page,
    dashboard_picture,
    message_picture,
    pipeline_picture,
    settings_page,
    settings_schema,
)

PAGES: dict[str, Callable[[], str]] = {
    "docs/rules.md": section.page,
    "docs/settings.md": settings_page.page,
    "config/settings.schema.json": settings_schema.schema,
    "docs/commands.md": commands_page.page,
    "docs/images/pipeline.svg": pipeline_picture.picture,
    "docs/images/message.svg": message_picture.picture,
    "docs/images/code.svg": code_picture.picture,
    "docs/images/dashboard.svg": dashboard_picture.picture,
}
"""The text of each file that is generated, by its path."""

if __name__ == "__main__":
    for path, page in PAGES.items():
        Path(path).write_text(page(), encoding="utf-8")
        print(f"{path}: written")
