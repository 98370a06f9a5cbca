"""The generated pictures: drawn from the stack, and readable."""

from __future__ import annotations

import copy
import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tools import pictures
from tools.diagram import Arrow, Box, Diagram

PICTURES = {each.__name__: each for each in (pictures.pipeline, pictures.message, pictures.batch, pictures.fifo)}
SVG = "{http://www.w3.org/2000/svg}"
Area = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own file


def texts(picture: str) -> list[str]:
    return [str(element.text) for element in parsed(picture).iter(f"{SVG}text")]


def text_areas(root: ET.Element) -> Iterator[tuple[str, Area]]:
    """The area of each text, measured for DejaVu Sans, which is a wide font."""
    for element in root.iter(f"{SVG}text"):
        x, y, words = float(element.attrib["x"]), float(element.attrib["y"]), str(element.text)
        width = len(words) * (7.8 if element.attrib["class"] == "title" else 6.9)
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[element.attrib["text-anchor"]]
        yield words, (left, y - 10, left + width, y + 3)


def boxes(root: ET.Element) -> list[Area]:
    found = []
    for box in root.iter(f"{SVG}rect"):
        if box.get("class") == "card":
            x, y, width, height = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
            found.append((x, y, x + width, y + height))
    return found


def segments(root: ET.Element) -> Iterator[Area]:
    """Each straight segment of an arrow."""
    for line in root.iter(f"{SVG}polyline"):
        points = [[float(number) for number in point.split(",")] for point in line.attrib["points"].split()]
        for (x, y), (next_x, next_y) in itertools.pairwise(points):
            assert x == next_x or y == next_y, "it is horizontal or vertical"
            yield min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y)


def overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def contains(box: Area, area: Area, slack: float = 0) -> bool:
    return box[0] <= area[0] and box[1] <= area[1] and area[2] <= box[2] + slack and area[3] <= box[3]


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[dict[str, Any]], None]], None]:
    """Draw the sample's stack after a change of its resources."""

    def change(how: Callable[[dict[str, Any]], None]) -> None:
        stack = copy.deepcopy(pictures.sample_stack())
        how(stack["resource"])
        monkeypatch.setattr(pictures, "sample_stack", lambda: stack)

    return change


def the(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    (resource,) = resources[kind].values()
    found: dict[str, Any] = resource
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_picture_has_a_title_and_no_overlapping_boxes(name: str) -> None:
    root = parsed(PICTURES[name]())
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (root.attrib["width"], width) == ("860", 860)
    assert root.findtext(f"{SVG}title")
    found = boxes(root)
    assert len(found) >= 6
    for number, box in enumerate(found):
        assert contains((0, 0, width, height), box)
        assert not any(overlap(box, other) for other in found[number + 1 :])


@pytest.mark.parametrize("name", PICTURES)
def test_text_does_not_cross_the_edge_of_a_box(name: str) -> None:
    root = parsed(PICTURES[name]())
    for words, area in text_areas(root):
        inside = [box for box in boxes(root) if contains(box, area, slack=6)]
        assert len(inside) == 1 or not any(overlap(box, area) for box in boxes(root)), words


@pytest.mark.parametrize("name", PICTURES)
def test_arrows_cross_no_text_and_no_box(name: str) -> None:
    root = parsed(PICTURES[name]())
    lines = list(segments(root))
    assert len(lines) >= 7
    for line in lines:
        assert not [words for words, area in text_areas(root) if overlap(line, area)]
        assert not any(overlap(line, box) for box in boxes(root))


@pytest.mark.parametrize("name", PICTURES)
def test_picture_has_colours_for_light_and_dark(name: str) -> None:
    light, _, dark = PICTURES[name]().partition("@media (prefers-color-scheme: dark)")
    for colour in (".page", ".card", ".title", ".label"):
        assert f"{colour} {{ fill:" in light
        assert f"{colour} {{ fill:" in dark
    assert "13px" in light


def test_arrows_are_drawn_from_the_cells_of_their_boxes() -> None:
    cells = {name: Box(row, column, "#000", "kind", name) for name, row, column in (("a", 0, 0), ("b", 0, 1), ("c", 1, 0))}
    arrows = [Arrow("a", "b"), Arrow("a", "c", ["down"]), Arrow("b", "a", ["back"]), Arrow("c", "b")]
    root = parsed(Diagram("title", 2, cells, arrows).svg())
    a, b, c = boxes(root)
    right, down, back, up = (
        [[float(number) for number in point.split(",")] for point in line.attrib["points"].split()]
        for line in root.iter(f"{SVG}polyline")
    )
    assert (right[0][0], right[-1][0]) == (a[2], b[0])
    assert (down[0][1], down[-1][1]) == (a[3], c[1])
    assert (back[0][1], back[-1][1]) == (b[1], a[1])
    assert all(y < a[1] for _, y in back[1:-1]), "it passes above the row"
    assert (up[0][1], up[-1][1]) == (c[1], b[3])
    assert [len(each) for each in (right, down, back, up)] == [2, 2, 4, 4]


def test_pipeline_shows_each_alarm_and_each_permission_of_the_stack() -> None:
    shown = " ".join(texts(pictures.pipeline()))
    resources = pictures.sample_stack()["resource"]
    for alarm in resources["aws_cloudwatch_metric_alarm"].values():
        assert alarm["alarm_name"].removeprefix("dev-orders-") in shown
    for statement in json.loads(the(resources, "aws_iam_role_policy")["policy"])["Statement"]:
        actions = statement["Action"]
        assert (actions if isinstance(actions, str) else ", ".join(actions)) in shown


def test_pictures_follow_the_stack(changed: Callable[[Callable[[dict[str, Any]], None]], None]) -> None:
    assert any("can never succeed" in line for line in texts(pictures.pipeline()))

    def change(resources: dict[str, Any]) -> None:
        queue = next(each for each in resources["aws_sqs_queue"].values() if "redrive_policy" in each)
        queue["visibility_timeout_seconds"] = 77
        queue["redrive_policy"] = queue["redrive_policy"].replace('"maxReceiveCount":5', '"maxReceiveCount":9')
        role = the(resources, "aws_iam_role_policy")
        role["policy"] = role["policy"].replace("sqs:SendMessage", "sqs:GetQueueUrl")

    changed(change)
    shown = texts(pictures.pipeline())
    assert "visibility timeout 77 s" in shown
    assert "after 9 receives" in shown
    assert not any("can never succeed" in line for line in shown), "the function is not allowed to send to the DLQ"
    assert "or received 9 times" in texts(pictures.message())
    assert "it is killed: back after 77 s" in texts(pictures.message())
