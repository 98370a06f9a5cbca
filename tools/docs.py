"""`python -m tools.docs`: writes the pages of docs/ that are generated: the rules', the settings', the commands', and
the dashboard's picture.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from queuesmith.rules import section
from tools import commands_page, dashboard_picture, settings_page

PAGES: dict[str, Callable[[], str]] = {
    "docs/rules.md": section.page,
    "docs/settings.md": settings_page.page,
    "docs/commands.md": commands_page.page,
    "docs/images/dashboard.svg": dashboard_picture.picture,
}
"""The text of each file that is generated, by its path."""

if __name__ == "__main__":
    for path, page in PAGES.items():
        Path(path).write_text(page(), encoding="utf-8")
        print(f"{path}: written")
