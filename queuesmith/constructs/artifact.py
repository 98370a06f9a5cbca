"""The function's code: a local zip, an object in S3, or an image. This module does not build code."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any, cast

from cdktf import AssetType, TerraformAsset, TerraformStack
from constructs import Construct

from queuesmith.readers.local_code import zip_problem
from queuesmith.settings import FunctionSettings


class ArtifactError(ValueError):
    """A local zip that does not exist, or is not a zip."""


def code_arguments(scope: Construct, function: FunctionSettings) -> dict[str, Any]:
    """Return the arguments of `aws_lambda_function` for the code and its handler.

    A local zip is copied into the stack's folder, so that the output does not depend on the original. Raises ArtifactError if
    the zip does not exist or is not a zip.
    """
    artifact = function.artifact
    if artifact.image is not None:
        return {"package_type": "Image", "image_uri": artifact.image}
    entry = {"handler": function.handler, "runtime": function.runtime}
    if artifact.s3 is not None:
        s3 = artifact.s3
        return {**entry, "s3_bucket": s3.bucket, "s3_key": s3.key, "s3_object_version": s3.version}
    path = artifact.zip or ""
    if problem := zip_problem(path):
        raise ArtifactError(problem)
    digest = hashlib.sha256(Path(path).read_bytes()).digest()
    asset = _asset(TerraformStack.of(scope), Path(path).resolve(), digest.hex()[:32])
    return {**entry, "filename": asset.path, "source_code_hash": base64.b64encode(digest).decode()}


def _asset(stack: TerraformStack, path: Path, digest: str) -> TerraformAsset:
    """Return the stack's copy of a zip. Functions with the same zip share it."""
    asset_id = f"package-{path.stem}-{digest[:8]}"
    existing = cast(TerraformAsset | None, stack.node.try_find_child(asset_id))
    return existing or TerraformAsset(stack, asset_id, path=str(path), type=AssetType.FILE, asset_hash=digest)
