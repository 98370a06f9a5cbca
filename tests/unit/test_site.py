"""The site's navigation and links. tests/site builds it and opens it in a browser."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import ROOT
from tools.site.links import replace_links
from tools.site.navigation import files, navigation
from tools.site.staging import page, place, staged_files

PAGES = list(files(navigation()))


def test_every_page_is_in_the_navigation_once() -> None:
    """A missing page of docs/guide/ or docs/decisions/ needs a link in the index there, others in tools/site/navigation.py."""
    in_docs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert [name for name, count in Counter(PAGES).items() if count > 1] == []
    assert in_docs - set(PAGES) == set()
    assert set(PAGES) - in_docs == {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md"}
    assert [name for name in PAGES if not (ROOT / name).is_file()] == []


def test_files_have_different_places_on_the_site() -> None:
    assert [target for target, count in Counter(map(place, staged_files())).items() if count > 1] == []
    assert [place(name) for name in ("README.md", "docs/rules.md", "docs/decisions/README.md", "docs/rules/QL001.md")] == [
        "index.md",
        "rules/index.md",
        "decisions/index.md",
        "rules/QL001.md",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](../x.md) and ![b](images/p.svg)", "[a](<x.md>) and ![b](<docs/images/p.svg>)"),
        ("[a](../x.md#part)", "[a](<x.md>#part)"),
        ("[a](#part), [b](https://example.com/x.md), <mailto:a@example.com>", None),
        ("`[a](x.md)` and ``[a](x.md)``", None),
        ("```\n[a](x.md)\n```", None),
        ('<img src="p.svg"><a href="x.md#y">', '<img src="<docs/p.svg>"><a href="<docs/x.md>#y">'),
    ],
)
def test_only_links_to_files_are_replaced(text: str, shown: str | None) -> None:
    assert replace_links(text, "docs/page.md", lambda target: f"<{target}>") == (text if shown is None else shown)


def test_links_lead_to_files_on_the_site_or_in_the_repository() -> None:
    shown = (
        page("docs/decisions/README.md") + page("docs/constructs.md") + page("docs/guide/index.md") + page("docs/comparison.md")
    )
    assert "](0001-fast-cdktf.md)" in shown
    assert "](examples/own_stack.py.txt)" in shown
    assert "](../examples/index.md)" in shown
    assert "](https://github.com/OWNER/queuesmith/tree/main/examples/terraform)" in shown
    assert "](settings.md)" in shown
