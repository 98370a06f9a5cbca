"""`queuesmith init`: the files, what it refuses, and what remains if it is interrupted."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.scaffold import ProjectOptions, create_project
from queuesmith.scaffold.new_project import default_project_name, project_files
from tests.unit.scaffold.conftest import Run, contents

NAME = "a name of lowercase letters, digits and hyphens that begins with a letter"
FILES = [
    ".github/workflows/deploy.yml",
    ".github/workflows/test.yml",
    ".gitignore",
    "Makefile",
    "Pipfile",
    "Pipfile.lock",
    "README.md",
    "cdktf.json",
    "config/common.toml",
    "config/dev.toml",
    "config/prod.toml",
    "config/settings.schema.json",
    "handlers/__init__.py",
    "handlers/orders/__init__.py",
    "handlers/orders/main.py",
    "handlers/orders/order.py",
    "handlers/orders/order_table.py",
    "handlers/requirements.in",
    "handlers/requirements.txt",
    "main.py",
    "stacks/__init__.py",
    "stacks/environment.py",
    "tests/messages/orders.json",
    "tests/test_orders.py",
    "tests/test_stack.py",
]


def test_project_has_25_files(run: Run, tmp_path: Path) -> None:
    result = run("init", "shop")
    assert (result.returncode, result.stdout.splitlines()) == (0, FILES)
    assert list(contents(tmp_path / "shop")) == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_next_commands_are_printed_in_three_lines(run: Run) -> None:
    assert run("init", "my shop").stderr.splitlines() == [
        "Wrote 25 files into 'my shop'.",
        "Next: cd 'my shop' && git init && make demo    # runs the pipeline on this machine",
        "Then: make test    # README.md lists the other commands",
    ]


def test_json_has_the_files(run: Run) -> None:
    result = run("init", "shop", "--json")
    assert json.loads(result.stdout) == {"version": 2, "folder": "shop", "project": "shop", "files": FILES}


def test_options_are_in_the_files(run: Run, tmp_path: Path) -> None:
    options = (
        "--worker",
        "order-lines",
        "--fifo",
        "--region",
        "us-gov-west-1",
        "--environments",
        "prod, qa",
        "--backend",
        "s3",
    )
    assert run("init", "app", "--project", "web-shop", *options).returncode == 0
    found = {name: content.decode() for name, content in contents(tmp_path / "app").items()}
    common = found["config/common.toml"]
    assert "[workers.order-lines.queue]\nfifo = true" in common
    assert 'type = "s3"\nbucket = "web-shop-terraform-state"' in common
    assert 'region = "us-gov-west-1"' in common
    assert "config/dev.toml" not in found
    assert {"config/prod.toml", "config/qa.toml", "handlers/order_lines/order_line_table.py"} <= found.keys()
    assert "class OrderLine(BaseModel):" in found["handlers/order_lines/order_line.py"]
    assert "aws-region: us-gov-west-1" in found[".github/workflows/deploy.yml"]
    assert '"projectId": "web-shop"' in found["cdktf.json"]


def test_folder_can_exist_with_other_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers" / "own.py").write_text("mine")
    assert run("init", ".", "--project", "shop").returncode == 0
    assert list(contents(tmp_path)) == sorted([*FILES, "handlers/own.py"])
    assert (tmp_path / "handlers" / "own.py").read_text() == "mine"


def test_existing_files_are_listed_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "tests").write_text("a file, where a folder must be")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    before = contents(tmp_path)
    result = run("init", ".", "--project", "shop")
    assert result.returncode == 2
    text = ". already has .gitignore, README.md, tests. Nothing was written. Choose another folder, or move these files"
    assert result.stderr == f"error: {text}\n"
    assert contents(tmp_path) == before


def test_second_run_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("init", "shop").returncode == 0
    before = contents(tmp_path)
    result = run("init", "shop", "--worker", "mail")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: shop already has .github/workflows/deploy.yml, ")
    assert contents(tmp_path) == before


def test_file_in_place_of_the_folder_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop").touch()
    result = run("init", "shop")
    assert (result.returncode, result.stderr) == (2, "error: shop is a file. Choose another folder, or move these files\n")
    result = run("init", "shop/inner")
    assert (result.returncode, result.stderr) == (2, "error: shop is a file. Choose another folder, or move these files\n")


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("--worker", "Orders", f'--worker is "Orders", but must be {NAME}, such as orders'),
        ("--worker", "", f'--worker is "", but must be {NAME}, such as orders'),
        ("--worker", "class", '--worker is "class", a keyword of Python, so no module can have this name. Choose another name'),
        ("--worker", "dashboard", '--worker is "dashboard", a name that the stack uses itself. Choose another name'),
        ("--worker", "stack", '--worker is "stack", but tests/test_stack.py is the test of the stacks. Choose another name'),
        ("--region", "Frankfurt", '--region is "Frankfurt", but must be an AWS region, such as eu-central-1'),
        ("--environments", " , ", "--environments is empty. Name at least one environment, such as dev,prod"),
        (
            "--environments",
            "dev,common",
            '--environments is "common", but config/common.toml is for all environments. Choose another name',
        ),
        ("--environments", "dev,../x", f'--environments is "../x", but must be {NAME}, such as dev'),
        (
            "--project",
            "my shop",
            '--project is "my shop", but must be at most 40 lowercase letters, digits and hyphens, and begin with a letter, '
            "such as shop",
        ),
    ],
)
def test_option_that_is_not_allowed_is_named_with_the_rule(
    option: str, value: str, text: str, run: Run, tmp_path: Path
) -> None:
    result = run("init", "shop", option, value)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")
    assert list(tmp_path.iterdir()) == []


def test_name_that_aws_does_not_accept_is_refused_with_the_rule(run: Run, tmp_path: Path) -> None:
    result = run("init", "shop", "--worker", "a" * 64)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: These options give settings that are not allowed:\ndev: {'a' * 64}: name is ")
    assert "1 to 64 characters are allowed" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_project_has_the_name_of_the_folder(tmp_path: Path) -> None:
    assert default_project_name(tmp_path / "My Shop_2.0") == "my-shop-2-0"


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("step", [1, 2, 14, 25])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["error", "interrupt"])
def test_failed_step_leaves_the_folder_as_it_was(
    error: BaseException, step: int, is_new: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = tmp_path / "parent"
    if not is_new:
        (parent / "shop" / "config").mkdir(parents=True)
        (parent / "shop" / "config" / "own.toml").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    calls = 0

    def fail(source: Any, target: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == (1 if is_new else step):
            raise error
        os.replace(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(type(error)):
        create_project(parent / "shop", ProjectOptions("shop"))
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("worker", ["orders", "mail", "order-lines", "notes", "workers", "lists", "mains", "x", "a--b-"])
@pytest.mark.parametrize("fifo", [True, False])
@pytest.mark.parametrize(
    ("environments", "backend"), [(("dev", "prod"), "local"), (("prod",), "s3"), (("a", "b", "dev"), "s3")]
)
def test_every_combination_of_options_gives_valid_settings_and_python(
    worker: str, fifo: bool, environments: tuple[str, ...], backend: str
) -> None:
    files = project_files(ProjectOptions("shop", worker, "eu-west-1", fifo, environments, backend))
    for name, text in files.items():
        assert not re.search(r"<<|<%|%>|\{folder\}|\{item\}|\{worker\}", text), name
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        if name.endswith(".py"):
            compile(text, name, "exec")
    assert {f"config/{environment}.toml" for environment in environments} <= files.keys()


def test_wrong_option_raises_in_python_too() -> None:
    with pytest.raises(UsageError, match=r'^--backend is "gcs", but must be local or s3$'):
        project_files(ProjectOptions("shop", backend="gcs"))
