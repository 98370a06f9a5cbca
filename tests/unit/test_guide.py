"""The guide: its code comes from `examples/`, its settings are valid, and its commands exist."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import typer.main
from cdktf import Testing as Synthesis

from queuesmith.capacity import PRICES
from queuesmith.checks.settings_check import check_configuration
from queuesmith.cli.app import app
from queuesmith.settings import WorkerSettings
from queuesmith.settings.environment import EnvironmentSettings
from queuesmith.settings.loading import Configuration, environment_names, load
from stacks.environment import EnvironmentStack
from tests import in_process
from tests.conftest import FAKE_PACKAGE, ROOT, Project
from tools.code_blocks import BLOCK, filled

GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(page.name for page in GUIDE.glob("*.md"))
SETTINGS = ROOT / "examples" / "guide"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OUTPUTS = {"test-a-worker.md": 1, "costs.md": 1, "capacity-before-a-launch.md": 1}
"""The pages that show output. A test below compares it with what the command prints."""
ARGUMENTS_OF_OTHERS = "from-terraform-aws-modules.md"
OF_AN_EXISTING_KEY = "encryption_key_policy_statements"
OTHER_PROGRAMS = {"aws", "cd", "cdktf", "cp", "eval", "export", "git", "npm", "pip", "terraform"}


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


def field_at(model: Any, path: str) -> bool:
    """Whether a settings model has a key, such as `queue.fifo` or `tables.NAME.kms_key`."""
    for name in path.split("."):
        if get_origin(model) is dict:
            model = get_args(model)[1]
            continue
        models = [each for each in (model, *get_args(model)) if hasattr(each, "model_fields")]
        if not models or name not in models[0].model_fields:
            return False
        model = models[0].model_fields[name].annotation
    return True


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
    """A test of generated pages compares the blocks with these files. All other blocks are commands, pictures or output."""
    rest = BLOCK.sub("", text(page))
    languages = [language for language, _ in FENCE.findall(rest)]
    assert set(languages) <= {"", "mermaid", "text"}
    assert languages.count("text") == OUTPUTS.get(page, 0)
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
        elif program == ".venv/bin/python":
            assert words == ["main.py", "--check"]
        else:
            assert program in OTHER_PROGRAMS
    for code in re.findall(r"`(?:\.venv/bin/)?queuesmith ([^`\n]+)`", FENCE.sub("", text(page))):
        words = shlex.split(code)
        options = {option for each in command_of(words).params for option in each.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, code


@pytest.mark.parametrize("page", PAGES)
def test_settings_that_the_guide_names_exist(page: str) -> None:
    tables = {*WorkerSettings.model_fields, *EnvironmentSettings.model_fields} - {"workers"}
    for key in re.findall(r"`([a-z_]+\.[a-z_]\w*(?:\.\w+)*)(?: = [^`]+)?`", FENCE.sub("", text(page))):
        if key.split(".")[0] in tables:
            assert field_at(WorkerSettings, key) or field_at(EnvironmentSettings, key), key


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return load(SETTINGS, environment_names(SETTINGS))


def test_settings_in_the_guide_have_no_findings(configuration: Configuration) -> None:
    assert configuration.problems == []
    report = check_configuration(configuration, date(2026, 11, 30), check_zips=False)
    assert (report.errors, report.warnings) == ([], [])


@pytest.fixture(scope="module")
def stacks(configuration: Configuration, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The synthesized stack of each environment of the guide."""
    app = Synthesis.app()
    with contextlib.chdir(tmp_path_factory.mktemp("stacks")):
        Path("build").mkdir()
        for environment in configuration.environments.values():
            for worker in environment.settings.workers.values():
                if worker.function.artifact.zip:
                    Path(worker.function.artifact.zip).write_bytes(FAKE_PACKAGE)
        settings = {name: environment.settings for name, environment in configuration.environments.items()}
        return {name: json.loads(Synthesis.synth(EnvironmentStack(app, name, each))) for name, each in settings.items()}


def test_settings_in_the_guide_create_the_outputs_that_it_names(stacks: dict[str, Any]) -> None:
    outputs = {name for stack in stacks.values() for name in stack["output"]}
    pages = "".join(text(page) for page in PAGES if page != ARGUMENTS_OF_OTHERS)
    named = set(re.findall(r"`(\w+_(?:policy|policy_arn|notifications|policy_statements))`", pages))
    named = {name for name in named if not name.startswith("aws_")} - {OF_AN_EXISTING_KEY}
    of_any_worker = {re.sub(r"^[A-Z]+", "", name) for name in named if re.match("[A-Z]+_", name)}
    assert {name for name in named if not re.match("[A-Z]+_", name)} <= outputs
    assert all(any(output.endswith(suffix) for output in outputs) for suffix in of_any_worker), of_any_worker


