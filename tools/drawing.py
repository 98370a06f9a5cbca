"""What the generated pictures share: one style for light and dark, boxes, arrows, and the file around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

STYLE = """
  .page { fill: #f2f3f3 } .card { fill: #fff; stroke: #d5dbdb } .title { fill: #16191f; font-weight: 600 }
  .label { fill: #545b64 } .code { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: 10.5px }
  text { font-family: system-ui, "Helvetica Neue", Arial, sans-serif; font-size: 11px }
  .kind { font-size: 10px; letter-spacing: 0.4px } .name { font-size: 13px }
  .way { fill: none; stroke: #545b64; stroke-width: 1.4 } .tip { fill: #545b64 }
  .dashed { stroke-dasharray: 6 4 } .dotted { stroke-dasharray: 1.5 4 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0f1b2a } .card { fill: #192534; stroke: #414d5c } .title { fill: #e9ebed } .label { fill: #95a5b5 }
    .way { stroke: #95a5b5 } .tip { fill: #95a5b5 }
  }
"""
LINE = 16
"""Pixels from one line of text to the next."""
Point = tuple[float, float]
Place = tuple[float, float, float, float]
"""The left and upper edge, the width and the height."""


def svg(width: float, height: float, title: str, lines: Iterable[str], style: str = STYLE) -> str:
    """The file: a picture of this size on the page's colour. What `title` says is read aloud instead of the picture."""
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>",
        f'<rect class="page" width="{width:g}" height="{height:g}"/>',
    ]
    return "\n".join([*head, *lines, "</svg>"]) + "\n"


def text(x: float, y: float, words: str, classes: str = "label", anchor: str = "start") -> str:
    """One line of text; `anchor` is what of it stands at x."""
    return f'<text class="{classes}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


@dataclass
class Drawing:
    """A picture of boxes and the ways between them."""

    width: float
    height: float
    title: str
    lines: list[str] = field(default_factory=list)

    def box(self, place: Place, colour: str, kind: str, name: str, *more: str) -> None:
        """A card: what it is, its name, and further lines."""
        x, y, width, height = place
        self.lines.append(f'<rect class="card" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"/>')
        self.lines.append(f'<rect fill="{colour}" x="{x:g}" y="{y:g}" width="5" height="{height:g}" rx="2"/>')
        self.lines.append(text(x + 16, y + 20, kind.upper(), "label kind"))
        self.lines.append(text(x + 16, y + 40, name, "title name"))
        self.lines += [text(x + 16, y + 58 + index * LINE, words) for index, words in enumerate(more)]

    def way(self, points: Sequence[Point], style: str = "", label: str = "", at: Point | None = None) -> None:
        """An arrow along points, each a right angle from the last; its label begins at `at`."""
        places = " ".join(f"{x:g},{y:g}" for x, y in points)
        (before_x, before_y), (x, y) = points[-2:]
        across, down = (x > before_x) - (x < before_x), (y > before_y) - (y < before_y)
        left, right = (
            (x - 7 * across - 4 * down, y - 7 * down - 4 * across),
            (x - 7 * across + 4 * down, y - 7 * down + 4 * across),
        )
        self.lines.append(f'<polyline class="way {style}" points="{places}"/>'.replace(' "', '"'))
        self.lines.append(f'<path class="tip" d="M{x:g} {y:g} L{left[0]:g} {left[1]:g} L{right[0]:g} {right[1]:g} Z"/>')
        if at is not None:
            self.lines.append(text(*at, label))

    def svg(self) -> str:
        """The file."""
        return svg(self.width, self.height, self.title, self.lines)
