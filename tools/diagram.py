"""Boxes in a grid and arrows between them, as an SVG for light and dark themes.

Text is 13 pixels high at a width of 860 pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, MARGIN, GAP, LINE, PADDING = 860, 14, 28, 18, 12
"""Pixels: the picture's width, its margin, the gap between columns, the height of a line of text, and the padding in a box."""
STYLE = """
  .page { fill: #f2f3f3 } .card { fill: #fff; stroke: #d5dbdb }
  .title { fill: #16191f; font-weight: 600 } .label { fill: #545b64 }
  .arrow { fill: none; stroke: #545b64; stroke-width: 1.4 } .tip { fill: #545b64 } .dashed { stroke-dasharray: 6 4 }
  text { font: 13px system-ui, "Helvetica Neue", Arial, sans-serif }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0f1b2a } .card { fill: #192534; stroke: #414d5c } .title { fill: #e9ebed } .label { fill: #95a5b5 }
    .arrow { stroke: #95a5b5 } .tip { fill: #95a5b5 }
  }
"""
_Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A box with its kind, its name and more lines of text."""

    row: int
    column: int
    colour: str
    kind: str
    name: str
    lines: Sequence[str] = ()
    columns: int = 1


@dataclass(frozen=True)
class Arrow:
    """An arrow to another box: the next one in its row or column, one in an adjacent row, or one before it in its row."""

    start: str
    end: str
    label: Sequence[str] = ()
    dashed: bool = False
    label_left: bool = False
    """Whether the label of a vertical arrow is on its left."""


class Diagram:
    """Named boxes in a number of columns, and the arrows between them."""

    def __init__(self, title: str, columns: int, boxes: Mapping[str, Box], arrows: Iterable[Arrow]) -> None:
        self.title, self.boxes, self.arrows = title, boxes, list(arrows)
        self.column_width = (WIDTH - 2 * MARGIN - (columns - 1) * GAP) / columns
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        bottom = 0.0
        for row in range(1 + max(box.row for box in boxes.values())):
            self.tops.append(bottom + self._space_above(row))
            lines = max(2 + len(box.lines) for box in boxes.values() if box.row == row)
            bottom = self.tops[row] + lines * LINE + PADDING
            self.bottoms.append(bottom)

    def svg(self) -> str:
        """The SVG. Screen readers read the title."""
        height = self.bottoms[-1] + MARGIN
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" viewBox="0 0 {WIDTH} {height:g}" role="img">',
            f"<title>{escape(self.title)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{height:g}"/>',
        ]
        for box in self.boxes.values():
            lines += self._box(box)
        for arrow in self.arrows:
            lines += self._arrow(arrow)
        return "\n".join([*lines, "</svg>"]) + "\n"

    def _space_above(self, row: int) -> float:
        """The height above a row, for the arrows that pass there and their labels."""
        labels = [len(arrow.label) for arrow in self.arrows if self._channel(arrow) == row]
        return GAP + LINE * max(labels) if labels else MARGIN

    def _channel(self, arrow: Arrow) -> int | None:
        """The row above which an arrow passes; None if it goes straight to the right."""
        start, end = self.boxes[arrow.start], self.boxes[arrow.end]
        if start.row == end.row and start.column < end.column:
            return None
        return max(start.row, end.row)

    def _edges(self, box: Box) -> _Point:
        """The x coordinates of the left and the right edge."""
        left = MARGIN + box.column * (self.column_width + GAP)
        return left, left + box.columns * self.column_width + (box.columns - 1) * GAP

    def _box(self, box: Box) -> Iterator[str]:
        (left, right), top = self._edges(box), self.tops[box.row]
        height = self.bottoms[box.row] - top
        yield f'<rect class="card" x="{left:g}" y="{top:g}" width="{right - left:g}" height="{height:g}" rx="6"/>'
        yield f'<rect fill="{box.colour}" x="{left:g}" y="{top:g}" width="5" height="{height:g}" rx="2"/>'
        for index, words in enumerate([box.kind, box.name, *box.lines]):
            style = "title" if index == 1 else "label"
            yield _text(left + PADDING, top + 2 + LINE * (index + 1), words, style)

    def _arrow(self, arrow: Arrow) -> Iterator[str]:
        start, end, channel = self.boxes[arrow.start], self.boxes[arrow.end], self._channel(arrow)
        if channel is None:
            middle = (self.tops[start.row] + self.bottoms[start.row]) / 2
            yield from _line([(self._edges(start)[1], middle), (self._edges(end)[0], middle)], arrow.dashed)
            return
        from_x, to_x = self._port(start, end), self._port(end, start)
        from_y = self.bottoms[start.row] if start.row < end.row else self.tops[start.row]
        to_y = self.bottoms[end.row] if end.row < start.row else self.tops[end.row]
        across = self.tops[channel] - GAP / 2
        corners = [] if from_x == to_x else [(from_x, across), (to_x, across)]
        yield from _line([(from_x, from_y), *corners, (to_x, to_y)], arrow.dashed)
        x, anchor = (from_x + to_x) / 2, "middle"
        if not corners:
            x, anchor = (x - 8, "end") if arrow.label_left else (x + 8, "start")
        for index, words in enumerate(reversed(arrow.label)):
            yield _text(x, across - 6 - LINE * index, words, "label", anchor)

    def _port(self, box: Box, other: Box) -> float:
        """Where an arrow leaves or enters at the top or the bottom: in the middle, or closer to the other box."""
        left, right = self._edges(box)
        side = (other.column > box.column) - (other.column < box.column)
        return (left + right) / 2 + side * self.column_width / 4


def _text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def _line(points: Sequence[_Point], dashed: bool) -> Iterator[str]:
    """A line through points, with a tip at the last point."""
    places = " ".join(f"{x:g},{y:g}" for x, y in points)
    (_, before), (x, y) = points[-2:]
    angle = 0 if before == y else 90 if before < y else -90
    yield f'<polyline class="{"arrow dashed" if dashed else "arrow"}" points="{places}"/>'
    yield f'<path class="tip" d="M0 0 L-8 -4 L-8 4 Z" transform="translate({x:g},{y:g}) rotate({angle})"/>'
