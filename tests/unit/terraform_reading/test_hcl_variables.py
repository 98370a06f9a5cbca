"""The values of variables of a folder in HCL."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.rules import Unknown
from tests.unit.terraform_reading.hcl_folders import MAPPING, queue_of, read, write


def test_variables_have_terraform_s_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, variables='variable "timeout" {\n  type = number\n}\n')

    def timeout(*values: str, files: tuple[Path, ...] = ()) -> object:
        document = read(tmp_path, *values, files=files).document
        return document.resources["aws_sqs_queue.orders"].value("visibility_timeout_seconds")

    assert isinstance(queue_of(tmp_path, "visibility_timeout_seconds = var.timeout").visibility_timeout, Unknown)
    monkeypatch.setenv("TF_VAR_timeout", "1")
    assert timeout() == 1
    (tmp_path / "terraform.tfvars").write_text("timeout = 2\n")
    assert timeout() == 2
    (tmp_path / "b.auto.tfvars").write_text("timeout = 4\n")
    (tmp_path / "a.auto.tfvars.json").write_text('{"timeout": 3}')
    assert timeout() == 4
    elsewhere = tmp_path.parent / f"{tmp_path.name}.tfvars"
    elsewhere.write_text("timeout = 5\n")
    assert timeout(files=(elsewhere,)) == 5
    assert timeout("timeout=6", files=(elsewhere,)) == 6


@pytest.mark.parametrize(("value", "name"), [("a b", "a b"), ('a"${x}', 'a"${x}'), ("1", "1")])
def test_the_value_of_a_string_variable_is_literal(value: str, name: str, tmp_path: Path) -> None:
    write(tmp_path, variables='variable "name" {\n  type = string\n}\n')
    queue_of(tmp_path, "name = var.name")
    assert read(tmp_path, f"name={value}").document.resources["aws_sqs_queue.orders"].values["name"] == name


@pytest.mark.parametrize("option", ["timeout", "=1", "a b=1", ""])
def test_wrong_variable_is_refused(option: str, tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING)
    with pytest.raises(UsageError) as error:
        read(tmp_path, option)
    assert str(error.value) == f'--var is "{option}", but must be NAME=VALUE, such as --var environment=prod'


def test_missing_variable_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING)
    with pytest.raises(UsageError, match=r"^--var-file: .*none\.tfvars cannot be read: No such file or directory$"):
        read(tmp_path, files=(tmp_path / "none.tfvars",))
