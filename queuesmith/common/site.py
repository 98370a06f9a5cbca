"""The address of the published documentation."""

from __future__ import annotations

SITE = "https://OWNER.github.io/queuesmith/"
"""Where .github/workflows/site.yml publishes docs/. OWNER is a placeholder, as in pyproject.toml."""


def rule_page(rule: str) -> str:
    """Return the URL of the page about a rule."""
    return f"{SITE}rules/{rule}.html"
