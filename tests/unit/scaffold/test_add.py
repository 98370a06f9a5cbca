"""`queuesmith add worker` and `add environment`: what changes, what stays, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.scaffold import ProjectOptions, create_project
from queuesmith.settings.loading import load
from tests.conftest import ROOT
from tests.unit.scaffold.conftest import Run, contents

ADDED = [
    "handlers/mail/__init__.py",
    "handlers/mail/mail.py",
    "handlers/mail/mail_table.py",
    "handlers/mail/main.py",
    "tests/messages/mail.json",
    "tests/test_mail.py",
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A new project."""
    create_project(tmp_path / "shop", ProjectOptions("shop"))
    return tmp_path / "shop"


def edit(shop: Path, old: str, new: str) -> str:
    """Change the project's common settings, and return them."""
    path = shop / "config" / "common.toml"
    text = path.read_text().replace(old, new)
    path.write_bytes(text.encode())
    return text


def test_worker_is_added_and_everything_else_stays(shop: Path, run: Run) -> None:
    before = contents(shop)
    result = run("add", "worker", "mail", folder="shop")
    assert result.stdout.splitlines() == [
        *(f"{name}: created" for name in ADDED),
        "config/common.toml: added [tables.mail]",
        "config/common.toml: added [workers.mail]",
    ]
    assert result.stderr == "Next: make snapshots, and review the diff of tests/__snapshots__/. Then: make test\n"
    assert result.returncode == 0
    after = contents(shop)
    assert sorted(after.keys() - before.keys()) == ADDED
    common = after.pop("config/common.toml")
    assert common.startswith(before.pop("config/common.toml"))
    assert b"[workers.mail.queue]" not in common
    assert before.items() <= after.items()
    configuration = load(shop / "config")
    assert not configuration.problems
    assert list(configuration.environments["prod"].settings.workers) == ["orders", "mail"]


def test_json_has_the_files_and_the_tables(shop: Path, run: Run) -> None:
    found = json.loads(run("add", "worker", "mail", "--fifo", "--json", folder="shop").stdout)
    keys = ["tables.mail", "workers.mail"]
    assert found == {"version": 2, "files": ADDED, "settings": "config/common.toml", "keys": keys}
    assert load(shop / "config").environments["dev"].settings.workers["mail"].queue.fifo


def test_comments_order_and_line_ends_of_the_user_stay(shop: Path, run: Run) -> None:
    text = edit(shop, "\n", "\r\n").replace("[tags]", "  # about tags\r\n[tags]   # mine")
    (shop / "config" / "common.toml").write_bytes(f"{text}# the end\r\n\r\n".encode())
    assert run("add", "worker", "mail", folder="shop").returncode == 0
    after = (shop / "config" / "common.toml").read_bytes().decode()
    assert after.startswith(f"{text}# the end\r\n\r\n# The worker mail writes to this table.\r\n[tables.mail]\r\n")
    assert "\n" not in after.replace("\r\n", "")


def test_settings_that_are_a_link_stay_one(shop: Path, run: Run) -> None:
    (shop / "config" / "common.toml").rename(shop / "shared.toml")
    (shop / "config" / "common.toml").symlink_to("../shared.toml")
    (shop / "shared.toml").chmod(0o640)
    assert run("add", "worker", "mail", folder="shop").returncode == 0
    assert (shop / "config" / "common.toml").is_symlink()
    assert "[workers.mail.function]" in (shop / "shared.toml").read_text()
    assert (shop / "shared.toml").stat().st_mode & 0o777 == 0o640


def test_inline_tables_are_extended(shop: Path, run: Run) -> None:
    function = '{ artifact = { zip = "build/orders.zip" } }'
    (shop / "config" / "common.toml").write_text(
        'region = "eu-west-1" # mine\nbackend = { type = "local" }\ntables = { orders = { partition_key = "order_id" } }\n'
        f"workers = {{ orders = {{ function = {function} }} }}  # one line\n"
    )
    for name in ("dev", "prod"):
        (shop / "config" / f"{name}.toml").write_text("")
    result = run("add", "worker", "mail", folder="shop")
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "config/common.toml: added [workers.mail]")
    text = (shop / "config" / "common.toml").read_text()
    assert 'region = "eu-west-1" # mine\n' in text
    assert "# one line\n" in text
    assert list(tomllib.loads(text)["workers"]) == ["orders", "mail"]


