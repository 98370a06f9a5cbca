"""Reading config/: what is merged, and what is said about each problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from stacks.configuration import Configuration, load
from stacks.environment_settings import EnvironmentSettings
from stacks.field_types import is_token
from stacks.settings import ArtifactSettings, QueueSettings, WorkerSettings

NUMBER_TOKEN = -1.8881545897087503e289
GOOD = """
region = "eu-west-1"
backend.type = "local"
workers.orders.function.artifact.zip = "orders.zip"
"""


def read(tmp_path: Path, only: tuple[str, ...] = (), **files: str) -> Configuration:
    folder = tmp_path / "config"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return load(folder, only)


def settings(tmp_path: Path, **files: str) -> EnvironmentSettings:
    configuration = read(tmp_path, (), **files)
    assert configuration.problems == []
    (environment,) = configuration.environments.values()
    return environment.settings


def test_an_environment_is_merged_over_common_key_by_key(tmp_path: Path) -> None:
    merged = settings(tmp_path, common=f'{GOOD}\ntags = {{ a = "1", b = "2" }}', dev='tags.b = "3"')
    assert merged.tags == {"a": "1", "b": "3"}


@pytest.mark.parametrize(
    ("common", "own", "attribute"),
    [
        ('artifact = { zip = "a.zip" }', 'artifact.s3 = { bucket = "b", key = "k" }', "s3"),
        ('artifact.s3 = { bucket = "b", key = "k" }', 'artifact.zip = "a.zip"', "zip"),
    ],
)
def test_an_environments_artifact_replaces_the_common_one(tmp_path: Path, common: str, own: str, attribute: str) -> None:
    common = f'region = "r"\nbackend.type = "local"\n[workers.orders.function]\n{common}'
    artifact = settings(tmp_path, common=common, dev=f"[workers.orders.function]\n{own}").workers["orders"].function.artifact
    assert artifact.model_dump(exclude_none=True).keys() == {attribute}


def test_a_worker_is_named_after_its_environment_unless_it_has_a_name(tmp_path: Path) -> None:
    workers = f'{GOOD}\n[workers.mail]\nname = "post"\nfunction.artifact.zip = "m.zip"'
    assert [worker.name for worker in settings(tmp_path, dev=workers).workers.values()] == ["dev-orders", "post"]


def test_visibility_left_out_is_six_times_the_function_timeout_and_the_window(tmp_path: Path) -> None:
    worker = settings(tmp_path, dev=f"{GOOD}\nworkers.orders.function.timeout = 7\nworkers.orders.source.batching_window = 4")
    assert worker.workers["orders"].visibility_timeout == 46


def test_visibility_of_zero_is_taken_as_zero() -> None:
    worker = WorkerSettings.model_validate(
        {"name": "x", "function": {"artifact": {"zip": "x.zip"}}, "queue": {"visibility_timeout": 0}}
    )
    assert worker.visibility_timeout == 0


def test_every_problem_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    configuration = read(
        tmp_path,
        common='region = "eu-west-1"\nbackend.type = "gcs"\nworkers.orders.queue.visibilty_timeout = 5',
        dev=(
            'colour = "red"\nallowed_account_ids = [1]\n[workers.orders.function]\ntimeout = "30"\narchitecture = "arm"\n'
            'artifact = { zip = "a", image = "latest" }\nenvironment = { LEVEL = 3 }\n'
        ),
        prod="region = ",
        staging='environment = "staging"\nbackend.type = "local"',
    )
    assert configuration.environments == {}
    assert configuration.problems == [
        "dev: allowed_account_ids.0 is 1, but must be an account id: 12 digits in quotes (config/dev.toml)",
        'dev: backend.type is "gcs", but must be "local" or "s3" (config/common.toml)',
        "dev: workers.orders.queue.visibilty_timeout is not a setting. Did you mean visibility_timeout? "
        "Allowed here: visibility_timeout, max_receive_count, retention (config/common.toml)",
        'dev: workers.orders.function.artifact.image is "latest", but must be an image by digest: '
        "NAME@sha256: and 64 hexadecimal digits (config/dev.toml)",
        "dev: workers.orders.function.architecture is \"arm\", but must be one of 'arm64' or 'x86_64' (config/dev.toml)",
        'dev: workers.orders.function.timeout is "30", but must be a whole number, 0 or more (config/dev.toml)',
        "dev: workers.orders.function.environment.LEVEL is a number, but must be a text in quotes, and not empty "
        "(config/dev.toml)",
        "dev: colour is not a setting. Allowed here: region, allowed_account_ids, tags, backend, alarm_destination, "
        "tables, workers (config/dev.toml)",
        "prod: not valid TOML: Invalid value (at end of document) (config/prod.toml)",
        "staging: environment is the name of the file, and cannot be set. Take the key out (config/staging.toml)",
        "staging: workers.orders.queue.visibilty_timeout is not a setting. Did you mean visibility_timeout? "
        "Allowed here: visibility_timeout, max_receive_count, retention (config/common.toml)",
        "staging: workers.orders.function is missing. It has: artifact, handler, runtime, architecture, memory, timeout, "
        "reserved_concurrency, environment (config/common.toml)",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[workers]", "dev: workers is a table with nothing, but must be at least 1 of them (config/dev.toml)"),
        ("workers = 3", "dev: workers is 3, but must be a table (config/dev.toml)"),
        (
            "workers.orders = {}",
            "dev: workers.orders.function is missing. It has: artifact, handler, runtime, architecture, memory, timeout, "
            "reserved_concurrency, environment (config/dev.toml)",
        ),
        (
            "workers.orders.function.artifact = {}",
            "dev: workers.orders.function.artifact is a table with nothing, but must be exactly one of zip, s3 and image "
            "(config/dev.toml)",
        ),
        (
            'workers."Orders 2".function.artifact.zip = "x"',
            'dev: workers.Orders 2 is "Orders 2", but must be a name of small letters, digits and hyphens that begins with '
            "a letter (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", function.timeout = -3 }',
            "dev: workers.orders.function.timeout is -3, but must be a whole number, 0 or more (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", queue.max_receive_count = true }',
            "dev: workers.orders.queue.max_receive_count is true, but must be a whole number, 0 or more (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", tables.sales = { operations = ["PutItem"], variable = "T" } }',
            "dev: workers.orders.tables.sales names a table that is not there; under tables there is: none (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", tables.sales = { operations = ["*"], variable = "T" } }',
            'dev: workers.orders.tables.sales.operations.0 is "*", but must be a DynamoDB operation such as "PutItem" '
            "(config/dev.toml)",
        ),
    ],
)
def test_a_problem_names_the_key_what_was_given_and_what_is_allowed(tmp_path: Path, text: str, problem: str) -> None:
    assert read(tmp_path, dev=f'region = "r"\nbackend.type = "local"\n{text}').problems == [problem]


@pytest.mark.parametrize("name", ["aws", "backend", "tables", "alarm-topic"])
def test_a_worker_cannot_be_called_what_the_stack_itself_has(tmp_path: Path, name: str) -> None:
    text = f'region = "r"\nbackend.type = "local"\nworkers.{name}.function.artifact.zip = "x"'
    assert read(tmp_path, dev=text).problems == [
        f"dev: workers.{name} cannot have that name: the stack itself has something called {name} (config/dev.toml)"
    ]


def test_a_worker_whose_queue_another_has_as_its_dlq_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, dev=f'{GOOD}\nworkers.orders-dlq.function.artifact.zip = "x"').problems == [
        "dev: workers.orders-dlq and workers.orders would both have a queue called dev-orders-dlq. Give one another name "
        "(config/dev.toml)"
    ]


def test_an_environment_variable_is_set_once(tmp_path: Path) -> None:
    text = f"""{GOOD}
