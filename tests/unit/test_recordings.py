"""The recordings in docs/images: of this version's output, and without anything of the machine that has made them."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools.recordings import IMAGES, NAMES, ROOT, WITHOUT_EMULATOR, record
from tools.screenshots import SCALE, SCHEMES, WIDTH

SVG = "{http://www.w3.org/2000/svg}"
TERMINALS = [name for name in NAMES if name != "console"]


def lines(picture: str) -> list[str]:
    """The lines of a terminal's picture."""
    rows: dict[float, str] = {}
    for text in ET.fromstring(picture).iter(f"{SVG}text"):  # noqa: S314 - our own file
        if "clip-path" in text.attrib:
            y, words = float(text.attrib["y"]), str(text.text).replace("\xa0", " ")
            rows[y] = rows.get(y, "") + words
    return [rows[y].rstrip() for y in sorted(rows)]


def recorded(name: str) -> str:
    return (IMAGES / f"{name}.svg").read_text()


@pytest.mark.parametrize("name", WITHOUT_EMULATOR)
def test_recording_is_up_to_date(name: str) -> None:
    """Its text is compared, and not how Rich draws it."""
    assert lines(record(WITHOUT_EMULATOR[name])) == lines(recorded(name)), f"Run: python -m tools.recordings {name}"


@pytest.mark.parametrize("name", TERMINALS)
def test_recording_is_readable_and_says_nothing_about_the_machine(name: str) -> None:
    picture = recorded(name)
    root = ET.fromstring(picture)  # noqa: S314 - our own file
    (size,) = re.findall(r"-matrix \{[^}]*font-size: (\d+)px", picture)
    assert int(size) * 860 / float(root.attrib["viewBox"].split()[2]) >= 13, "pixels, in a page of 860 pixels"
    assert not re.search(r"/home/|/root/|/tmp/|/work/|127\.0\.0\.1|localhost", picture)
    assert str(ROOT) not in picture
    assert str(Path.home()) not in picture
    assert "https://" not in re.sub(r"<text.*?</text>|<!--.*?-->", "", picture), "it loads nothing"


def test_recorded_demo_accounts_for_every_message() -> None:
    text = "\n".join(lines(recorded("demo")))
    assert text.startswith("$ make demo\n")
    assert {outcome: int(count) for outcome, count in re.findall(r"│ (\w[\w -]+?) +│ +(\d+) │", text)} == {
        "written to DynamoDB exactly once": 195,
        "written more than once": 0,
        "in the dead-letter queue": 5,
        "still in the queue": 0,
        "lost": 0,
    }


def test_recorded_triage_leads_to_the_redrive_of_the_readme() -> None:
    command, *text = lines(recorded("triage"))
    assert command == "$ queuesmith dlq triage dev orders"
    assert re.search(r"queuesmith dlq redrive dev orders --reason 'InvalidMessageError: .*?' --dry-run", " ".join(text))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_pictures_of_the_console_have_the_width_of_a_page(scheme: str) -> None:
    content = (IMAGES / f"console-{scheme}.png").read_bytes()
    width, _ = struct.unpack(">II", content[16:24])
    assert (content[:8], width) == (b"\x89PNG\r\n\x1a\n", WIDTH * SCALE)
