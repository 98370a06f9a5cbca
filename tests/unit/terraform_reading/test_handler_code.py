"""Whether a local zip that a plan names contains the handler."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from queuesmith.readers.handler_code import handler_problem_in_zip
from queuesmith.rules import Unknown
from tests.unit.terraform_reading.checking import findings, reading, rules_found, skipped_rules
from tests.unit.terraform_reading.worker import FUNCTION, Worker


def zipped(folder: Path, code: str, name: str = "main.py") -> Path:
    """A zip with one module."""
    path = folder / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, code)
    return path


@pytest.mark.parametrize(
    "code",
    [
        "def handler(event, context): ...",
        "async def handler(event, context): ...",
        "class handler: ...",
        "handler = make()",
        "other = handler = make()",
        "first, (handler, *rest) = make()",
        "handler: object = make()",
        "from other import handler",
        "from other import run as handler",
        "import handler",
    ],
)
def test_handler_can_be_defined_in_many_ways(code: str, tmp_path: Path) -> None:
    assert handler_problem_in_zip(zipped(tmp_path, code), "main.handler") is None


def test_python_warnings_about_the_code_are_not_shown(tmp_path: Path) -> None:
    assert handler_problem_in_zip(zipped(tmp_path, 'PATTERN = "\\d"\ndef handler(event, context): ...'), "main.handler") is None


@pytest.mark.parametrize("code", ["", "import os.handler", "def other(): handler = 1", "logging.info(handler)", "x = handler"])
def test_missing_handler_is_reported(code: str, tmp_path: Path) -> None:
    assert handler_problem_in_zip(zipped(tmp_path, code), "main.handler") == "main.py in code.zip has no function handler"


@pytest.mark.parametrize(
    "code",
    [
        "from other import *",
        "if True: ...",
        "try: ...\nexcept OSError: ...",
        "try: ...\nexcept* OSError: ...",
        "with x: ...",
        "for handler in x: ...",
        "while x: ...",
        "match x:\n case handler: ...",
        "def (",
        "x = " + "(" * 1_000 + ")" * 1_000,
        "\x00",
    ],
)
def test_code_that_may_define_the_handler_is_skipped(code: str, tmp_path: Path) -> None:
    assert isinstance(handler_problem_in_zip(zipped(tmp_path, code), "main.handler"), Unknown)


@pytest.mark.parametrize(
    ("name", "handler"),
    [
        ("src/main.py", "src/main.handler"),
        ("src/main.py", "src.main.handler"),
        ("package/__init__.py", "package.handler"),
    ],
)
def test_module_can_be_in_a_folder_or_a_package(name: str, handler: str, tmp_path: Path) -> None:
    path = zipped(tmp_path, "def handler(): ...", name)
    assert handler_problem_in_zip(path, handler) is None
    assert handler_problem_in_zip(path, "main.handler") == "code.zip does not contain main.py"
    assert handler_problem_in_zip(path, "handler") == "it must be MODULE.FUNCTION"
    assert handler_problem_in_zip(path, "main.handler", layers=True) == Unknown("main in code.zip")


def test_broken_zip_is_skipped(tmp_path: Path) -> None:
    path = zipped(tmp_path, "def handler(): ...")
    content = bytearray(path.read_bytes())
    for broken in (b"", b"PK", bytes(content[:-10]), bytes(content[:35] + b"\xff" * 8 + content[43:])):
        path.write_bytes(broken)
        assert handler_problem_in_zip(path, "main.handler") == Unknown("the code in code.zip")
    assert handler_problem_in_zip(tmp_path, "main.handler") == Unknown(f"the code in {tmp_path.name}")


def test_zip_is_searched_next_to_the_plan(tmp_path: Path) -> None:
    worker = Worker().write(FUNCTION, "filename", {}, known="./code.zip").write(FUNCTION, "handler", {}, known="main.handler")
    assert "QL204" in skipped_rules(worker.plan()) - rules_found(worker.plan())
    zipped(tmp_path, "def other(): ...")
    assert ("QL204", "error", FUNCTION) in findings(worker.plan(), folder=tmp_path)


@pytest.mark.parametrize("name", ["a/" * 3_000, "\x00", "\ud800", "."])
def test_impossible_file_name_is_not_found(name: str, tmp_path: Path) -> None:
    worker = Worker().write(FUNCTION, "filename", {}, known=name).write(FUNCTION, "handler", {}, known="main.handler")
    (found,) = reading(worker.plan(), tmp_path).pipelines
    assert found.function.handler_problem == Unknown(f"the code of {FUNCTION}, because the file {name} does not exist")
