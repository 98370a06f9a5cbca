"""The generated pictures: drawn from the stack, whole, and within their frame."""

from __future__ import annotations

import copy
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

from tools import code_picture, dashboard_picture, message_picture, pipeline_picture, sample_stack

PICTURES = {
    each.__name__.rpartition(".")[2]: each.picture
    for each in (code_picture, dashboard_picture, message_picture, pipeline_picture)
}
SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [str(element.text) for element in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - it is our own


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[dict[str, Any]], None]], None]:
    """Draw from the sample's stack after a change of its resources."""

    def change(how: Callable[[dict[str, Any]], None]) -> None:
        stack = copy.deepcopy(sample_stack.sample_stack())
        how(stack["resource"])
        for module in (sample_stack, pipeline_picture, code_picture):
            monkeypatch.setattr(module, "sample_stack", lambda: stack)

    return change


def the(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    (resource,) = resources[kind].values()
    found: dict[str, Any] = resource
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_within_its_frame_and_has_a_title_to_be_read_aloud(name: str) -> None:
    root = ET.fromstring(PICTURES[name]())  # noqa: S314 - it is our own
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert root.findtext(f"{SVG}title")
    for box in root.iter(f"{SVG}rect"):
        if box.get("class") == "card" and "transform" not in box.attrib and name != "dashboard_picture":
            assert float(box.attrib["x"]) + float(box.attrib["width"]) <= width
            assert float(box.attrib["y"]) + float(box.attrib["height"]) <= height


@pytest.mark.parametrize("name", ["code_picture", "message_picture", "pipeline_picture"])
def test_what_a_box_says_fits_into_it(name: str) -> None:
    """As wide as in a font that is wide, DejaVu Sans."""
    root = ET.fromstring(PICTURES[name]())  # noqa: S314 - it is our own
    boxes = [
        [float(box.attrib[key]) for key in ("x", "y", "width", "height")]
        for box in root.iter(f"{SVG}rect")
        if box.get("class") == "card"
    ]
    for element in root.iter(f"{SVG}text"):
        x, y, said = float(element.attrib["x"]), float(element.attrib["y"]), str(element.text)
        width = len(said) * (7.8 if "name" in element.attrib["class"] else 5.8)
        for left, top, across, down in boxes:
            if left < x < left + across and top < y < top + down:
                assert x + width <= left + across + 6, said


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_colours_for_light_and_dark(name: str) -> None:
    light, _, dark = PICTURES[name]().partition("@media (prefers-color-scheme: dark)")
    for colour in (".page", ".card", ".title", ".label"):
        assert f"{colour} {{ fill:" in light
        assert f"{colour} {{ fill:" in dark


def test_the_pipeline_shows_each_alarm_and_each_permission_of_the_stack() -> None:
    shown = texts(pipeline_picture.picture())
    resources = sample_stack.sample_stack()["resource"]
    for alarm in resources["aws_cloudwatch_metric_alarm"].values():
        assert alarm["alarm_name"].removeprefix("dev-orders-") in shown
    for statement in json.loads(the(resources, "aws_iam_role_policy")["policy"])["Statement"]:
        actions = statement["Action"]
        assert (actions if isinstance(actions, str) else ", ".join(actions)) in shown
    assert any(line.startswith(f"{sum(map(len, resources.values()))} resources") for line in shown)


def test_what_is_drawn_follows_the_stack(changed: Callable[[Callable[[dict[str, Any]], None]], None]) -> None:
    def change(resources: dict[str, Any]) -> None:
        queue = next(each for each in resources["aws_sqs_queue"].values() if "redrive_policy" in each)
        queue["visibility_timeout_seconds"] = 77
        queue["redrive_policy"] = queue["redrive_policy"].replace('"maxReceiveCount":5', '"maxReceiveCount":9')
        role = the(resources, "aws_iam_role_policy")
        role["policy"] = role["policy"].replace("sqs:SendMessage", "sqs:GetQueueUrl")

    changed(change)
    shown = texts(pipeline_picture.picture())
    assert "hidden for 77 s once received" in shown
    assert "after 9 receives" in shown
    assert not any("immediately, with the reason" in line for line in shown), "the function may not send to the DLQ"
    assert "received 9 times" in texts(message_picture.picture())
    assert "visibility_timeout_seconds: 77" in texts(code_picture.picture())
