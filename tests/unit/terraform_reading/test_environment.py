"""Environment variables of functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, report, write

SECRET = 'resource "aws_secretsmanager_secret" "database" {\n  name = "prod-database"\n}\n'


@pytest.mark.parametrize(
    ("value", "is_found"), [("aws_secretsmanager_secret.database.name", False), ('"prod-database"', False), ('"prod-x"', True)]
)
def test_the_name_of_a_secret_is_no_secret(value: str, is_found: bool, tmp_path: Path) -> None:
    environment = f"environment {{\n    variables = {{ DATABASE_PASSWORD = {value} }}\n  }}\n"
    text = MAPPING.replace("  timeout       = 60\n", f"  timeout       = 60\n  {environment}")
    (file,) = report(write(tmp_path, main=text + SECRET, queues=QUEUES)).files
    assert ("QL203" in {each.rule for each in file.pipelines[0].findings}) == is_found
