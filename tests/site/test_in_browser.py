"""The site in a browser: readable on a phone and in dark mode, with a search, and without a request to another host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PAGES = ["index", "guide/fifo", "runbook", "commands", "settings", "rules/index", "rules/QL001", "architecture", "capacity"]
MODES = [("light", "default", "rgb(255, 255, 255)"), ("dark", "slate", "rgb(30, 33, 41)")]
"""What the system prefers, the theme's name for it, and its background."""
Open = Callable[..., Any]


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
