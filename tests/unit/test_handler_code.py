"""Whether the sources of a zip contain the handler."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.readers.handler_code import handler_problem_in_folder

HANDLER = "def lambda_handler(event, context): ...\n"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "handlers"
    files = {
        "main.py": HANDLER,
        "mail.py": HANDLER,
        "deep/__init__.py": HANDLER,
        "maybe.py": "try:\n    from x import lambda_handler\nexcept ImportError: ...\n",
        "all.py": "from handlers.main import *\n",
        "warned.py": HANDLER + 'PATTERN = "\\d"\n',
        "empty.py": "",
        "broken.py": "def (:\n",
        "coded.py": "# coding: nonsense\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    "handler",
    [
        "main.lambda_handler",
        "handlers.main.lambda_handler",
        "handlers/mail.lambda_handler",
        "handlers.deep.lambda_handler",
        "handlers.maybe.lambda_handler",
        "handlers.all.lambda_handler",
        "handlers.warned.lambda_handler",
    ],
)
def test_existing_handler_is_found(sources: Path, handler: str) -> None:
    assert handler_problem_in_folder(sources, handler) is None


@pytest.mark.parametrize(
    ("handler", "problem"),
    [
        ("lambda_handler", 'it must be MODULE.FUNCTION. Set function.handler to a value such as "main.lambda_handler"'),
        ("..lambda_handler", 'it must be MODULE.FUNCTION. Set function.handler to a value such as "main.lambda_handler"'),
        ("main.", 'it must be MODULE.FUNCTION. Set function.handler to a value such as "main.lambda_handler"'),
        ("maim.lambda_handler", "handlers/maim.py does not exist. Set function.handler to a function in handlers/"),
        (
            "handlers.deep.mail.run",
            "handlers/deep/mail.py does not exist. Set function.handler to a function in handlers/",
        ),
        (
            "handlers.lambda_handler",
            "handlers/__init__.py does not exist. Set function.handler to a function in handlers/",
        ),
        (
            "handlers.main.lambda_handlr",
            'handlers/main.py has no function lambda_handlr. Set function.handler to "handlers.main.lambda_handler"',
        ),
        ("handlers.empty.run", "handlers/empty.py has no function run. Set function.handler to a function in that file"),
        (
            "mail.lambda_handler",
            "mail.py is not at the root of the package (only main.py is). "
            'Set function.handler to "handlers.mail.lambda_handler"',
        ),
        ("handlers.broken.run", "handlers/broken.py is not valid Python: invalid syntax in line 1"),
    ],
)
def test_problem_is_reported_with_the_file_and_the_fix(sources: Path, handler: str, problem: str) -> None:
    assert handler_problem_in_folder(sources, handler) == problem


def test_file_with_an_invalid_encoding_is_reported(sources: Path) -> None:
    assert (handler_problem_in_folder(sources, "handlers.coded.run") or "").startswith(
        "handlers/coded.py is not valid Python: "
    )


def test_handler_that_cannot_be_read_is_skipped(sources: Path) -> None:
    (sources / "empty.py").write_text("x = " + "-" * 100_000 + "1")
    assert handler_problem_in_folder(sources, "handlers.empty.run") is None
