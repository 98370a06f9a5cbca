"""Text for users and scripts: safe for any terminal and encoding, and numbers agree with their nouns."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from queuesmith.common.printing import LINE_CHARACTERS, counted, encodable, megabytes, one_line, printable, to_json, write_utf8
from tests.conftest import ROOT

HOSTILE = "a\x1b[2J\x07\u202eb\x9b31m\r"


def test_terminal_control_characters_are_escaped() -> None:
    assert printable(HOSTILE) == "a\\x1b[2J\\x07\\u202eb\\x9b31m\\r"
    assert printable("Größe × 6 – ok") == "Größe × 6 – ok"


def test_multiline_text_keeps_its_lines() -> None:
    assert printable("a\n\tb\x07") == "a\\n\\tb\\x07"
    assert printable("a\n\tb\x07", LINE_CHARACTERS) == "a\n\tb\\x07"


def test_one_line_stays_one_line() -> None:
    forged = "a\nNext: b\rc\vd\x85e\u2028f\tg"
    assert one_line(forged) == "a\\nNext: b\\rc\\x0bd\\x85e\\u2028f\tg"
    assert len(one_line(forged).splitlines()) == 1


def test_characters_that_an_encoding_lacks_are_escaped() -> None:
    assert encodable("6 × 30 s", "ascii") == "6 \\xd7 30 s"
    assert encodable("6 × 30 s of \udcff", None) == "6 × 30 s of \\udcff"


@pytest.mark.parametrize("compact", [True, False])
def test_json_escapes_terminal_control_characters(compact: bool) -> None:
    text = to_json({"é": HOSTILE}, compact=compact)
    assert json.loads(text) == {"é": HOSTILE}
    assert "é" in text
    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\r"} & set(text)


def test_json_on_one_line_has_no_spaces() -> None:
    assert to_json({"a": [1, 2]}, compact=True) == '{"a":[1,2]}'


def test_machine_readable_output_is_utf_8_in_any_locale() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    stream.write("before ")
    write_utf8("é \ud800\n", stream)
    assert stream.buffer.getvalue() == "before é \\ud800\n".encode()
    write_utf8("é", text := io.StringIO())
    assert text.getvalue() == "é"


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(number, "line") for number in (0, 1, 2, 1_200)] == ["0 lines", "1 line", "2 lines", "1,200 lines"]
    assert [counted(number, "address", "addresses") for number in (1, 2)] == ["1 address", "2 addresses"]


def test_megabyte_is_1048576_bytes() -> None:
    assert megabytes(262_144_000) == "250.0 MB"


def test_texts_load_only_the_standard_library() -> None:
    code = "import sys, queuesmith.common.printing\n"
    code += "print({each.split('.')[0] for each in sys.modules} & {'rich', 'boto3', 'typer'})\n"
    code += "print({each.split('.')[1] for each in sys.modules if each.startswith('queuesmith.')})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n{'common'}\n"