@pytest.mark.parametrize("command", [("worker", "mail"), ("environment", "staging")])
def test_second_run_is_refused(command: tuple[str, str], shop: Path, run: Run) -> None:
    assert run("add", *command, folder="shop").returncode == 0
    before = contents(shop)
    result = run("add", *command, folder="shop")
    assert (result.returncode, result.stdout) == (2, "")
    assert "already has" in result.stderr
    assert "Nothing was written. Choose another name" in result.stderr
    assert contents(shop) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders", "config/common.toml already has [workers.orders]. Nothing was written. Choose another name"),
        ("ledger", "config/prod.toml already has [tables.ledger]. Nothing was written. Choose another name"),
        ("stack", 'NAME is "stack", but tests/test_stack.py is the test of the stacks. Choose another name'),
        (
            "post",
            ". already has handlers/post/main.py, tests/test_post.py. Nothing was written. Choose another name, or remove "
            "these files",
        ),
    ],
)
def test_worker_that_cannot_be_added_is_refused(name: str, text: str, shop: Path, run: Run) -> None:
    with (shop / "config" / "prod.toml").open("a") as file:
        file.write('\n[tables.ledger]\npartition_key = "id"\n')
    for path in ("handlers/post/main.py", "tests/test_post.py"):
        (shop / path).parent.mkdir(exist_ok=True)
        (shop / path).touch()
    before = contents(shop)
    result = run("add", "worker", name, folder="shop")
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")
    assert contents(shop) == before


def test_broken_settings_are_named(shop: Path, run: Run) -> None:
    edit(shop, "[tags]", "[tags")
    before = contents(shop)
    result = run("add", "worker", "mail", folder="shop")
    assert result.returncode == 2
    assert result.stderr.startswith("error: config/common.toml is not valid TOML: ")
    assert contents(shop) == before


def test_settings_that_the_addition_breaks_are_named(shop: Path, run: Run) -> None:
    edit(shop, "[workers.orders.function]", '[workers.orders]\nname = "dev-mail"\n\n[workers.orders.function]')
    before = contents(shop)
    result = run("add", "worker", "mail", folder="shop")
    assert result.returncode == 2
    assert "Nothing was written.\ndev: workers.mail and workers.orders would both have" in result.stderr
    assert contents(shop) == before


@pytest.mark.parametrize("step", range(1, 8))
def test_failed_step_leaves_the_project_as_it_was(step: int, shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls = contents(shop), 0

    def fail(move: Any) -> Any:
        def call(source: Any, target: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == step:
                raise OSError(28, "No space left on device", str(target))
            move(source, target)

        return call

    monkeypatch.setattr(os, "rename", fail(os.rename))
    monkeypatch.setattr(os, "replace", fail(os.replace))
    result = run("add", "worker", "mail", folder="shop")
    assert (result.returncode, "No space left on device" in result.stderr) == (1, True)
    assert contents(shop) == before
    assert not (shop / "handlers" / "mail").exists()


def test_environment_is_added_and_nothing_else_changes(shop: Path, run: Run) -> None:
    before = contents(shop)
    result = run("add", "environment", "staging", folder="shop")
    assert (result.returncode, result.stdout) == (0, "config/staging.toml: created\n")
    after = contents(shop)
    assert after.keys() - before.keys() == {"config/staging.toml"}
    assert before.items() <= after.items()
    assert load(shop / "config").environments["staging"].settings.prevent_destroy


def test_outside_a_project_it_says_where_to_run(run: Run, tmp_path: Path) -> None:
    for command in (("worker", "mail"), ("environment", "staging")):
        result = run("add", *command)
        expected = f"error: There is no cdktf.json in {tmp_path}. Run the command in the project's folder\n"
        assert (result.returncode, result.stderr) == (2, expected)


def test_worker_is_added_to_this_repository(tmp_path: Path, run: Run) -> None:
    (tmp_path / "copy").mkdir()
    shutil.copy(ROOT / "cdktf.json", tmp_path / "copy")
    for folder in ("config", "handlers"):
        shutil.copytree(ROOT / folder, tmp_path / "copy" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    result = run("add", "worker", "parcels", folder="copy")
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "config/common.toml: added [workers.parcels]")


def test_wrong_name_raises_in_python_too() -> None:
    from queuesmith.scaffold import add_environment

    with pytest.raises(UsageError, match=r"^NAME is "):
        add_environment("common")
