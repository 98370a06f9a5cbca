"""The function's code: a local zip, a zip in S3, or an image."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cdktf import TerraformStack
from cdktf import Testing as Synthesis

from queuesmith.common.program_name import command_name
from queuesmith.constructs import QueueWorker
from queuesmith.constructs.artifact import ArtifactError
from tests.conftest import FAKE_PACKAGE
from tests.unit.conftest import Synthesized, Worker, only


def test_local_zip_is_copied_under_the_hash_of_its_content(synthesized: Synthesized) -> None:
    function = only(synthesized(), "aws_lambda_function")
    assert function["filename"].startswith("assets/package-orders-")
    assert function["filename"].endswith("/orders.zip")
    assert function["source_code_hash"] == base64.b64encode(hashlib.sha256(FAKE_PACKAGE).digest()).decode()


def test_functions_with_the_same_zip_share_one_copy(worker: Worker) -> None:
    stack = TerraformStack(Synthesis.app(), "test")
    for name in ("one", "two"):
        QueueWorker(stack, name, worker(name=f"test-{name}"))
    functions = json.loads(Synthesis.synth(stack))["resource"]["aws_lambda_function"].values()
    assert len(functions) == 2
    assert len({function["filename"] for function in functions}) == 1


def test_the_same_zip_in_two_folders_is_one_package(worker: Worker, tmp_path: Path) -> None:
    stack = TerraformStack(Synthesis.app(), "test")
    for name in ("one", "two"):
        path = tmp_path / name / "orders.zip"
        path.parent.mkdir()
        path.write_bytes(FAKE_PACKAGE)
        QueueWorker(stack, name, worker(name=f"test-{name}", function={"artifact": {"zip": str(path)}}))
    functions = json.loads(Synthesis.synth(stack))["resource"]["aws_lambda_function"].values()
    assert len({function["filename"] for function in functions}) == 1


def test_a_zip_in_s3_is_named_by_bucket_key_and_version(synthesized: Synthesized) -> None:
    artifact = {"zip": None, "s3": {"bucket": "artifacts", "key": "orders.zip", "version": "v1"}}
    stack = synthesized(function={"artifact": artifact})
    function = only(stack, "aws_lambda_function")
    expected = {"s3_bucket": "artifacts", "s3_key": "orders.zip", "s3_object_version": "v1", "handler": "main.lambda_handler"}
    assert function.items() >= expected.items()
    assert "filename" not in function


def test_an_image_has_no_handler_and_no_runtime(synthesized: Synthesized) -> None:
    image = "1.dkr.ecr.eu-west-1.amazonaws.com/orders@sha256:" + "a" * 64
    function = only(synthesized(function={"artifact": {"image": image}}), "aws_lambda_function")
    assert (function["image_uri"], function["package_type"]) == (image, "Image")
    assert not {"handler", "runtime", "filename"} & function.keys()


def test_missing_zip_error_says_how_to_build_it(worker: Worker) -> None:
    settings = worker(function={"artifact": {"zip": "nowhere.zip"}})
    with pytest.raises(ArtifactError) as raised:
        QueueWorker(TerraformStack(Synthesis.app(), "test"), "orders", settings)
    told = f'function.artifact.zip is "nowhere.zip", which does not exist. Run: {command_name()} package'
    assert str(raised.value) == told
