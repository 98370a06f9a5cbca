"""The built pages: they have the structure that GitHub shows, and no link of them is broken."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from markdown_it import MarkdownIt

from tests.conftest import ROOT
from tools.site.staging import place, staged_files

STRUCTURE = {
    "a",
    "blockquote",
    "code",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "img",
    "li",
    "ol",
    "pre",
    "strong",
    "table",
    "td",
    "th",
    "ul",
}


class Page(HTMLParser):
    """The elements, ids and links of a page. Of a page of the site, only those of its text count as elements."""

    def __init__(self, html: str, *, has_frame: bool) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self._is_text = not has_frame
        self._has_frame = has_frame
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self._is_text = self._is_text or tag == "article"
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        self.links |= {found[name] for name in ("href", "src") if name in found}
        is_link = "href" in found and found.get("class") != "headerlink"
        if self._is_text and tag in STRUCTURE and (tag != "a" or is_link):
            self.elements[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        self._is_text = self._is_text and not (tag == "article" and self._has_frame)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """The pages of the site, by their paths on it."""
    return {path.relative_to(site).as_posix(): Page(path.read_text(), has_frame=True) for path in site.rglob("*.html")}


def test_pages_have_the_structure_that_github_shows(pages: dict[str, Page]) -> None:
    """The site's parser is not GitHub's: without mdformat, it reads some lists and blocks of code as paragraphs."""
    github = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    different = {}
    for source in staged_files():
        if source.endswith(".md"):
            expected = Page(github.render((ROOT / source).read_text()), has_frame=False).elements
            if (shown := pages[place(source).removesuffix(".md") + ".html"].elements) != expected:
                different[source] = {tag: (shown[tag], expected[tag]) for tag in STRUCTURE if shown[tag] != expected[tag]}
    assert different == {}


def test_no_link_of_a_page_is_broken(site: Path, pages: dict[str, Page]) -> None:
    broken = set()
    for name, page in pages.items():
        for link in page.links:
            path, _, anchor = link.partition("#")
            if ":" in path or name == "404.html":  # another site; links of 404.html begin with the published site's path
                continue
            target = normpath(join(dirname(name), path)) if path else name
            is_file = (site / target).is_file()
            if not is_file or (anchor and target in pages and anchor not in pages[target].ids):
                broken.add(f"{name}: {link}")
    assert len(pages) > 150
    assert broken == set()
