"""Draws predictions as an SVG file and as a web page that needs no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from queuesmith.capacity import Prediction
from queuesmith.capacity.charts import VEGA_LITE, specification
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.files import atomic_replacement

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; \
style-src 'unsafe-inline'; img-src data: blob:">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1.5rem; font-family: sans-serif; background: Canvas; color: CanvasText; }}
h1 {{ font-size: 1.25rem; }}
p {{ max-width: 50rem; line-height: 1.5; }}
#charts {{ max-width: 100%; overflow-x: auto; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{answer}</p>
<div id="charts"></div>
</main>
<script>{library}</script>
<script>
const specification = {specification};
const scheme = matchMedia("(prefers-color-scheme: dark)");
const titles = specification.vconcat.map((chart) => chart.title.text);
const widest = specification.vconcat[0].width, labels = 80, character = 7;
function draw() {{
  const width = Math.max(Math.min(document.querySelector("main").clientWidth - labels, widest), 100);
  const lines = new RegExp(`.{{1,${{Math.floor(width / character)}}}}(\\\\s|$)`, "g");
  specification.vconcat.forEach((chart, index) => {{
    chart.width = width;
    chart.title.text = titles[index].match(lines);
  }});
  specification.config.legend.columns = width < widest ? 1 : undefined;
  const theme = scheme.matches ? "dark" : undefined;
  vegaEmbed("#charts", specification, {{renderer: "svg", theme, actions: false, config: {{background: "transparent"}}}});
}}
scheme.addEventListener("change", draw);
addEventListener("resize", draw);
draw();
</script>
</body>
</html>
"""


def check_destinations(svg: Path | None, html: Path | None) -> None:
    """Raise an error if the charts cannot be drawn or a file cannot be written, before anything is computed."""
    files = {option: path for option, path in (("--svg", svg), ("--html", html)) if path}
    for option, path in files.items():
        if not path.parent.is_dir():
            raise UsageError(f'{option} is "{path}", but there is no folder {path.parent}. Create it, or choose another folder')
        if path.exists() and not path.is_file():
            raise UsageError(f'{option} is "{path}", but that is not a file. Specify the name of a file')
    if svg and html and svg.resolve() == html.resolve():
        raise UsageError(f'--svg and --html are both "{svg}". Specify two files')
    if files:
        _library()


def write_charts(predictions: Mapping[str, Prediction], svg: Path | None, html: Path | None) -> None:
    """Write the charts of the predictions, by their name in the legend. No file is left half-written.

    Raises
    ------
    UsageError
        If a file cannot be written.
    QueuesmithError
        If vl-convert-python is not installed.

    """
    contents: list[tuple[str, Path, str]] = []
    if svg:
        drawn = {**specification(predictions, tooltips=False), "background": "white"}
        contents.append(("--svg", svg, _library().vegalite_to_svg(drawn, vl_version=VEGA_LITE)))
    if html:
        contents.append(("--html", html, _page(specification(predictions, tooltips=True))))
    for option, path, content in contents:
        try:
            with atomic_replacement(path) as partial:
                partial.write_text(content, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f'{option} is "{path}", but it cannot be written: {error.strerror}. Choose a file that you can write'
            ) from error


def _page(specification: dict[str, Any]) -> str:
    """Return the page. It has the title and the answer as text, and the charts get the width of the window."""
    title = specification.pop("title")
    return _PAGE.format(
        title=escape(title["text"]),
        answer=escape(" ".join(title["subtitle"])),
        library=_library().javascript_bundle(vl_version=VEGA_LITE),
        specification=json.dumps(specification, separators=(",", ":")).replace("<", "\\u003c"),
    )


def _library() -> Any:
    try:
        import vl_convert
    except ModuleNotFoundError as error:
        raise QueuesmithError(
            '--svg and --html need vl-convert-python, which is not installed. Install it: pip install "queuesmith[charts]"'
        ) from error
    return vl_convert
