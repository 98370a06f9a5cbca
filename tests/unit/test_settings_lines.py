"""The lines of problems in TOML files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from queuesmith.checks.settings_check import check_configuration
from queuesmith.settings.lines import line_of
from queuesmith.settings.loading import load
from tests.unit.settings_files import write

TEXT = """\
# a comment
region = "eu-west-1"
backend.type = "local"

[workers.orders.queue]
fifo = true  # [workers.orders]

[workers.orders]
tags = { team = "shop", "cost center" = { id = 7 } }
note = \"\"\"
[workers.orders.function]
\"\"\"
list = [
  # a comment
  { a = 1 },
  { b = 2 },
]

[[workers.orders.tables]]
name = "a"

[["workers".orders . 'tables']]
name = "b"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("region", 2),
        ("backend.type", 3),
        ("backend.bucket", 3),
        ("workers.orders.queue.fifo", 6),
        ("workers.orders.queue.delay", 5),
        ("workers.orders.function.timeout", 8),
        ("workers.mail", 5),
        ("workers.orders.tags.team", 9),
        ("workers.orders.tags.cost center.id", 9),
        ("workers.orders.note", 10),
        ("workers.orders.list.1.b", 16),
        ("workers.orders.tables.0.name", 20),
        ("workers.orders.tables.1.name", 23),
        ("workers.orders.tables.1.size", 22),
        ("dashboard", None),
    ],
)
def test_line_of_a_key_or_of_the_closest_key_above_it(key: str, line: int | None) -> None:
    assert line_of(TEXT, tuple(key.split("."))) == line


def test_problem_has_the_line_in_the_file_that_supplies_the_value(tmp_path: Path) -> None:
    common = 'region = "eu-west-1"\nbackend.type = "local"\n[workers.orders.function]\ntimeout = -1\nartifact.zip = "x"\n'
    dev = "[workers.orders.function]\nmemory = 0.5\n"
    assert load(write(tmp_path, common=common, dev=dev)).problems == [
        "dev: workers.orders.function.memory is 0.5, but must be a whole number, 0 or more (config/dev.toml:2)",
        "dev: workers.orders.function.timeout is -1, but must be a whole number, 0 or more (config/common.toml:4)",
    ]


def test_invalid_toml_has_its_line_too(tmp_path: Path) -> None:
    assert load(write(tmp_path, dev="a = 1\nb = = 2")).problems == [
        "dev: the file is not valid TOML: Invalid value (config/dev.toml:2)"
    ]


def test_finding_has_the_line_of_its_key(tmp_path: Path) -> None:
    common = 'region = "eu-west-1"\nbackend.type = "local"\n[workers.orders.function]\nartifact.zip = "x"\ntimeout = 901\n'
    prod = "\n[workers.orders.queue]\nretention = 5\n"
    report = check_configuration(load(write(tmp_path, common=common, dev="", prod=prod)), date(2026, 11, 1), check_zips=False)
    places = {line.split()[-1]: line.split()[-2] for line in report.errors if line.split()[-1] in ("[QL201]", "[QL009]")}
    assert places == {"[QL201]": "(config/common.toml:5)", "[QL009]": "(config/prod.toml:3)"}
