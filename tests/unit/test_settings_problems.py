"""Errors about unusable settings: the key, the value, the allowed values, and never a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.settings.environment import RESERVED_NAMES
from tests.unit.settings_files import GOOD, read


def test_all_problems_of_all_files_are_reported_together(tmp_path: Path) -> None:
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
        'dev, staging: "workers.orders.queue.visibilty_timeout" is not a setting. Did you mean "visibility_timeout"? '
        "The allowed keys are: fifo, fair, content_based_deduplication, deduplication_scope, throughput_limit, "
        "visibility_timeout, max_receive_count, retention, delay, maximum_message_size, receive_wait_time, kms_key, "
        "data_key_reuse_period (config/common.toml)",
        'dev: workers.orders.function.artifact.image is "latest", but must be an image by digest: '
        "NAME@sha256: and 64 hexadecimal digits (config/dev.toml)",
        "dev: workers.orders.function.architecture is \"arm\", but must be 'arm64' or 'x86_64' (config/dev.toml)",
        'dev: workers.orders.function.timeout is "30", but must be a whole number, 0 or more. Remove the quotes '
        "(config/dev.toml)",
        "dev: workers.orders.function.environment.LEVEL is a number, but must be a non-empty string in quotes "
        "(config/dev.toml)",
        'dev: "colour" is not a setting. The allowed keys are: region, allowed_account_ids, assume_role, tags, backend, '
        "prevent_destroy, "
        "dashboard, encryption, alarm_destination, tables, workers (config/dev.toml)",
        "prod: the file is not valid TOML: Invalid value (at end of document) (config/prod.toml)",
        "staging: environment cannot be set, because it is the name of the file. Remove the key (config/staging.toml)",
        "staging: workers.orders.function is missing. Its keys are: artifact, code, handler, runtime, architecture, memory, "
        "timeout, ephemeral_storage, layers, reserved_concurrency, message_concurrency, environment, "
        "environment_kms_key, vpc, tracing, code_signing, "
        "alias, deployment, snap_start, recursive_loop, permissions_boundary, role_path (config/common.toml)",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[workers]", "dev: workers is an empty table, but must be a table with at least 1 entry (config/dev.toml)"),
        ("workers = 3", "dev: workers is 3, but must be a table (config/dev.toml)"),
        (
            "workers.orders = {}",
            "dev: workers.orders.function is missing. Its keys are: artifact, code, handler, runtime, architecture, memory, "
            "timeout, ephemeral_storage, layers, reserved_concurrency, message_concurrency, environment, "
            "environment_kms_key, vpc, tracing, code_signing, alias, deployment, snap_start, recursive_loop, "
            "permissions_boundary, role_path (config/dev.toml)",
        ),
        (
            "workers.orders.function.artifact = {}",
            "dev: workers.orders.function.artifact must have exactly one of zip, s3 and image, but has none (config/dev.toml)",
        ),
        (
            'workers."Orders 2".function.artifact.zip = "x"',
            'dev: workers.Orders 2 is "Orders 2", but must be a name of lowercase letters, digits and hyphens that begins with '
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
            'workers.orders = { function.artifact.zip = "x", queue.fair = "yes" }',
            'dev: workers.orders.queue.fair is "yes", but must be true or false (config/dev.toml)',
        ),
        (
            'workers.orders = { function.artifact.zip = "x", queue.fair = 1 }',
            "dev: workers.orders.queue.fair is 1, but must be true or false (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", failures.circuit_breaker = true }',
            "dev: workers.orders.failures.circuit_breaker is true, but must be a table. For its defaults, set "
            "workers.orders.failures.circuit_breaker = {} (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", tables.sales = { operations = ["PutItem"], variable = "T" } }',
            "dev: workers.orders.tables.sales is not a table of this environment. It has no tables (config/dev.toml)",
        ),
        (
            'workers.orders = { function.artifact.zip = "x", tables.sales = { operations = ["*"], variable = "T" } }',
            'dev: workers.orders.tables.sales.operations.0 is "*", but must be an API operation, such as '
            '"PutItem" or "Decrypt" (config/dev.toml)',
        ),
    ],
)
def test_problem_names_the_key_the_value_and_the_allowed_values(tmp_path: Path, text: str, problem: str) -> None:
    assert read(tmp_path, dev=f'region = "r"\nbackend.type = "local"\n{text}').problems == [problem]


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("workers.orders.accept", '{ QL007 = "emptied hourly" }', "suppress"),
        ("workers.orders.function.source", '"handlers"', "code"),
        ("workers.orders.queue.receive_wait", "20", "receive_wait_time"),
        ("workers.orders.queue.data_key_reuse", "600", "data_key_reuse_period"),
        ("workers.orders.failures.dead_letter_at_once", "true", "send_to_dlq_immediately"),
        ("workers.orders.failures.time_floor", "2", "minimum_remaining_time"),
        ("workers.orders.producers.topics.shop.dead_letter_undelivered", "true", "undelivered_to_dlq"),
        ("workers.orders.producers.rules.night.dead_letter_undelivered", "true", "undelivered_to_dlq"),
    ],
)
def test_a_renamed_key_is_refused_with_its_new_name(tmp_path: Path, old: str, value: str, new: str) -> None:
    producers = """
