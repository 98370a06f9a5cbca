"""Folders that cannot be read, or only in part: each file is named with the reason, and the rest is checked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from queuesmith.common.errors import UsageError
from queuesmith.readers.terraform.hcl import evaluation, require_packages
from queuesmith.readers.terraform.hcl.evaluation import EvaluationError, evaluate
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, read, report, write

BROKEN = {
    "unfinished": (b'resource "aws_sqs_queue" "a" {\n  name = \n', "line 2: Invalid expression; "),
    "not UTF-8": (b'resource "aws_sqs_queue" "a" {\n  name = "\xff"\n}\n', "line 2: Invalid character encoding; "),
    "one line": (b"locals { a = 1, b = 2 }\n", "line 1: Invalid single-argument block definition; "),
    "binary": (b"\x00\x01\x02" * 100, "line 1: Invalid character"),
    "nested deeply": (b"locals {\n  a = " + b"[" * 50_000 + b"\n}\n", "line "),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_with_an_error_is_named_and_the_rest_is_checked(kind: str, tmp_path: Path) -> None:
    content, reason = BROKEN[kind]
    write(tmp_path, main=MAPPING, queues=QUEUES)
    (tmp_path / "broken.tf").write_bytes(content)
    (file,) = report(tmp_path).files
    ((name, why),) = file.unread_files
    assert name == str(tmp_path / "broken.tf")
    assert why.startswith(reason)
    assert len(file.pipelines) == 1


def test_a_folder_with_nothing_but_an_error_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(BROKEN["unfinished"][0])
    with pytest.raises(UsageError) as error:
        read(tmp_path)
    assert str(error.value).startswith(f"{tmp_path} has no .tf file that can be read: {tmp_path}/main.tf: line 2: Invalid")


def test_large_files_and_links_in_a_circle_are_named(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING, queues=QUEUES, large="# comment\n" * 1_100_000)
    (tmp_path / "loop.tf").symlink_to("loop.tf")
    (file,) = report(tmp_path).files
    assert dict(file.unread_files) == {
        str(tmp_path / "large.tf"): "it has 11,000,000 bytes, more than the 5,242,880 that are read",
        str(tmp_path / "loop.tf"): "Too many levels of symbolic links",
    }
    assert len(file.pipelines) == 1


def test_modules_that_call_each_other_are_refused(tmp_path: Path) -> None:
    call = 'module "next" {{\n  source = "../{}"\n}}\n'.format
    write(tmp_path, root__main=call("a"), a__main=call("b"), b__main=call("a"))
    with pytest.raises(UsageError) as error:
        read(tmp_path / "root")
    text = f"{tmp_path}/a: module.next.module.next.module.next calls a module that contains it"
    assert str(error.value) == f"{text}. Terraform cannot use such a module either. Remove the call"


def test_evaluation_has_a_time_limit(tmp_path: Path) -> None:
    write(tmp_path, main=MAPPING)
    with pytest.raises(EvaluationError, match=r"^its values were not evaluated within 0.001 s$"):
        evaluate(tmp_path, [], 0.001)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import sys; sys.exit('panic: a bug in Go')", r"\(panic: a bug in Go\)"),
        ("import os; os._exit(2)", r"\(exit status 2\)"),
    ],
)
def test_a_failure_of_tfparse_is_one_line(program: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, main=MAPPING)
    failing = tmp_path / "failing.py"
    failing.write_text(program)
    monkeypatch.setattr(evaluation, "_PROGRAM", failing)
    with pytest.raises(UsageError, match=rf": its values could not be evaluated {reason}\. Check its plan instead: terraform"):
        read(tmp_path)


def test_missing_package_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tfparse", None)
    with pytest.raises(UsageError) as error:
        require_packages()
    assert str(error.value) == (
        "Files in HCL are read with the package tfparse, which is not installed. Run pip install tfparse, or, if there is no "
        "wheel for this platform, check a plan: terraform show -json tfplan | queuesmith check -"
    )
