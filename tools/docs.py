"""`python -m tools.docs`: writes docs/rules.md from the rule book."""

from __future__ import annotations

from pathlib import Path

from queuesmith.rules.section import page

RULES = Path("docs/rules.md")

if __name__ == "__main__":
    RULES.write_text(page(), encoding="utf-8")
    print(f"{RULES}: written")