workers.orders.producers.topics.shop.arn = "arn:aws:sns:eu-west-1:111111111111:shop"
workers.orders.producers.rules.night.schedule = "rate(1 day)"
"""
    problems = read(tmp_path, dev=f"{GOOD}{producers}{old} = {value}").problems
    assert problems == [f'dev: "{old}" was renamed to "{new}" (config/dev.toml)']


def test_an_old_name_in_another_table_is_an_unknown_key(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, dev=f"{GOOD}workers.orders.logs.source = 1").problems
    assert problem == (
        'dev: "workers.orders.logs.source" is not a setting. The allowed keys are: retention, level, system_level, '
        "group_class, kms_key "
        "(config/dev.toml)"
    )


@pytest.mark.parametrize("name", sorted(RESERVED_NAMES))
def test_worker_name_cannot_be_a_name_that_the_stack_uses(tmp_path: Path, name: str) -> None:
    text = f'region = "r"\nbackend.type = "local"\nworkers.{name}.function.artifact.zip = "x"'
    assert read(tmp_path, dev=text).problems == [
        f"dev: workers.{name} cannot have this name, because the stack uses the id {name} itself. Rename the worker "
        "(config/dev.toml)"
    ]


def test_queue_that_is_the_dlq_of_another_worker_is_refused(tmp_path: Path) -> None:
    assert read(tmp_path, dev=f'{GOOD}\nworkers.orders-dlq.function.artifact.zip = "x"').problems == [
        "dev: workers.orders-dlq and workers.orders would both have a queue with the name dev-orders-dlq. Rename one of them "
        "(config/dev.toml)"
    ]


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        ('{ type = "local", colour = 1 }', '"backend.colour" is not a setting. The allowed keys are: type, directory'),
        (
            '{ type = "s3", bukket = "b", region = "r" }',
            '"backend.bukket" is not a setting. Did you mean "bucket"? The allowed keys are: type, bucket, region, prefix',
        ),
        ('{ type = "s3", region = "r" }', "backend.bucket is missing (config/dev.toml)"),
        ("{}", 'backend.type is missing, but must be "local" or "s3"'),
    ],
)
def test_backend_keys_must_match_its_type(tmp_path: Path, backend: str, problem: str) -> None:
    text = f'region = "r"\nbackend = {backend}\nworkers.orders.function.artifact.zip = "x"'
    assert any(line.startswith(f"dev: {problem}") for line in read(tmp_path, dev=text).problems)


def test_missing_table_is_reported_with_the_file(tmp_path: Path) -> None:
    common = f'{GOOD}\nworkers.orders.tables.ordrs = {{ operations = ["PutItem"], variable = "T" }}'
    assert read(tmp_path, common=common, dev="").problems == [
        "dev: workers.orders.tables.ordrs is not a table of this environment. It has no tables (config/common.toml)"
    ]


def test_terraform_expression_is_not_a_number(tmp_path: Path) -> None:
    problems = read(tmp_path, dev=f'{GOOD}\nworkers.orders.function.timeout = "${{var.timeout}}"').problems
    assert problems == [
        'dev: workers.orders.function.timeout is "${var.timeout}", but must be a whole number, 0 or more (config/dev.toml)'
    ]


def test_local_state_is_relative_to_the_project(tmp_path: Path) -> None:
    problems = read(tmp_path, dev=f'{GOOD}\nbackend.directory = "/var/state"').problems
    assert problems == [
        'dev: backend.directory is "/var/state", but must be a path relative to the project\'s folder (config/dev.toml)'
    ]
