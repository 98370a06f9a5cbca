"""The built site: its pages have the structure that GitHub shows, their links work, and a browser shows them everywhere.

All in one file, because the tests of one file run in one process: two would build the site simultaneously.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

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
PAGES = ["index", "guide/fifo", "runbook", "commands", "settings", "rules/index", "rules/QL001", "architecture", "capacity"]
MODES = [("light", "default", "rgb(255, 255, 255)"), ("dark", "slate", "rgb(30, 33, 41)")]
"""What the system prefers, the theme's name for it, and its background."""
Open = Callable[..., Any]


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
        self.links |= {found[name] for name in ("href", "src", "srcset") if name in found}
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


@pytest.fixture
def tab(chromium: Any) -> Iterator[Open]:
    """Opens tabs. Afterwards no page has written to the console, or requested anything from another host."""
    contexts, complaints = [], []

    def opened(base: str, **options: Any) -> Any:
        context = chromium.new_context(**options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: None if request.url.startswith((base, "data:")) else complaints.append(request.url))
        tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone_and_has_a_dark_mode(tab: Open, url: str, name: str) -> None:
    page = tab(url)
    page.goto(f"{url}{name}.html")
    for scheme, theme, background in MODES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f'body[data-md-color-scheme="{theme}"]')
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
        for width in (360, 1_280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pages_of_the_guide_are_at_most_two_screens(tab: Open, url: str, site: Path) -> None:
    """Of 1,920 × 1,200 pixels. A twentieth more is for the fonts of other machines."""
    page = tab(url, viewport={"width": 1_920, "height": 1_200})
    heights = {}
    for path in (site / "guide").glob("*.html"):
        page.goto(f"{url}guide/{path.name}", wait_until="networkidle")
        heights[path.stem] = page.evaluate("document.querySelector('article').scrollHeight")
    assert len(heights) >= 18
    assert {name: height for name, height in heights.items() if height > 2 * 1_200 * 1.05} == {}


def test_diagram_is_drawn(tab: Open, url: str) -> None:
    page = tab(url)
    page.goto(f"{url}architecture.html")
    page.wait_for_selector("div.mermaid")
    assert page.locator("div.mermaid").bounding_box()["height"] > 300


@pytest.mark.parametrize("how", ["server", "file"])
def test_search_finds_a_term_and_leads_to_its_page(tab: Open, url: str, site: Path, how: str) -> None:
    base = url if how == "server" else f"{site.as_uri()}/"
    page = tab(base)
    page.goto(f"{base}index.html")
    page.fill("input[name=query]", "visibility timeout")
    page.wait_for_selector(".md-search-result__link")
    found = page.locator(".md-search-result__link h1")
    assert "visibility timeout" in found.first.inner_text().lower()
    found.first.click()
    page.wait_for_url(lambda address: "index.html" not in address or "rules/" in address)
    assert "visibility timeout" in page.locator("article").inner_text().lower()


FIRST = [("large messages", "Large messages"), ("fifo", "FIFO queues"), ("ql113", "QL113")]
ON_CALL = ("alarm", "dead-letter-depth", "operator_act_policy")


@pytest.mark.parametrize(("term", "first"), [*FIRST, *((term, "Runbook") for term in ON_CALL)])
def test_search_shows_what_answers_the_question_first(tab: Open, url: str, term: str, first: str) -> None:
    """The guide comes before decisions, a rule's page before those that name it, and the runbook first for a person on call."""
    page = tab(url)
    page.goto(f"{url}index.html")
    page.fill("input[name=query]", term)
    page.wait_for_selector(".md-search-result__link")
    assert page.locator(".md-search-result__link h1").first.inner_text().startswith(first)
