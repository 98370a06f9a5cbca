"""Text in a file that looks like a cdktf token, and Terraform expressions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.settings_files import GOOD, read

LOOKALIKE = "looks like a CDKTF token, which has no meaning in a file. Write the actual value or key"


@pytest.mark.parametrize("number", ["-inf", "inf", "nan", "30.0"])
def test_infinity_and_fractions_are_refused(tmp_path: Path, number: str) -> None:
    (problem,) = read(tmp_path, dev=f"{GOOD}\nworkers.orders.source.batch_size = {number}").problems
    assert (
        problem == f"dev: workers.orders.source.batch_size is {number}, but must be a whole number, 0 or more (config/dev.toml)"
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("workers.orders.function.timeout = -1.9e289", "workers.orders.function.timeout"),
        ("workers.orders.source.batch_size = -1.88e289", "workers.orders.source.batch_size"),
        ('workers.orders.name = "a${TfToken[TOKEN.99]}"', "workers.orders.name"),
        ('tags.owner = "${TfToken[TOKEN.99]}"', "tags.owner"),
        ('tags.owner = "#{TfToken[TOKEN.99]}"', "tags.owner"),
        (
            'workers.orders.tables.x = { operations = ["${TfToken[TOKEN.1]}"], variable = "T" }',
            "workers.orders.tables.x.operations.0",
        ),
        ('workers.orders.logs.level = "${TfToken[TOKEN.1]}"', "workers.orders.logs.level"),
    ],
)
def test_text_that_looks_like_a_token_is_refused_in_a_file(tmp_path: Path, text: str, key: str) -> None:
    problems = read(tmp_path, dev=f"tables.x.partition_key = 'id'\n{text}\n{GOOD}").problems
    assert problems == [f"dev: {key} {LOOKALIKE} (config/dev.toml)"]


@pytest.mark.parametrize("table", ["tags", "workers", "tables", "workers.orders.function.environment"])
def test_key_that_looks_like_a_token_is_refused(tmp_path: Path, table: str) -> None:
    given = "{ partition_key = 'x' }" if table in ("tables", "workers") else "'x'"
    problems = read(tmp_path, common=f'{table}."&{{TfToken[TOKEN.99]}}" = {given}', dev=GOOD).problems
    assert problems == [f"dev: {table}.&{{TfToken[TOKEN.99]}} {LOOKALIKE} (config/common.toml)"]


def test_workers_with_token_names_are_not_reported_as_missing(tmp_path: Path) -> None:
    text = 'region = "r"\nbackend.type = "local"\n[workers."${TfToken[TOKEN.1]}"]\nfunction.artifact.zip = "x"'
    assert read(tmp_path, dev=text).problems == [f"dev: workers.${{TfToken[TOKEN.1]}} {LOOKALIKE} (config/dev.toml)"]


def test_terraform_expression_is_accepted_as_text_but_not_as_a_name(tmp_path: Path) -> None:
    text = f'{GOOD}\ntags.owner = "${{var.owner}}"'
    assert read(tmp_path, dev=text).problems == []
    assert read(tmp_path / "other", dev=f'{GOOD}\nworkers."${{var.x}}".function.artifact.zip = "x"').problems == [
        'dev: workers.${var.x} is "${var.x}", but must be a name of lowercase letters, digits and hyphens that begins with a '
        "letter (config/dev.toml)"
    ]