def test_addresses_of_the_import_are_those_of_the_stack(stacks: dict[str, Any]) -> None:
    queues = stacks["import"]["resource"]["aws_sqs_queue"]
    blocks = (SETTINGS / "import.tf").read_text()
    addresses = re.findall(r"to = aws_sqs_queue\.(\S+)", blocks)
    assert [queues[address]["name"] for address in addresses] == re.findall(r"/([\w-]+)\"$", blocks, re.MULTILINE)
    assert len(queues) == len(addresses) == 2


def output(page: str) -> str:
    """The output that a page shows, on one line."""
    (shown,) = [block for language, block in FENCE.findall(text(page)) if language == "text"]
    return " ".join(shown.split())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with the settings of the guide's environments, each under its name."""
    return Project(tmp_path / "project", SETTINGS)


def test_error_in_a_setting_is_the_one_shown(project: Project) -> None:
    for path in (project.folder / "config").glob("*.toml"):
        if path.name != "common.toml":
            path.unlink()
    project.add("common.toml", (SETTINGS / "first-worker.toml").read_text())
    project.add("common.toml", "[workers.mail.queue]\nvisibility_timeout = 10")
    project.write("dev.toml", "")
    project.write("prod.toml", "")
    printed_text = " ".join(project.run("", "--check").stderr.split())
    assert printed_text == output("test-a-worker.md")


def test_cost_of_the_example_is_the_one_shown(project: Project) -> None:
    (project.folder / "config" / "costs.toml").rename(project.folder / "config" / "prod.toml")
    result = in_process.queuesmith("capacity", "prod", "mail", folder=project.folder)
    assert output("costs.md") in " ".join(result.stdout.split())
    compared = ["--send-batch", "10", "--try", "source.batch_size=100,source.batching_window=10"]
    lower = in_process.queuesmith("capacity", "prod", "mail", *compared, folder=project.folder).stdout
    assert re.search(r"^USD a month +20 +9$", lower, re.MULTILINE), lower


def test_prediction_for_the_launch_is_the_one_shown(project: Project) -> None:
    (project.folder / "config" / "capacity.toml").rename(project.folder / "config" / "prod.toml")
    result = in_process.queuesmith("capacity", "prod", "mail", folder=project.folder)
    assert " ".join(result.stdout.split()).startswith(output("capacity-before-a-launch.md"))
    lower = in_process.queuesmith("capacity", "prod", "mail", "--try", "source.maximum_concurrency=20", folder=project.folder)
    assert re.search(r"^backlog, messages .* 195,\d{3} \(", lower.stdout, re.MULTILINE), lower.stdout


@pytest.mark.parametrize(
    ("item", "price", "quantity"),
    [
        ("SQS requests, standard queue, per million", "sqs.standard.requests", 1_000_000),
        ("SQS requests, FIFO queue, per million", "sqs.fifo.requests", 1_000_000),
        ("message group id on a standard queue, per million", "sqs.fair.requests", 1_000_000),
        ("Lambda invocations, per million", "lambda.requests", 1_000_000),
        ("alarm", "cloudwatch.alarms.standard", 1),
        ("alarm that pages, which combines others", "cloudwatch.alarms.composite", 1),
        ("log ingestion, per GB", "cloudwatch.logs.ingested", 1),
        ("dashboard", "cloudwatch.dashboards", 1),
        ("KMS key", "kms.keys", 1),
    ],
)
def test_prices_in_the_guide_are_those_of_the_price_table(item: str, price: str, quantity: int) -> None:
    assert f"| {item} | {PRICES[price].cost(quantity, 'us-east-1'):.2f} |" in text("costs.md")


def test_guide_uses_each_of_its_settings() -> None:
    used = {name for page in PAGES for _, name, _ in BLOCK.findall(text(page))}
    mine = {f"examples/guide/{path.name}" for path in SETTINGS.glob("*.toml") if path.name != "common.toml"}
    assert {*mine, *(f"examples/guide/{path.name}" for path in SETTINGS.glob("*.tf"))} <= used


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
