"""A worker's environment variables: each has one owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.settings_files import GOOD, read


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            """tables.orders.partition_key = "id"
workers.orders.function.environment = { TABLE = "other" }
workers.orders.tables.orders = { operations = ["PutItem"], variable = "TABLE" }""",
            ".function.environment.TABLE is set by another setting or by the toolkit. Remove it here",
        ),
        (
            'workers.orders.function.environment = { POWERTOOLS_SERVICE_NAME = "other" }',
            ".function.environment.POWERTOOLS_SERVICE_NAME is set by another setting or by the toolkit. Remove it here",
        ),
        (
            """workers.orders.secrets.a = { name = "a", variable = "SECRET" }
workers.orders.secrets.b = { name = "b", variable = "SECRET" }""",
            " sets the environment variable SECRET for two resources or the toolkit. Choose another `variable`",
        ),
    ],
)
def test_an_environment_variable_is_set_once(tmp_path: Path, text: str, problem: str) -> None:
    assert read(tmp_path, dev=f"{GOOD}\n{text}\n").problems == [f"dev: workers.orders{problem} (config/dev.toml)"]
