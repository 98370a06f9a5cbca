"""Bodies of messages as pages show them."""

from __future__ import annotations

import pytest

from queuesmith.console.bodies import SHOWN_CHARACTERS, pretty
from queuesmith.console.views import error_page, render


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"b":1,"a":[true]}', '{\n  "b": 1,\n  "a": [\n    true\n  ]\n}'),
        ("no JSON", "no JSON"),
        ('"text"', '"text"'),
        ("1e400", "1e400"),
        ("two\nlines\tand \x1b[31mred", "two\nlines\tand \\x1b[31mred"),
        ("admin\u202egpj.exe", "admin\\u202egpj.exe"),
        ('{"a":"\u202e"}', '{\n  "a": "\\u202e"\n}'),
        ("[" * 100_000, "[" * SHOWN_CHARACTERS + "\n… 80,000 more characters"),
    ],
)
def test_json_is_indented_and_characters_that_deceive_are_escaped(body: str, expected: str) -> None:
    assert pretty(body) == expected


def test_templates_escape_everything() -> None:
    attack = "<script>alert(1)</script>\"'&"
    page = error_page(ValueError(attack))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;" in page
    assert "<script>alert" not in page
    assert "<script>alert" not in render("page.html", name=attack, page="overview", worker=attack)
