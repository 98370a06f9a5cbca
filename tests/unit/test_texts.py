"""Text for users and scripts: safe for any terminal and encoding, and numbers agree with their nouns."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from queuesmith.common.printing import LINES, counted, encodable, megabytes, one_line, printable, to_json, write
from tests.conftest import ROOT

HOSTILE = "a\x1b[2J\x07\u202eb\x9b31m\r"


def test_what_would_steer_a_terminal_is_written_out() -> None:
    assert printable(HOSTILE) == "a\\x1b[2J\\x07\\u202eb\\x9b31m\\r"
    assert printable("Größe × 6 – ok") == "Größe × 6 – ok"


def test_lines_stay_lines_where_they_are_kept() -> None:
    assert printable("a\n\tb\x07") == "a\\n\\tb\\x07"
    assert printable("a\n\tb\x07", LINES) == "a\n\tb\\x07"


def test_one_line_stays_one_line() -> None:
    forged = "a\nNext: b\rc\vd\x85e\u2028f\tg"
    assert one_line(forged) == "a\\nNext: b\\rc\\x0bd\\x85e\\u2028f\tg"
    assert len(one_line(forged).splitlines()) == 1


def test_what_an_encoding_does_not_have_is_an_escape() -> None:
    assert encodable("6 × 30 s", "ascii") == "6 \\xd7 30 s"
    assert encodable("6 × 30 s of \udcff", None) == "6 × 30 s of \\udcff"


@pytest.mark.parametrize("compact", [True, False])
def test_json_holds_what_a_terminal_may_act_on_as_escapes(compact: bool) -> None:
    text = to_json({"é": HOSTILE}, compact=compact)
    assert json.loads(text) == {"é": HOSTILE}
    assert "é" in text
    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\r"} & set(text)


def test_json_on_one_line_has_no_spaces() -> None:
    assert to_json({"a": [1, 2]}, compact=True) == '{"a":[1,2]}'


def test_what_is_for_a_machine_is_utf_8_whatever_the_locale() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    stream.write("before ")
    write("é \ud800\n", stream)
    assert stream.buffer.getvalue() == "before é \\ud800\n".encode()
    write("é", text := io.StringIO())
    assert text.getvalue() == "é"


def test_numbers_have_their_nouns() -> None:
    assert [counted(number, "line") for number in (0, 1, 2, 1_200)] == ["0 lines", "1 line", "2 lines", "1,200 lines"]
    assert [counted(number, "address", "addresses") for number in (1, 2)] == ["1 address", "2 addresses"]


def test_a_megabyte_is_lambdas() -> None:
    assert megabytes(262_144_000) == "250.0 MB"


def test_texts_load_neither_the_rule_book_nor_anything_that_is_installed() -> None:
    code = "import sys, queuesmith.common.printing\n"
    code += "print({each.split('.')[0] for each in sys.modules} & {'rich', 'boto3', 'typer'})\n"
    code += "print({each.split('.')[1] for each in sys.modules if each.startswith('queuesmith.')})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n{'common'}\n"