tables.orders.partition_key = "id"
workers.orders.function.environment = {{ TABLE = "other" }}
workers.orders.tables.orders = {{ operations = ["PutItem"], variable = "TABLE" }}
"""
    assert read(tmp_path, dev=text).problems == [
        "dev: the environment variables of workers.orders must each be set once: TABLE is given twice (config/dev.toml)"
    ]


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        ('{ type = "local", colour = 1 }', "backend.colour is not a setting. Allowed here: type, directory"),
        ('{ type = "s3", bukket = "b", region = "r" }', "backend.bukket is not a setting. Did you mean bucket? Allowed here"),
        ('{ type = "s3", region = "r" }', "backend.bucket is missing. (config/dev.toml)"),
        ("{}", 'backend.type is missing, but must be "local" or "s3"'),
    ],
)
def test_a_backends_keys_are_those_of_its_type(tmp_path: Path, backend: str, problem: str) -> None:
    text = f'region = "r"\nbackend = {backend}\nworkers.orders.function.artifact.zip = "x"'
    assert any(line.startswith(f"dev: {problem}") for line in read(tmp_path, dev=text).problems)


def test_a_table_that_is_not_there_is_named_with_the_file_that_names_it(tmp_path: Path) -> None:
    common = f'{GOOD}\nworkers.orders.tables.ordrs = {{ operations = ["PutItem"], variable = "T" }}'
    assert read(tmp_path, common=common, dev="").problems == [
        "dev: workers.orders.tables.ordrs names a table that is not there; under tables there is: none (config/common.toml)"
    ]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, dev=f"\ufeff{GOOD}").problems == []


def test_a_terraform_expression_is_no_number(tmp_path: Path) -> None:
    problems = read(tmp_path, dev=f'{GOOD}\nworkers.orders.function.timeout = "${{var.timeout}}"').problems
    assert problems == [
        'dev: workers.orders.function.timeout is "${var.timeout}", but must be a whole number, 0 or more (config/dev.toml)'
    ]


def test_local_state_is_relative_to_the_project(tmp_path: Path) -> None:
    problems = read(tmp_path, dev=f'{GOOD}\nbackend.directory = "/var/state"').problems
    assert problems == [
        'dev: backend.directory is "/var/state", but must be a path relative to the project\'s folder (config/dev.toml)'
    ]


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "dev.toml").write_bytes(b"region = '\xff'")
    assert load(tmp_path / "config").problems == ["dev: not UTF-8 text: invalid start byte at byte 10 (config/dev.toml)"]


def test_an_environment_that_has_no_file_is_named_with_those_that_have(tmp_path: Path) -> None:
    configuration = read(tmp_path, only=("dev", "production"), dev=GOOD, prod=GOOD)
    assert configuration.problems == ["there is no environment 'production' in config/. There is: dev, prod"]
    assert list(configuration.environments) == ["dev"]


def test_a_folder_without_environments_says_how_to_add_one(tmp_path: Path) -> None:
    assert read(tmp_path, common=GOOD).problems == ["config/ has no environment. Add one: config/dev.toml"]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        QueueSettings().retention = 5


@pytest.mark.parametrize("value", [NUMBER_TOKEN, "${TfToken[TOKEN.1]}", "arn:${aws_kms_key.this.arn}"])
def test_a_terraform_token_is_let_through(value: object) -> None:
    assert is_token(value)


@pytest.mark.parametrize("value", [-1, 0, 30.0, "arn:aws:sqs", None, "$5"])
def test_a_plain_value_is_not_taken_for_a_token(value: object) -> None:
    assert not is_token(value)


def test_a_number_token_is_a_whole_number_to_the_settings() -> None:
    assert QueueSettings.model_validate({"visibility_timeout": NUMBER_TOKEN}).visibility_timeout == NUMBER_TOKEN


def test_visibility_is_not_derived_from_a_token() -> None:
    worker = WorkerSettings.model_validate({"name": "x", "function": {"artifact": {"zip": "x.zip"}, "timeout": NUMBER_TOKEN}})
    with pytest.raises(ValueError, match=r"x: queue.visibility_timeout cannot be derived .* Set queue.visibility_timeout"):
        _ = worker.visibility_timeout


def test_an_image_is_named_by_digest() -> None:
    digest = "account.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:" + "0" * 64
    assert ArtifactSettings(image=digest).image == digest
    with pytest.raises(ValidationError):
        ArtifactSettings(image="account.dkr.ecr.eu-west-1.amazonaws.com/orders:latest")
