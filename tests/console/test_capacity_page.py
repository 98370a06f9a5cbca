"""The page of `queuesmith capacity --html` in Chromium, without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests import in_process
from tests.conftest import ROOT

LOAD = ("--rate", "500/s", "--peak", "5000/s:10m", "--per-message", "20ms", "--try", "source.batch_size=50")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("capacity") / "page.html"
    result = in_process.queuesmith("capacity", "prod", "orders", *LOAD, "--html", str(path), folder=ROOT / "tests" / "sample")
    assert result.returncode == 0, result.stderr
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_draws_every_chart_and_shows_the_values_under_the_pointer(chromium: Any, file: Path, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 1_000, "height": 1_300}, color_scheme=scheme, offline=True)
    context.set_default_timeout(15_000)
    tab, complaints, requests = context.new_page(), [], []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(file.as_uri())
    tab.wait_for_selector("svg .mark-line path")
    titles = [each.split(" ")[0] for each in tab.locator("svg .role-title-text text").all_text_contents()]
    assert tab.locator("h1").inner_text() == "orders: predicted"
    assert tab.locator("p").inner_text().startswith("At most 1,852 messages/s (maximum concurrency 50). ")
    assert sorted(titles) == sorted(["Arrivals,", "Backlog,", "Age", "Concurrency,", "Messages", "Cost"])
    lines = tab.locator("svg .mark-line.role-mark path").evaluate_all("paths => paths.map(path => path.getAttribute('d'))")
    assert len(lines) == 2 * (6 + 1), "two predictions, six charts, and the true age"
    assert all(line.count("L") > 300 for line in lines)
    text = tab.locator("svg .mark-text.role-legend-label text").all_text_contents()
    assert text == ["now", "batch_size=50"]
    tab.locator("svg .mark-line.role-mark path").nth(2).hover(force=True)
    tooltip = tab.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert re.search(r"settings\s+(now|batch_size=50)\s+time\s+[\d.]+\s+backlog\s+[\d,]+", tooltip.inner_text())
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 18, 18)"}[scheme]
    tab.set_viewport_size({"width": 360, "height": 900})
    tab.wait_for_function("document.querySelector('svg.marks').getBoundingClientRect().width < 340")
    lines = tab.locator("svg .role-title-text tspan").all_text_contents()
    assert lines[:3] == ["Age of the oldest message in", "CloudWatch, seconds (dashed: the", "true age)"]
    assert tab.evaluate("document.querySelector('#charts').scrollWidth") <= 312, "a phone needs no scrolling to the side"
    context.close()
    assert (complaints, requests) == ([], [file.as_uri()])
