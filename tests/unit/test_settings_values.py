"""Errors about values that cannot be used: folders, secrets, numbers in quotes, and files that are not TOML."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from queuesmith.settings.environment import EnvironmentSettings
from queuesmith.settings.loading import load
from queuesmith.settings.problems import models_in
from tests.unit.settings_files import GOOD, read

GITHUB = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789"


@pytest.mark.parametrize("code", [".", "..", "../", "handlers/..", "handlers/./", "/srv/handlers"])
def test_code_folder_must_have_a_name_for_the_zip(tmp_path: Path, code: str) -> None:
    problems = read(tmp_path, dev=f'{GOOD}\nworkers.orders.function.code = "{code}"').problems
    assert problems == [
        f'dev: workers.orders.function.code is "{code}", but must be the path of a folder, relative to the project\'s folder, '
        'that does not end in . or .., such as "handlers/orders" (config/dev.toml)'
    ]


@pytest.mark.parametrize("code", ["a", "workers/mail", "../shared/mail/", "./mail", "mail.v2"])
def test_code_can_be_any_folder_with_a_name(tmp_path: Path, code: str) -> None:
    assert read(tmp_path, dev=f'{GOOD}\nworkers.orders.function.code = "{code}"').problems == []


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "dev.toml").write_bytes(b"region = '\xff'")
    assert load(tmp_path / "config").problems == [
        "dev: the file is not UTF-8 text: invalid start byte at byte 10 (config/dev.toml)"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "tags.password = 77141414",
        'tags = "hunter2-hunter2"',
        "tags.x = { hunter2-hunter2 = 1 }",
        'workers.orders.function.environment = "hunter2-hunter2"',
        "workers.orders.function.environment.X = { hunter2-hunter2 = 1 }",
        'workers.orders.suppress = "hunter2-hunter2"',
        'workers.orders.secrets.mail = "hunter2-hunter2"',
        'workers.orders.secrets.mail = { name = "hunter2 hunter2", variable = "MAIL" }',
        'workers.orders.parameters.mail = { arn = "hunter2-hunter2", variable = "MAIL" }',
        "assume_role = { role_arn = 'arn:aws:iam::111111111111:role/deploy', external_id = 77141414 }",
        "workers.orders.suppress.QL002 = 77141414",
        "workers.orders.suppress.QL002 = { hunter2-hunter2 = 1 }",
        'tables.db-password = "hunter2-hunter2"',
        f'backend = "{GITHUB}"',
        f'backend.type = "{GITHUB}"',
        f'workers.orders.logs.level = "{GITHUB}"',
        f"workers.orders.source.batch_size = {{ {GITHUB} = 1 }}",
    ],
)
def test_possible_secrets_are_never_shown(tmp_path: Path, text: str) -> None:
    good = 'region = "r"\nworkers.orders.function.artifact.zip = "x"'
    good += "" if text.startswith("backend") else '\nbackend.type = "local"'
    problems = read(tmp_path, dev=f"{text}\n{good}").problems
    assert len(problems) == 1
    assert "but must be" in problems[0]
    assert not any(secret in problems[0] for secret in ("hunter2", "77141414", GITHUB[:12]))


def test_environment_name_is_shown(tmp_path: Path) -> None:
    assert read(tmp_path, Dev=GOOD).problems[0].startswith('Dev: environment is "Dev", but must be a name of lowercase letters')


@pytest.mark.parametrize("text", [f"colour = {'9' * 5000}", f"a = {'[' * 2000}{']' * 2000}"])
def test_a_file_that_python_cannot_read_is_named(tmp_path: Path, text: str) -> None:
    (problem,) = read(tmp_path, dev=text).problems
    assert problem.startswith("dev: the file is not valid TOML: ")
    assert problem.endswith(" (config/dev.toml)")


@pytest.mark.parametrize(
    ("setting", "form"),
    [
        ('source.expected_seconds_per_record = "0.5"', "a number greater than 0. Remove the quotes"),
        ('source.expected_seconds_per_record = "1s"', "a number greater than 0"),
        ('function.timeout = "2.5"', "a whole number, 0 or more"),
    ],
)
def test_a_number_in_quotes_is_named_only_if_it_is_valid_without_them(setting: str, form: str, tmp_path: Path) -> None:
    (problem,) = read(tmp_path, dev=f"{GOOD}\n[workers.quoted]\nfunction.artifact.zip = 'x'\n{setting}").problems
    assert f", but must be {form} (config/" in problem


def test_a_key_of_a_thousand_parts_is_an_error_of_its_environment(tmp_path: Path) -> None:
    configuration = read(tmp_path, dev=f"{'.'.join(['a'] * 1000)} = 1", prod=GOOD)
    assert configuration.problems == ["dev: a key in this file or in common.toml is nested too deeply (config/dev.toml)"]
    assert list(configuration.environments) == ["prod"]


def test_no_setting_accepts_another_value_in_place_of_a_boolean() -> None:
    """Pydantic would convert "yes", "off" and 1."""
    flags = [field for model in settings_models() for field in model.model_fields.values() if field.annotation is bool]
    assert len(flags) > 10
    assert all(any(getattr(mark, "strict", False) for mark in field.metadata) for field in flags)


def settings_models() -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [EnvironmentSettings]
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.add(model)
            waiting += [inner for field in model.model_fields.values() for inner in models_in(field.annotation)]
    return found
