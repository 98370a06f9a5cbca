"""Reading config/: how files are merged, and the resulting settings."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from queuesmith.settings import ArtifactSettings, QueueSettings, SourceSettings, WorkerSettings
from queuesmith.settings.environment import EnvironmentSettings
from queuesmith.settings.field_types import is_token
from tests.unit.settings_files import GOOD, read

NUMBER_TOKEN = -1.8881545897087503e289


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


def test_default_visibility_is_six_function_timeouts_plus_the_window(tmp_path: Path) -> None:
    worker = settings(tmp_path, dev=f"{GOOD}\nworkers.orders.function.timeout = 7\nworkers.orders.source.batching_window = 4")
    assert worker.workers["orders"].visibility_timeout == 46


def test_visibility_of_zero_stays_zero() -> None:
    worker = WorkerSettings.model_validate(
        {"name": "x", "function": {"artifact": {"zip": "x.zip"}}, "queue": {"visibility_timeout": 0}}
    )
    assert worker.visibility_timeout == 0


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, dev=f"\ufeff{GOOD}").problems == []


def test_unknown_environment_error_lists_the_existing_ones(tmp_path: Path) -> None:
    configuration = read(tmp_path, only=("dev", "production"), dev=GOOD, prod=GOOD)
    assert configuration.problems == ["there is no environment 'production' in config/. The environments are: dev, prod"]
    assert list(configuration.environments) == ["dev"]


def test_folder_without_environments_error_says_how_to_add_one(tmp_path: Path) -> None:
    assert read(tmp_path, common=GOOD).problems == ["config/ has no environment. Create config/dev.toml"]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        QueueSettings().retention = 5


@pytest.mark.parametrize("value", [NUMBER_TOKEN, "${TfToken[TOKEN.1]}", "arn:${aws_kms_key.this.arn}"])
def test_terraform_token_is_accepted(value: object) -> None:
    assert is_token(value)


@pytest.mark.parametrize("value", [-1, 0, 30.0, -math.inf, math.inf, math.nan, "arn:aws:sqs", None, "$5"])
def test_a_plain_value_is_not_taken_for_a_token(value: object) -> None:
    assert not is_token(value)


def test_number_token_counts_as_a_whole_number() -> None:
    assert QueueSettings.model_validate({"visibility_timeout": NUMBER_TOKEN}).visibility_timeout == NUMBER_TOKEN


def test_visibility_is_not_derived_from_a_token() -> None:
    worker = WorkerSettings.model_validate({"name": "x", "function": {"artifact": {"zip": "x.zip"}, "timeout": NUMBER_TOKEN}})
    with pytest.raises(ValueError, match="cannot be derived") as caught:
        _ = worker.visibility_timeout
    assert str(caught.value) == (
        "x: queue.visibility_timeout cannot be derived, because function.timeout or source.batching_window is known only after "
        "apply. Set queue.visibility_timeout"
    )


def test_an_image_is_named_by_digest() -> None:
    digest = "account.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:" + "0" * 64
    assert ArtifactSettings(image=digest).image == digest
    with pytest.raises(ValidationError):
        ArtifactSettings(image="account.dkr.ecr.eu-west-1.amazonaws.com/orders:latest")


@pytest.mark.parametrize("value", [0.5, 1, 300, NUMBER_TOKEN])
def test_expected_duration_can_be_a_fraction_of_a_second(value: float) -> None:
    assert SourceSettings.model_validate({"expected_seconds_per_record": value}).expected_seconds_per_record == value


@pytest.mark.parametrize("value", [0, -0.5, math.inf, -math.inf, math.nan, True, "1", 2**60])
def test_expected_duration_has_a_range(value: object) -> None:
    with pytest.raises(ValidationError, match="a number greater than 0"):
        SourceSettings.model_validate({"expected_seconds_per_record": value})


def test_function_variables_are_service_name_tables_and_its_own() -> None:
    worker = WorkerSettings.model_validate(
        {
            "name": "x",
            "function": {"artifact": {"zip": "x.zip"}, "environment": {"MODE": "fast"}},
            "tables": {"orders": {"operations": ["PutItem"], "variable": "TABLE"}},
        }
    )
    assert worker.variables({"tables.orders": "dev-orders"}) == {
        "POWERTOOLS_SERVICE_NAME": "x",
        "WORKER_MAX_RECEIVE_COUNT": "5",
        "TABLE": "dev-orders",
        "MODE": "fast",
    }
