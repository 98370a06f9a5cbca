"""The guide: its code comes from `examples/`, its settings are valid, and its commands exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer.main
from cdktf import Testing as Synthesis

from queuesmith.checks.settings_check import check_configuration
from queuesmith.cli.app import app
from queuesmith.settings.loading import Configuration, environment_names, load
from stacks.environment import EnvironmentStack
from tests.conftest import FAKE_PACKAGE, ROOT
from tools.code_blocks import BLOCK, filled

GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(page.name for page in GUIDE.glob("*.md"))
SETTINGS = ROOT / "examples" / "guide"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OTHER_PROGRAMS = {"aws", "cd", "cdktf", "eval", "export", "git", "npm", "pip", "terraform"}


def text(page: str) -> str:
    return (GUIDE / page).read_text()


def commands(page: str) -> Iterator[list[str]]:
    """The words of each command in the blocks of a page."""
    for language, block in FENCE.findall(text(page)):
        for line in block.replace("\\\n", " ").splitlines() if not language else ():
            words = shlex.split(line, comments=True)
            for part in " ".join(map(shlex.quote, words)).replace("'&&'", "'|'").split(" '|' "):
                if part:
                    yield shlex.split(part)


def command_of(words: list[str]) -> Any:
    """The Typer command that the first words name. They are removed."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    return command


@pytest.mark.parametrize("page", PAGES)
def test_code_in_the_guide_comes_from_files_that_are_tested(page: str) -> None:
    """A test of generated pages compares the blocks with these files. All other blocks are commands or pictures."""
    rest = BLOCK.sub("", text(page))
    assert {language for language, _ in FENCE.findall(rest)} <= {"", "mermaid"}
    assert all(name.startswith(("examples/", "handlers/", "docs/ci/")) for _, name, _ in BLOCK.findall(text(page)))


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_guide_exist(page: str) -> None:
    makefiles = [ROOT / "Makefile", ROOT / "queuesmith" / "scaffold" / "templates" / "project" / "Makefile.jinja"]
    targets = set(re.findall(r"^([a-z-]+):.* ## ", "".join(path.read_text() for path in makefiles), re.MULTILINE))
    for program, *words in commands(page):
        if program.removeprefix(".venv/bin/") == "queuesmith":
            command_of(words).make_context("queuesmith", words)  # raises UsageError
        elif program == "make":
            assert words[0] in targets
        else:
            assert program in OTHER_PROGRAMS
    for code in re.findall(r"`(?:\.venv/bin/)?queuesmith ([^`\n]+)`", FENCE.sub("", text(page))):
        words = shlex.split(code)
        options = {option for each in command_of(words).params for option in each.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, code


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return load(SETTINGS, environment_names(SETTINGS))


def test_settings_in_the_guide_have_no_findings(configuration: Configuration) -> None:
    assert configuration.problems == []
    report = check_configuration(configuration, date(2026, 11, 30), check_zips=False)
    assert (report.errors, report.warnings) == ([], [])


def test_settings_in_the_guide_can_be_synthesized(
    configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("build").mkdir()
    app = Synthesis.app()
    for name, environment in configuration.environments.items():
        for worker in environment.settings.workers.values():
            if worker.function.artifact.zip:
                Path(worker.function.artifact.zip).write_bytes(FAKE_PACKAGE)
        EnvironmentStack(app, name, environment.settings)
    app.synth()


def test_guide_uses_each_of_its_settings() -> None:
    used = {name for page in PAGES for _, name, _ in BLOCK.findall(text(page))}
    mine = {f"examples/guide/{path.name}" for path in SETTINGS.glob("*.toml") if path.name != "common.toml"}
    assert mine <= used


def test_index_lists_every_page() -> None:
    listed = re.findall(r"^- \[.+?\]\(([\w-]+\.md)\)", text("index.md"), re.MULTILINE)
    assert sorted(listed) == [page for page in PAGES if page != "index.md"]


def test_code_block_is_a_whole_file_or_its_named_parts(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A\n\n<!-- from examples/handlers/mail/main.py: settings, handle_mail -->\n```\n```\nB\n")
    shown = FENCE.findall(filled(page))[0]
    assert shown[0] == "python"
    assert shown[1].startswith("settings = MailSettings.from_environment()\n\n\ndef handle_mail(mail: Mail) -> None:\n")
    page.write_text("<!-- from examples/config/fifo.toml: tables.payments, workers.payments.queue -->\n```toml\nold\n```\n")
    assert tomllib.loads(FENCE.findall(filled(page))[0][1]).keys() == {"tables", "workers"}
    page.write_text("<!-- from examples/config/fifo.toml: workers.mail -->\n```toml\n```\n")
    with pytest.raises(ValueError, match=r"^page\.md: examples/config/fifo\.toml has 0 parts with the name workers\.mail"):
        filled(page)
